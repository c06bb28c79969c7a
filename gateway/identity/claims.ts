import * as v from 'valibot';
import type { Identifier, SubjectId } from '../../schema/identifiers/subject-id.ts';
import { isPersonSubject, subjectId } from '../../schema/identifiers/subject-id.ts';
import { checkResidentId } from '../../schema/identifiers/resident-id.ts';
import { checkUscc } from '../../schema/identifiers/uscc.ts';
import { ACTORS, isGatewaySubgraph } from '../../schema/signed-context.ts';
import type { Caller } from './caller.ts';

/** A code or work account: letters and digits of any script, so that it cannot forge a line or a field of the log. */
const ACCOUNT = v.pipe(v.string(), v.regex(/^[\p{L}\p{N}][\p{L}\p{N}._:@/-]{0,63}$/u));
const SECONDS = v.pipe(v.number(), v.integer(), v.minValue(0));

/**
 * What a token must say about its bearer, beside `iss` and `aud`:
 *
 * | claim        | meaning                                                     | for                                 |
 * |--------------|-------------------------------------------------------------|-------------------------------------|
 * | `actor`      | kind of caller (schema/signed-context.ts)                   | everybody                           |
 * | `org`        | code of the organisation                                    | everybody but SUBJECT and PUBLIC    |
 * | `department` | code of a department; absent if it has no subgraph          | DEPARTMENT, optional                |
 * | `operator`   | work account of the person or system                        | optional                            |
 * | `subject`    | unified social credit code or resident number of the bearer | SUBJECT                             |
 * | `developer`  | `true` grants introspection in production                   | optional                            |
 * | `iat`, `exp` | issued and expires, seconds since the epoch                 | everybody                           |
 */
export const CLAIMS = v.object({
  actor: v.picklist(ACTORS),
  org: v.optional(ACCOUNT),
  department: v.optional(v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]{0,31}$/))),
  operator: v.optional(ACCOUNT),
  subject: v.optional(v.pipe(v.string(), v.maxLength(64))),
  developer: v.optional(v.boolean(), false),
  iat: SECONDS,
  exp: SECONDS,
});
export type Claims = v.InferOutput<typeof CLAIMS>;

/**
 * The caller that verified claims describe; undefined when they contradict each other. Identity numbers are hashed
 * under the city's key here and kept nowhere.
 */
export function callerOf(claims: Claims, subjectKey: string): Caller | undefined {
  const { actor, developer, department } = claims;
  if ((claims.subject !== undefined) !== (actor === 'SUBJECT')) return undefined;
  // To own what a department owns is to see more of it: what is the gateway's is nobody's own.
  if (department !== undefined && (actor !== 'DEPARTMENT' || isGatewaySubgraph(department))) return undefined;
  if (actor === 'PUBLIC') return { actor, organization: '', developer };

  const subject = claims.subject === undefined ? undefined : identifiedSubject(claims.subject, subjectKey);
  if (actor === 'SUBJECT' && subject === undefined) return undefined;
  // A subject speaks for itself: its own id stands in where the issuer names no organisation.
  const organization = claims.org === undefined ? subject : withoutIdentity(claims.org, subjectKey);
  if (organization === undefined) return undefined;
  return {
    actor,
    organization,
    ...(department !== undefined && { department }),
    ...(claims.operator !== undefined && { operator: withoutIdentity(claims.operator, subjectKey) }),
    ...(subject !== undefined && { subject }),
    developer,
  };
}

/** Issuers put a citizen's number where an account belongs; the log and the departments must not get it (PIPL art. 6). */
function withoutIdentity(account: string, subjectKey: string): string {
  const id = identifiedSubject(account, subjectKey);
  return id !== undefined && isPersonSubject(id) ? id : account;
}

function identifiedSubject(text: string, subjectKey: string): SubjectId | undefined {
  const identifier = identify(text);
  return identifier && subjectId(subjectKey, identifier);
}

/** One resident number in 31 also has the check character of a credit code: the reading with fewer warnings is meant. */
function identify(text: string): Extract<Identifier, { type: 'USCC' | 'RESIDENT_ID' }> | undefined {
  const resident = checkResidentId(text);
  const uscc = checkUscc(text);
  if (resident.valid && !(uscc.valid && uscc.warnings.length < resident.warnings.length)) {
    return { type: 'RESIDENT_ID', value: resident.value };
  }
  return uscc.valid ? { type: 'USCC', value: uscc.value } : undefined;
}
