import { createHash, createPublicKey } from 'node:crypto';
import type { JsonWebKey, KeyObject } from 'node:crypto';
import * as v from 'valibot';

/** Every algorithm a token may be signed with: asymmetric only, so that a public key can never be taken for a shared secret. */
export const SIGNATURE_ALGORITHMS = ['ES256', 'ES384', 'ES512', 'PS256', 'PS384', 'PS512', 'RS256', 'RS384', 'RS512'] as const;
export type SignatureAlgorithm = (typeof SIGNATURE_ALGORITHMS)[number];

/** A public key with the algorithms its type and its `alg` allow. */
export interface VerificationKey {
  readonly key: KeyObject;
  readonly algorithms: readonly SignatureAlgorithm[];
  /** SHA-256 (base64url) of the key: another key under the same id has another one. */
  readonly fingerprint: string;
}

/** A key set that cannot be used; the message says why, in words an operator can act on. */
export class KeySetError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'KeySetError';
  }
}

/** Keys that `xinqiao token` signs with have ids that begin like this. */
const DEVELOPMENT_KEY_ID = /^development(-|$)/;
const MAX_KEYS = 64;
/** NIST SP 800-57: 2048 bits are the least for RSA. */
const MIN_RSA_BITS = 2048;
const EC_ALGORITHMS: Readonly<Record<string, SignatureAlgorithm>> = { 'P-256': 'ES256', 'P-384': 'ES384', 'P-521': 'ES512' };
const RSA_ALGORITHMS = SIGNATURE_ALGORITHMS.filter((algorithm) => !algorithm.startsWith('ES'));

const KEY_SET = v.object({ keys: v.pipe(v.array(v.looseObject({})), v.maxLength(MAX_KEYS)) });
const JWK = v.looseObject({
  kid: v.pipe(v.string(), v.minLength(1), v.maxLength(128)),
  kty: v.picklist(['EC', 'RSA']),
  crv: v.optional(v.string()),
  alg: v.optional(v.string()),
  use: v.optional(v.literal('sig')),
  key_ops: v.optional(v.pipe(v.array(v.string()), v.includes('verify'))),
  // A private key in a published set is known to the world: nothing it signs proves anything.
  d: v.optional(v.undefined()),
});

/**
 * Reads a JSON Web Key Set (RFC 7517 clause 5) into its verification keys by `kid`. Keys without an id, of another type,
 * for another use, too weak or published with their private half are left out.
 * @throws {KeySetError} when it is no key set, holds no usable key, gives one id to two keys, or, in production, holds a development key.
 */
export function parseKeySet(text: string, { production }: { production: boolean }): ReadonlyMap<string, VerificationKey> {
  const keys = new Map<string, VerificationKey>();
  for (const jwk of readKeySet(text)) {
    const { kid } = jwk;
    if (production && typeof kid === 'string' && DEVELOPMENT_KEY_ID.test(kid)) {
      throw new KeySetError('the key set holds a development key, which anybody can sign with: production does not trust it');
    }
    const key = verificationKey(jwk);
    if (key === undefined) continue;
    if (keys.has(key.kid)) throw new KeySetError('the key set gives the same kid to two keys');
    keys.set(key.kid, key);
  }
  if (keys.size === 0) throw new KeySetError('the key set holds no key that tokens can be verified with');
  return keys;
}

function readKeySet(text: string): readonly Record<string, unknown>[] {
  try {
    return v.parse(KEY_SET, JSON.parse(text)).keys;
  } catch {
    throw new KeySetError(`the key set is not a JSON Web Key Set of at most ${MAX_KEYS} keys`);
  }
}

function verificationKey(jwk: Record<string, unknown>): (VerificationKey & { kid: string }) | undefined {
  const parsed = v.safeParse(JWK, jwk);
  if (!parsed.success) return undefined;
  const key = publicKey(jwk);
  if (key === undefined) return undefined;
  const { kid, kty, crv, alg } = parsed.output;
  const algorithms = (kty === 'EC' ? [EC_ALGORITHMS[crv ?? '']] : RSA_ALGORITHMS).filter(
    (algorithm): algorithm is SignatureAlgorithm => algorithm !== undefined && (alg === undefined || alg === algorithm),
  );
  return algorithms.length === 0 ? undefined : { kid, key, algorithms, fingerprint: fingerprint(key, algorithms) };
}

function publicKey(jwk: JsonWebKey): KeyObject | undefined {
  try {
    const key = createPublicKey({ key: jwk, format: 'jwk' });
    const bits = key.asymmetricKeyDetails?.modulusLength;
    return bits !== undefined && bits < MIN_RSA_BITS ? undefined : key;
  } catch {
    return undefined;
  }
}

function fingerprint(key: KeyObject, algorithms: readonly string[]): string {
  const der = key.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(der).update(algorithms.join(' ')).digest('base64url');
}
