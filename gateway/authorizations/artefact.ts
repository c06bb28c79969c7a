import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import jsonwebtoken from 'jsonwebtoken';
import { canonicalJson } from '../../policies/canonical-json.ts';
import type { GivenConsent } from './consent.ts';
import type { AuthorizationTerms } from './authorization-terms.ts';

/** An authorization as it was granted: what was asked for, and how the subject agreed to it. Never changes. */
export interface Artefact extends AuthorizationTerms, GivenConsent {
  version: 1;
  /** RFC 3339 UTC: when the subject granted it. */
  createdAt: string;
}

/** An artefact in the form that is kept and shown. */
export interface SealedArtefact {
  /** Canonical JSON (RFC 8785). */
  canonical: string;
  /** SHA-256 (hex) of the canonical JSON; in the log's entry of the grant. */
  digest: string;
  /** Compact JWS (RFC 7515, ES256) whose payload is the canonical JSON. */
  jws: string;
}

const ALGORITHM = 'ES256';
/** `typ` of the JWS (RFC 7515, clause 4.1.9): nothing signed for another use passes for an authorization. */
const TYPE = 'xinqiao-authorization+jws';

/** The artefact of terms that a subject agreed to. `now` in milliseconds since the epoch. */
export function artefactOf(terms: AuthorizationTerms, consent: GivenConsent, now: number): Artefact {
  return { version: 1, ...terms, ...consent, createdAt: new Date(now).toISOString() };
}

/** Seals an artefact with the gateway's key (ES256, PEM or key object). Throws when the key is not one. */
export function sealArtefact(
  artefact: Artefact,
  { privateKey, keyId }: { privateKey: string | KeyObject; keyId: string },
): SealedArtefact {
  const canonical = canonicalJson(artefact);
  const jws = jsonwebtoken.sign(canonical, privateKey, {
    algorithm: ALGORITHM,
    keyid: keyId,
    header: { alg: ALGORITHM, typ: TYPE },
  });
  return { canonical, digest: digestOf(canonical), jws };
}

/** The artefact in a JWS by this key (PEM of either half, or the public key object); undefined for any other text. */
export function openArtefact(jws: string, key: string | KeyObject): Artefact | undefined {
  try {
    const { header, payload } = jsonwebtoken.verify(jws, typeof key === 'string' ? createPublicKey(key) : key, {
      algorithms: [ALGORITHM],
      complete: true,
    });
    if (header.typ !== TYPE) return undefined;
    const artefact = (typeof payload === 'string' ? JSON.parse(payload) : payload) as Artefact;
    return artefact.version === 1 ? artefact : undefined;
  } catch {
    return undefined;
  }
}

/** SHA-256 (hex) of canonical JSON. */
export function digestOf(canonical: string): string {
  return createHash('sha256').update(canonical).digest('hex');
}
