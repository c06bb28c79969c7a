import { hash as digest } from 'node:crypto';
import jwt from 'jsonwebtoken';
import * as v from 'valibot';
import { clientTimes } from '../../policies/clients.ts';
import type { PolicySource } from '../../policies/policy-source.ts';
import { type Clock, cityToday } from '../../schema/city-clock.ts';
import { GatewayError } from '../errors.ts';
import type { QueryRequest } from '../request.ts';
import type { Caller } from './caller.ts';
import type { Claims } from './claims.ts';
import { callerOf, CLAIMS } from './claims.ts';
import { clientStandIn } from './client-stand-in.ts';
import { KeySetError } from './key-set.ts';
import type { SignatureAlgorithm, VerificationKey } from './key-set.ts';
import type { KeySource } from './key-source.ts';
import type { VerifyProof } from './verify-proof.ts';

/**
 * Who asks. No `Authorization` header is the public; a header that does not prove somebody is never the public.
 * Rejects with UNAUTHENTICATED; with DPOP_REQUIRED or DPOP_INVALID {reason} when the token is not shown by the holder of its key; or with
 * OVERLOADED while the issuer's keys cannot be had, which is no fault of the caller. It uses up the proof: once a request.
 */
export type Authenticate = (
  request: Pick<QueryRequest, 'header' | 'clientAddress'>,
  policy: { readonly source: Pick<PolicySource, 'clients'> },
) => Promise<Caller>;

/** Whose tokens are believed. */
export interface AuthenticateOptions {
  keys: Pick<KeySource, 'find'>;
  issuer: string;
  audience: string;
  /** Algorithms accepted, of those the key's type allows. */
  algorithms: readonly SignatureAlgorithm[];
  /** How far the issuer's clock may differ from ours. */
  clockToleranceSeconds: number;
  /** Holds a proof of possession against a bound token. */
  verifyProof: VerifyProof;
  /** Key of the opaque subject ids. */
  subjectKey: string;
  clock: Clock;
}

/** A token verified before: valid as long as it has not expired and the very key that signed it is still published. */
interface Verified {
  caller: Caller;
  lifetimeSeconds: number;
  kid: string;
  fingerprint: string;
  expiresAtMs: number;
}

/** A token that lives longer cannot be taken back in time when an officer leaves. */
export const MAX_TOKEN_LIFETIME_SECONDS = 24 * 60 * 60;
/** Headers past this size are not worth a signature check. */
const MAX_HEADER_LENGTH = 8_192;
/** About 5 MB. */
const MAX_VERIFIED_TOKENS = 10_000;
/** After this long, a caller may try again to have its token verified. */
const RETRY_AFTER_SECONDS = 10;
/** How long a proof is good for where the policy does not bind the caller's tokens, but their issuer does. */
const PROOF_SECONDS = 60;
const CREDENTIALS = /^(?<scheme>Bearer|DPoP) +(?<token>[\w-]+\.[\w-]+\.[\w-]+)$/i;
/** `crit` (RFC 7515 clause 4.1.11) names extensions a verifier must understand: we understand none. */
const HEADER = v.object({ kid: v.pipe(v.string(), v.minLength(1), v.maxLength(128)), crit: v.optional(v.undefined()) });

/**
 * Makes the identity stage: tokens, Bearer (RFC 6750) or bound to a key (RFC 9449), that are JWTs with an asymmetric signature, this issuer and
 * audience, an expiry, and the claims of {@link CLAIMS}.
 * @throws {Error} when issuer or audience is empty, which jsonwebtoken would take for "any".
 */
export function createAuthenticate(options: AuthenticateOptions): Authenticate {
  if (options.issuer === '' || options.audience === '')
    throw new Error('Tokens need an issuer and an audience to be checked against');
  const verified = new Map<string, Verified>();
  const publicOf = ({ clientAddress }: Pick<QueryRequest, 'clientAddress'>, caller: Caller = PUBLIC): Caller =>
    clientAddress === undefined ? caller : { ...caller, client: clientStandIn(options.subjectKey, clientAddress) };
  return async (request, policy) => {
    const header = request.header('authorization');
    if (header === undefined) return publicOf(request);
    const shown = credentialsIn(header);
    const verifying = verifiedToken(shown.token, options, verified);
    const { caller, lifetimeSeconds } = verifying instanceof Promise ? await verifying : verifying;
    const bound = clientTimes(policy.source.clients, caller.actor, cityToday(options.clock));
    if (bound !== undefined && lifetimeSeconds > bound.tokenSeconds) throw unauthenticated();
    const { keyThumbprint } = caller;
    if (keyThumbprint !== undefined) await assertHeld(shown, { keyThumbprint, ...bound });
    else if (bound !== undefined) throw new GatewayError('DPOP_REQUIRED');
    // The client believes in a binding that is not there.
    else if (shown.scheme === 'dpop') throw new GatewayError('DPOP_INVALID', { reason: 'token' });
    return caller.actor === 'PUBLIC' ? publicOf(request, caller) : caller;

    /** A bound token is never taken from a mere bearer (RFC 9449, clause 7.1). */
    async function assertHeld(
      { scheme, token }: Credentials,
      { keyThumbprint, proofSeconds = PROOF_SECONDS }: { keyThumbprint: string; proofSeconds?: number },
    ): Promise<void> {
      const proof = request.header('dpop');
      if (scheme !== 'dpop' || proof === undefined) throw new GatewayError('DPOP_REQUIRED');
      await options.verifyProof(proof, { token, keyThumbprint, proofSeconds });
    }
  };
}

