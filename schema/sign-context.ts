import { createHash, createPrivateKey, createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import jsonwebtoken from 'jsonwebtoken';
import type { Clock } from './city-clock.ts';
import { CONTEXT_ISSUER, CONTEXT_MAX_AGE_SECONDS } from './signed-context.ts';
import type { SignedContext } from './signed-context.ts';

/** The gateway's side of a signed context. */
export interface ContextSigner {
  /** ES256 (P-256) private key, PEM or key object. */
  privateKey: string | KeyObject;
  /** `kid`, by which a department finds the public half. */
  keyId: string;
  clock: Clock;
}

/**
 * Signs what a department may know of the caller: a JWT (RFC 7519, ES256) that lives {@link CONTEXT_MAX_AGE_SECONDS}.
 * Whoever caches it must drop it before `exp`. Throws when the key is not an ES256 key.
 */
export function signContext(context: SignedContext, { privateKey, keyId, clock }: ContextSigner): string {
  const { audience, actor, organization, department, purpose, subject, authorization, operator, matter, credentials } = context;
  const issuedAt = Math.floor(clock() / 1000);
  const claims = {
    iss: CONTEXT_ISSUER,
    aud: audience,
    iat: issuedAt,
    exp: issuedAt + CONTEXT_MAX_AGE_SECONDS,
    actor,
    organization,
    ...(department !== undefined && { department }),
    purpose,
    ...(subject !== undefined && { subject }),
    ...(authorization !== undefined && { authorization }),
    ...(operator !== undefined && { operator }),
    ...(matter !== undefined && { matter }),
    ...(credentials !== undefined && { credentials }),
  };
  return jsonwebtoken.sign(claims, privateKey, { algorithm: 'ES256', keyid: keyId });
}

/**
 * The `kid` of a context key, the same on both sides without being configured: a hash of the public half (SPKI, SHA-256),
 * which a private key gives as well. Throws when the PEM is not a key.
 */
export function contextKeyId(publicKey: string): string {
  const spki = createPublicKey(publicKey).export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(spki).digest('base64url').slice(0, 22);
}

/** Whether the PEM is a private key that can sign a context. */
export function isContextKey(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyDetails?.namedCurve === 'prime256v1';
  } catch {
    return false;
  }
}

/**
 * The gateway's public keys by `kid`, from one text with one or more PEM blocks: a department holds the old and the new
 * key while the gateway changes them. Throws when a block is not a public key.
 */
export function contextPublicKeys(pems: string): ReadonlyMap<string, KeyObject> {
  const blocks = pems.match(/-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g) ?? [];
  if (blocks.length === 0) throw new Error('there is no public key (PEM, SPKI) for signed contexts');
  return new Map(blocks.map((pem) => [contextKeyId(pem), createPublicKey(pem)]));
}
