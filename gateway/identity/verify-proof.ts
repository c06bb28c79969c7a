import { createHash } from 'node:crypto';
import { calculateJwkThumbprint, type CryptoKey, EmbeddedJWK, errors, jwtVerify } from 'jose';
import type { JWTHeaderParameters, JWTPayload, JWTVerifyGetKey } from 'jose';
import * as v from 'valibot';
import type { Clock } from '../../schema/city-clock.ts';
import { createBoundedCache } from '../disclosure/bounded-cache.ts';
import { GatewayError } from '../errors.ts';
import type { ReplayGuard } from './replay-guard.ts';

/** Holds a proof of possession against the request that it came with. Rejects with DPOP_INVALID {reason}, or OVERLOADED. */
export type VerifyProof = (proof: string, bound: Bound) => Promise<void>;

/** What the proof must be bound to. */
export interface Bound {
  /** The access token it came with. */
  token: string;
  /** Thumbprint of the token's key. */
  keyThumbprint: string;
  /** How long a proof may be used. */
  proofSeconds: number;
}

/** What proofs are checked against. */
export interface ProofOptions {
  /** The configured address, never that of the request. */
  publicUrl: string;
  clockToleranceSeconds: number;
  replays: ReplayGuard;
  clock: Clock;
}

/** Where a proof does not fit: the client's developer learns which claim, and an attacker nothing that RFC 9449 does not say. */
type Reason = 'proof' | 'signature' | 'iat' | 'htm' | 'htu' | 'ath' | 'key' | 'jti' | 'replay';

/** Algorithms a proof may be signed with: those of FAPI 2.0 (section 5.4), all asymmetric. */
export const PROOF_ALGORITHMS = ['ES256', 'PS256', 'EdDSA', 'Ed25519'] as const;
/** A proof with an RSA key of 4096 bits is about 2 KB. */
const MAX_PROOF_LENGTH = 4_096;
const MAX_JTI_LENGTH = 256;
/** Banks, and the keys they change to; to read a key costs as much as the signature. */
const MAX_KEYS = 1_000;
/** Nothing else is served: the gateway answers `POST` alone. */
const METHOD = 'POST';
const CLAIMS = v.object({
  jti: v.pipe(v.string(), v.minLength(1), v.maxLength(MAX_JTI_LENGTH)),
  htm: v.string(),
  htu: v.string(),
  ath: v.string(),
});

/**
 * Makes the check of proofs (RFC 9449, clause 4.3), each step of it; the nonce of clause 9 is not asked for, as every proof is used once
 * and good for a minute. @throws {TypeError} when the public address is none.
 */
export function createVerifyProof({ publicUrl, clockToleranceSeconds, replays, clock }: ProofOptions): VerifyProof {
  const here = targetOf(publicUrl);
  if (here === undefined) throw new TypeError('The public address is not an address');
  const keys = createBoundedCache<ProofKey>(MAX_KEYS);
  return async (proof, { token, keyThumbprint, proofSeconds }) => {
    if (proof.length > MAX_PROOF_LENGTH) throw invalid('proof');
    const { payload, key } = await signed(proof, keys.find, {
      currentDate: new Date(clock()),
      clockTolerance: clockToleranceSeconds,
      maxTokenAge: proofSeconds,
    });
    const claims = v.safeParse(CLAIMS, payload);
    if (!claims.success) throw invalid('proof');
    const { jti, htm, htu, ath } = claims.output;
    if (htm !== METHOD) throw invalid('htm');
    if (targetOf(htu) !== here) throw invalid('htu');
    if (ath !== hash(token)) throw invalid('ath');
    if (key.thumbprint !== keyThumbprint) throw invalid('key');
    // Last: a proof that is refused for anything else is not used up. With its key, so that nobody uses up another's.
    const remembered = proofSeconds + 2 * clockToleranceSeconds + 1;
    if (!(await replays.first(hash(`${keyThumbprint}.${jti}`), remembered))) throw invalid('replay');
    keys.remember(key.name, () => key);
  };
}

/** The key of a proof, under all that its header says of it. */
interface ProofKey {
  name: string;
  key: CryptoKey;
  thumbprint: string;
}

async function signed(
  proof: string,
  known: (name: string) => ProofKey | undefined,
  times: { currentDate: Date; clockTolerance: number; maxTokenAge: number },
): Promise<{ payload: JWTPayload; key: ProofKey }> {
  let used: ProofKey | undefined;
  const keyOf: JWTVerifyGetKey = async (header, jws) => {
    used = known(nameOf(header)) ?? (await embeddedKey(header, jws));
    return used.key;
  };
  try {
    const { payload } = await jwtVerify(proof, keyOf, { typ: 'dpop+jwt', algorithms: [...PROOF_ALGORITHMS], ...times });
    if (used !== undefined) return { payload, key: used };
  } catch (error) {
    throw invalid(reasonOf(error));
  }
  throw invalid('proof');
}

/** The key comes out of the proof itself, public and of the algorithm's type, or it is refused. */
async function embeddedKey(...[header, jws]: Parameters<JWTVerifyGetKey>): Promise<ProofKey> {
  const key = await EmbeddedJWK(header, jws);
  return { name: nameOf(header), key, thumbprint: await calculateJwkThumbprint(header.jwk ?? {}) };
}

/** Whole, so that a key is known again by exactly what was accepted: with its private half it would be another. */
function nameOf({ alg, jwk }: JWTHeaderParameters): string {
  return JSON.stringify([alg, jwk]);
}

function reasonOf(error: unknown): Reason {
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'signature';
  const late = error instanceof errors.JWTExpired || error instanceof errors.JWTClaimValidationFailed;
  return late && error.claim === 'iat' ? 'iat' : 'proof';
}

/** An address as proofs name it: normalised, without query and fragment (clause 4.3); undefined for what is none. */
function targetOf(address: string): string | undefined {
  if (!URL.canParse(address)) return undefined;
  const { protocol, host, pathname, username, password } = new URL(address);
  return username === '' && password === '' ? `${protocol}//${host}${pathname}` : undefined;
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

function invalid(reason: Reason): GatewayError {
  return new GatewayError('DPOP_INVALID', { reason });
}