const PUBLIC: Caller = Object.freeze({ actor: 'PUBLIC', organization: '', developer: false });

/** A token and how it is presented, in lower case. */
interface Credentials {
  scheme: string;
  token: string;
}

function credentialsIn(header: string): Credentials {
  const { scheme, token } = (header.length > MAX_HEADER_LENGTH ? undefined : CREDENTIALS.exec(header)?.groups) ?? {};
  if (scheme === undefined || token === undefined) throw unauthenticated();
  return { scheme: scheme.toLowerCase(), token };
}

/** At once for a token verified before, as long as the keys are at hand: that is almost every request. */
function verifiedToken(
  token: string,
  options: AuthenticateOptions,
  verified: Map<string, Verified>,
): Verified | Promise<Verified> {
  // The map keeps hashes: a dump of this process must not hold other people's tokens.
  const hash = digest('sha256', token, 'base64url');
  const known = verified.get(hash);
  const kid = known?.kid ?? keyIdOf(token);
  const found = findKey(kid, options.keys);
  if (!(found instanceof Promise)) return verifiedBy(found);
  return found.then(verifiedBy);

  function verifiedBy(key: VerificationKey): Verified {
    if (known && known.fingerprint === key.fingerprint && options.clock() < known.expiresAtMs) return known;
    verified.delete(hash);
    const claims = verify(token, key, options);
    const caller = callerOf(claims, options.subjectKey);
    if (caller === undefined) throw unauthenticated();
    const expiresAtMs = (claims.exp + options.clockToleranceSeconds) * 1000;
    const lifetimeSeconds = claims.exp - claims.iat;
    const entry = { caller: Object.freeze(caller), lifetimeSeconds, kid, fingerprint: key.fingerprint, expiresAtMs };
    remember(verified, hash, entry);
    return entry;
  }
}

function keyIdOf(token: string): string {
  const parsed = v.safeParse(HEADER, headerOf(token));
  if (!parsed.success) throw unauthenticated();
  return parsed.output.kid;
}

function headerOf(token: string): unknown {
  try {
    return jwt.decode(token, { complete: true })?.header;
  } catch {
    return undefined;
  }
}

function findKey(kid: string, keys: AuthenticateOptions['keys']): VerificationKey | Promise<VerificationKey> {
  const found = keys.find(kid);
  return found instanceof Promise ? found.then(published, unavailable) : published(found);
}

function published(key: VerificationKey | undefined): VerificationKey {
  if (key === undefined) throw unauthenticated();
  return key;
}

function unavailable(error: unknown): never {
  if (error instanceof KeySetError)
    throw new GatewayError('OVERLOADED', { retryAfterSeconds: RETRY_AFTER_SECONDS }, { cause: error });
  throw error;
}

function verify(token: string, key: VerificationKey, options: AuthenticateOptions): Claims {
  const nowSeconds = Math.floor(options.clock() / 1000);
  const claims = v.safeParse(CLAIMS, verifiedPayload(token, key, options, nowSeconds));
  if (!claims.success) throw unauthenticated();
  const { iat, exp } = claims.output;
  if (iat > nowSeconds + options.clockToleranceSeconds || exp - iat > MAX_TOKEN_LIFETIME_SECONDS) throw unauthenticated();
  return claims.output;
}

function verifiedPayload(
  token: string,
  { key, algorithms }: VerificationKey,
  options: AuthenticateOptions,
  clockTimestamp: number,
): unknown {
  const { issuer, audience, clockToleranceSeconds: clockTolerance } = options;
  const accepted = algorithms.filter((algorithm) => options.algorithms.includes(algorithm));
  try {
    return jwt.verify(token, key, { algorithms: accepted, issuer, audience, clockTolerance, clockTimestamp });
  } catch {
    // jsonwebtoken's messages can quote the token.
    throw unauthenticated();
  }
}

function remember(verified: Map<string, Verified>, hash: string, entry: Verified): void {
  const [oldest] = verified.keys();
  if (verified.size >= MAX_VERIFIED_TOKENS && oldest !== undefined) verified.delete(oldest);
  verified.set(hash, entry);
}

function unauthenticated(): GatewayError {
  return new GatewayError('UNAUTHENTICATED');
}
