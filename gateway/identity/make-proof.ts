import { createHash, createPublicKey, type KeyObject, randomUUID } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, SignJWT } from 'jose';

/**
 * The client's half of DPoP (RFC 9449, clause 4.2): a proof that whoever sends this token to this address holds the key (P-256), for one
 * request; without a token, for the issuer that is asked for one.
 */
export async function makeProof(
  key: KeyObject,
  { url, token, nowMs = Date.now() }: { url: string; token?: string; nowMs?: number },
): Promise<string> {
  const ath = token !== undefined && { ath: createHash('sha256').update(token).digest('base64url') };
  return new SignJWT({ htm: 'POST', htu: url, ...ath })
    .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk: await exportJWK(createPublicKey(key)) })
    .setJti(randomUUID())
    .setIssuedAt(Math.floor(nowMs / 1000))
    .sign(key);
}

/** What a token that is bound to the key says in `cnf.jkt` (RFC 7638). */
export async function keyThumbprint(key: KeyObject): Promise<string> {
  return calculateJwkThumbprint(await exportJWK(createPublicKey(key)));
}
