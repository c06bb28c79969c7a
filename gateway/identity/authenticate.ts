import { createHash } from 'node:crypto';
import jwt from 'jsonwebtoken';
import * as v from 'valibot';
import type { Clock } from '../../schema/city-clock.ts';
import { GatewayError } from '../errors.ts';
import type { QueryRequest } from '../request.ts';
import type { Caller } from './caller.ts';
import type { Claims } from './claims.ts';
import { callerOf, CLAIMS } from './claims.ts';
import { clientStandIn } from './client-stand-in.ts';
import { KeySetError } from './key-set.ts';
import type { SignatureAlgorithm, VerificationKey } from './key-set.ts';
import type { KeySource } from './key-source.ts';

/**
 * Who asks. No `Authorization` header is the public; a header that does not prove somebody is never the public.
 * Rejects with UNAUTHENTICATED, or with OVERLOADED while the issuer's keys cannot be had, which is no fault of the caller.
 */
export type Authenticate = (request: Pick<QueryRequest, 'header' | 'clientAddress'>) => Promise<Caller>;

/** Whose tokens are believed. */
export interface AuthenticateOptions {
  keys: Pick<KeySource, 'find'>;
  issuer: string;
  audience: string;
  /** Algorithms accepted, of those the key's type allows. */
  algorithms: readonly SignatureAlgorithm[];
  /** How far the issuer's clock may differ from ours. */
  clockToleranceSeconds: number;
  /** Key of the opaque subject ids. */
  subjectKey: string;
  clock: Clock;
}

/** A token verified before: valid as long as it has not expired and the very key that signed it is still published. */
interface Verified {
  caller: Caller;
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
const BEARER = /^Bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i;
/** `crit` (RFC 7515 clause 4.1.11) names extensions a verifier must understand: we understand none. */
const HEADER = v.object({ kid: v.pipe(v.string(), v.minLength(1), v.maxLength(128)), crit: v.optional(v.undefined()) });

/**
 * Makes the identity stage: Bearer tokens (RFC 6750) that are JWTs with an asymmetric signature, this issuer and
 * audience, an expiry, and the claims of {@link CLAIMS}.
 * @throws {Error} when issuer or audience is empty, which jsonwebtoken would take for "any".
 */
export function createAuthenticate(options: AuthenticateOptions): Authenticate {
  if (options.issuer === '' || options.audience === '')
    throw new Error('Tokens need an issuer and an audience to be checked against');
  const verified = new Map<string, Verified>();
  return async (request) => {
    const header = request.header('authorization');
    const caller: Caller = header === undefined ? PUBLIC : await bearer(header, options, verified);
    return caller.actor === 'PUBLIC' ? { ...caller, ...clientOf(request, options.subjectKey) } : caller;
  };
}

const PUBLIC: Caller = Object.freeze({ actor: 'PUBLIC', organization: '', developer: false });

function clientOf({ clientAddress }: Pick<QueryRequest, 'clientAddress'>, key: string): Pick<Caller, 'client'> {
  return clientAddress === undefined ? {} : { client: clientStandIn(key, clientAddress) };
}

async function bearer(header: string, options: AuthenticateOptions, verified: Map<string, Verified>): Promise<Caller> {
  const token = header.length > MAX_HEADER_LENGTH ? undefined : BEARER.exec(header)?.[1];
  if (token === undefined) throw unauthenticated();
  // The map keeps hashes: a dump of this process must not hold other people's tokens.
  const hash = createHash('sha256').update(token).digest('base64url');
  const known = verified.get(hash);
  const kid = known?.kid ?? keyIdOf(token);
  const key = await findKey(kid, options.keys);
  if (known && known.fingerprint === key.fingerprint && options.clock() < known.expiresAtMs) return known.caller;

  verified.delete(hash);
  const claims = verify(token, key, options);
  const caller = callerOf(claims, options.subjectKey);
  if (caller === undefined) throw unauthenticated();
  const expiresAtMs = (claims.exp + options.clockToleranceSeconds) * 1000;
  remember(verified, hash, { caller: Object.freeze(caller), kid, fingerprint: key.fingerprint, expiresAtMs });
  return caller;
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

async function findKey(kid: string, keys: AuthenticateOptions['keys']): Promise<VerificationKey> {
  try {
    const key = await keys.find(kid);
    if (key === undefined) throw unauthenticated();
    return key;
  } catch (error) {
    if (error instanceof KeySetError)
      throw new GatewayError('OVERLOADED', { retryAfterSeconds: RETRY_AFTER_SECONDS }, { cause: error });
    throw error;
  }
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
