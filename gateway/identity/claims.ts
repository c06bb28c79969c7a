import * as v from 'valibot';
import { holdsIdentityNumber, withoutIdentityNumbers } from '../../schema/identifiers/holds-identity.ts';
import type { Identifier, SubjectId } from '../../schema/identifiers/subject-id.ts';
import { isPersonSubject, subjectId } from '../../schema/identifiers/subject-id.ts';
import { checkResidentId } from '../../schema/identifiers/resident-id.ts';
import { checkUscc } from '../../schema/identifiers/uscc.ts';
import { ASSURANCE_LEVELS, CONSENT_CHANNELS, SIGNATORY_ROLES } from '../../schema/authorization-terms.ts';
import { ACTORS, isGatewaySubgraph } from '../../schema/signed-context.ts';
import type { Caller } from './caller.ts';

/** A code or work account: letters and digits of any script, each to be seen, so that it cannot forge a line or a field of the log. */
const ACCOUNT = v.pipe(v.string(), v.regex(/^(?!.*\p{Default_Ignorable_Code_Point})[\p{L}\p{N}][\p{L}\p{N}._:@/-]{0,63}$/u));
/** A display name (OpenID Connect Core, 5.1). One that is none must not keep its bearer out: it is passed over. */
const NAME = v.pipe(v.string(), v.trim(), v.regex(/^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]{1,64}$/u));
/** A NumericDate (RFC 7519, clause 2), which may have a fraction. */
const SECONDS = v.pipe(v.number(), v.finite(), v.minValue(0));
/** More are no description of what one query may do. */
const MAX_AUTHORIZATION_DETAILS = 16;
/** The type of authorization details (RFC 9396) that this gateway reads; those of other types are other servers'. */
export const AUTHORIZATION_DETAIL = 'xinqiao_authorization';
const AUTHORIZATION_ID = /^[A-Za-z0-9][\w-]{0,63}$/;
const DETAIL = v.pipe(
  v.looseObject({ type: v.string(), authorization_id: v.optional(v.unknown()) }),
  v.check(({ type, authorization_id: id }) => type !== AUTHORIZATION_DETAIL || isAuthorizationId(id)),
);
/** A confirmation of another kind (RFC 7800) is one that this gateway could not check: such a token is refused. */
const CONFIRMATION = v.strictObject({ jkt: v.pipe(v.string(), v.regex(/^[\w-]{43}$/)) });

/**
 * What a token must say about its bearer, beside `iss` and `aud`:
 *
 * | claim                   | meaning                                                        | for                              |
 * |-------------------------|----------------------------------------------------------------|----------------------------------|
 * | `actor`                 | kind of caller (schema/signed-context.ts)                      | everybody                        |
 * | `org`                   | code of the organisation                                       | everybody but SUBJECT and PUBLIC |
 * | `department`            | code of a department; absent if it has no subgraph             | DEPARTMENT, optional             |
 * | `operator`              | work account of the person or system                           | optional                         |
 * | `name`                  | what people call the operator; kept sealed beside the log      | optional                         |
 * | `subject`               | unified social credit code or resident number of the bearer    | SUBJECT                          |
 * | `developer`             | `true` grants introspection in production                      | optional                         |
 * | `signatory`             | role of a person who signs for the subject (SIGNATORY_ROLES)   | SUBJECT, optional                |
 * | `assurance`, `channel`  | how surely that person is known, and where it signs            | SUBJECT, optional                |
 * | `cnf`                   | `{jkt}`: thumbprint of the bearer's key (RFC 9449, clause 6.1) | optional                         |
 * | `authorization_details` | `[{type: xinqiao_authorization, authorization_id}]` (RFC 9396) | optional, at most one            |
 * | `iat`, `exp`            | issued and expires, seconds since the epoch                    | everybody                        |
 */
export const CLAIMS = v.object({
  actor: v.picklist(ACTORS),
  org: v.optional(ACCOUNT),
  department: v.optional(v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]{0,31}$/))),
  operator: v.optional(ACCOUNT),
  name: v.optional(v.fallback(v.optional(NAME), undefined)),
  subject: v.optional(v.pipe(v.string(), v.maxLength(64))),
  developer: v.optional(v.boolean(), false),
  signatory: v.exactOptional(v.picklist(SIGNATORY_ROLES)),
  assurance: v.exactOptional(v.picklist(ASSURANCE_LEVELS)),
  channel: v.exactOptional(v.picklist(CONSENT_CHANNELS)),
  cnf: v.optional(CONFIRMATION),
  authorization_details: v.optional(v.pipe(v.array(DETAIL), v.maxLength(MAX_AUTHORIZATION_DETAILS)), []),
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
  const bound = claims.cnf !== undefined && { keyThumbprint: claims.cnf.jkt };
  if (actor === 'PUBLIC') return { actor, organization: '', ...bound, developer };
  const [authorization, ...others] = claims.authorization_details.flatMap(({ type, authorization_id: id }) =>
    type === AUTHORIZATION_DETAIL && isAuthorizationId(id) ? [id] : [],
  );
  // Of two authorizations nobody could say which one a query uses up.
  if (others.length > 0) return undefined;

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
    ...(claims.name !== undefined && !holdsIdentityNumber(claims.name) && { operatorName: claims.name }),
    ...(subject !== undefined && { subject }),
    ...(authorization !== undefined && { authorization }),
    ...signingOf(claims),
    ...bound,
    developer,
  };
}

/** Whether a caller's organisation or operator can be called so: of other names no token is taken, and identity numbers do not stay in theirs. */
export function isAccount(name: string): boolean {
  return v.is(ACCOUNT, name) && !holdsIdentityNumber(name);
}

/** Nobody but a subject's own representative signs for one: from others the claims mean nothing. */
function signingOf({ actor, signatory, assurance, channel }: Claims): Pick<Caller, 'signing'> {
  if (actor !== 'SUBJECT' || signatory === undefined) return {};
  return { signing: { signatory, ...(assurance !== undefined && { assurance }), ...(channel !== undefined && { channel }) } };
}

function isAuthorizationId(id: unknown): id is string {
  return typeof id === 'string' && AUTHORIZATION_ID.test(id);
}

/** Issuers put a citizen's number where an account belongs, or into one; the log and the departments must not get it (PIPL art. 6). */
function withoutIdentity(account: string, subjectKey: string): string {
  return withoutIdentityNumbers(account, (number) => {
    const id = identifiedSubject(number, subjectKey);
    return id !== undefined && isPersonSubject(id) ? id : number;
  });
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
