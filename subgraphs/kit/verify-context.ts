import type { KeyObject } from 'node:crypto';
import jsonwebtoken from 'jsonwebtoken';
import * as v from 'valibot';
import type { Clock } from '../../schema/city-clock.ts';
import { ASSURANCE_LEVELS, CONSENT_CHANNELS, SIGNATORY_ROLES } from '../../schema/authorization-terms.ts';
import { ACTORS, CONTEXT_ISSUER, CONTEXT_MAX_AGE_SECONDS } from '../../schema/signed-context.ts';
import type { AuthorizedData, SignedContext } from '../../schema/signed-context.ts';
import { isSubjectId } from '../../schema/identifiers/subject-id.ts';
import { DepartmentError } from './department-error.ts';

/** Seconds the gateway's clock may be ahead of this one; a context that is past its end is never accepted. */
const CLOCK_SKEW_SECONDS = 5;
/** Verified contexts kept: one for each class of caller within a minute; a stranger cannot fill it without the key. */
const KEPT_CONTEXTS = 1000;
/** Longest token looked at; a real one has about 600 characters, and some thousand where an authorization names its fields. */
const LONGEST_TOKEN = 8192;

/** What a department needs to know its gateway. */
export interface ContextTrust {
  /** The department itself. */
  audience: string;
  /** The gateway's public keys (PEM or key object) by `kid`. */
  publicKeys: ReadonlyMap<string, string | KeyObject>;
  clock: Clock;
}

/** Returns the caller a token speaks of. Throws CONTEXT_REQUIRED without a token and CONTEXT_INVALID for any other fault. */
export type VerifyContext = (token: string | undefined) => SignedContext;

/**
 * A verifier of signed contexts: ES256 only, by a known key, from the gateway, for this department, alive, and of a life
 * of at most {@link CONTEXT_MAX_AGE_SECONDS}. Verified tokens are remembered until they end (bounded, oldest out first).
 */
export function contextVerifier(trust: ContextTrust): VerifyContext {
  const kept = new Map<string, { context: SignedContext; expiresAt: number }>();
  return (token) => {
    if (token === undefined || token === '') throw new DepartmentError('CONTEXT_REQUIRED');
    const known = kept.get(token);
    if (known && known.expiresAt * 1000 > trust.clock()) return known.context;
    if (known) kept.delete(token);
    const verified = verify(token, trust);
    if (kept.size >= KEPT_CONTEXTS)
      for (const oldest of kept.keys()) {
        kept.delete(oldest);
        break;
      }
    kept.set(token, verified);
    return verified.context;
  };
}

const seconds = v.pipe(v.number(), v.integer());
const short = v.pipe(v.string(), v.maxLength(128));
const day = v.pipe(v.string(), v.isoDate());
const AUTHORIZATION = v.pipe(
  v.object({ from: day, to: day, categories: v.array(short), fields: v.optional(v.array(short)) }),
  v.check(({ from, to }) => from <= to),
  v.transform(({ fields, ...always }): AuthorizedData => ({ ...always, ...(fields && { fields }) })),
);
const CALLER = v.object({
  actor: v.picklist(ACTORS),
  organization: short,
  department: v.optional(short),
  purpose: v.pipe(short, v.minLength(1)),
  subject: v.optional(v.pipe(v.string(), v.check(isSubjectId))),
  authorization: v.optional(AUTHORIZATION),
  operator: v.optional(v.string()),
  matter: v.optional(v.string()),
  credentials: v.optional(
    v.object({
      keyThumbprint: v.exactOptional(short),
      signatory: v.exactOptional(v.picklist(SIGNATORY_ROLES)),
      assurance: v.exactOptional(v.picklist(ASSURANCE_LEVELS)),
      channel: v.exactOptional(v.picklist(CONSENT_CHANNELS)),
    }),
  ),
});
const CLAIMS = v.object({ iat: seconds, exp: seconds, ...CALLER.entries });

function verify(token: string, { audience, publicKeys, clock }: ContextTrust): { context: SignedContext; expiresAt: number } {
  if (token.length > LONGEST_TOKEN) throw new DepartmentError('CONTEXT_INVALID');
  const now = Math.floor(clock() / 1000);
  try {
    const key = publicKeys.get(jsonwebtoken.decode(token, { complete: true })?.header.kid ?? '');
    if (key === undefined) throw new DepartmentError('CONTEXT_INVALID');
    // The algorithm is ours to name: a token that says `none`, or HS256 with the public key as secret, fails here.
    const payload = jsonwebtoken.verify(token, key, {
      algorithms: ['ES256'],
      audience,
      issuer: CONTEXT_ISSUER,
      clockTimestamp: now,
    });
    const { iat, exp, ...caller } = v.parse(CLAIMS, payload);
    if (
      iat > now + CLOCK_SKEW_SECONDS ||
      exp - iat > CONTEXT_MAX_AGE_SECONDS ||
      exp > now + CONTEXT_MAX_AGE_SECONDS + CLOCK_SKEW_SECONDS
    ) {
      throw new DepartmentError('CONTEXT_INVALID');
    }
    return { context: Object.freeze({ audience, ...given(caller) }), expiresAt: exp };
  } catch (cause) {
    throw cause instanceof DepartmentError ? cause : new DepartmentError('CONTEXT_INVALID', { cause });
  }
}

/** Without the members that have no value: a claim that is absent stays absent. */
function given({ department, subject, authorization, operator, matter, credentials, ...always }: v.InferOutput<typeof CALLER>) {
  return {
    ...always,
    ...(department !== undefined && { department }),
    ...(subject !== undefined && { subject }),
    ...(authorization !== undefined && { authorization }),
    ...(operator !== undefined && { operator }),
    ...(matter !== undefined && { matter }),
    ...(credentials !== undefined && { credentials }),
  };
}
