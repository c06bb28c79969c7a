import type { Queryable } from '../../database/db.ts';
import type { AuthorizationTemplate } from '../../policies/authorization-template.ts';
import type { PolicySet } from '../../policies/policy-set.ts';
import { cityToday, type Clock } from '../../schema/city-clock.ts';
import type { SubjectId } from '../../schema/identifiers/subject-id.ts';
import type { AuthorizedData } from '../../schema/signed-context.ts';
import { readRecord } from '../authorizations/records.ts';
import type { AuthorizationTerms } from '../authorizations/authorization-terms.ts';
import { GatewayError } from '../errors.ts';
import type { Caller } from '../identity/caller.ts';
import { decodeHeader } from '../purpose/decode-header.ts';
import type { DeclaredPurpose } from '../purpose/declared-purpose.ts';
import type { QueryRequest } from '../request.ts';

/** The authorization a query is asked by, and what it covers at most: whether it may be used is decided when it is. */
export interface PresentedAuthorization extends AuthorizedData {
  id: string;
  subject: SubjectId;
}

/**
 * The authorization named by `X-Authorization-Id`, the request's `extensions.authorization` or the token (RFC 9396), all the same if
 * several; undefined where none is named. Rejects with INPUT_INVALID, AUTHORIZATION_UNKNOWN (also for somebody else's),
 * AUTHORIZATION_PURPOSE_MISMATCH or AUTHORIZATION_TEMPLATE_UNKNOWN.
 */
export type PresentAuthorization = (
  request: Pick<QueryRequest, 'header' | 'extensions'>,
  asking: { caller: Caller; purpose: DeclaredPurpose },
  policy: Pick<PolicySet, 'template'>,
) => Promise<PresentedAuthorization | undefined>;

/** Makes the stage. Only what never changes is read here: terms, by their id. */
export function createPresentAuthorization({ db, clock }: { db: Queryable; clock: Clock }): PresentAuthorization {
  return async (request, { caller, purpose }, policy) => {
    const id = named(request, caller);
    if (id === undefined) return undefined;
    const record = await readRecord(db, id);
    if (record === undefined || record.terms.grantee.organization !== caller.organization) {
      throw new GatewayError('AUTHORIZATION_UNKNOWN');
    }
    const { terms } = record;
    if (terms.purpose !== purpose.code) throw new GatewayError('AUTHORIZATION_PURPOSE_MISMATCH');
    const template = policy.template(terms.template.id, cityToday(clock));
    // A template that was withdrawn takes what was granted by it along.
    if (template === undefined) throw new GatewayError('AUTHORIZATION_TEMPLATE_UNKNOWN');
    return { id, subject: terms.subject, from: terms.dataFrom, to: terms.dataTo, ...effectiveScope(terms, template) };
  };
}

const ID = /^[A-Za-z0-9][\w-]{0,63}$/;

function named(
  { header, extensions }: Pick<QueryRequest, 'header' | 'extensions'>,
  { authorization }: Caller,
): string | undefined {
  const given = [decodeHeader('authorization', header('x-authorization-id')), extensions['authorization'], authorization];
  const ids = new Set(given.filter((id) => id !== undefined && id !== null && id !== ''));
  const [id] = ids;
  // Which of two was meant decides whose consent is used up: never guess.
  if (ids.size > 1 || (id !== undefined && !(typeof id === 'string' && ID.test(id)))) {
    throw new GatewayError('INPUT_INVALID', { argument: 'authorization' });
  }
  return id as string | undefined;
}

/**
 * The lesser of what was granted and what the template in force today still allows, each once; what the purpose allows is in its rules.
 * All of it travels to departments, which take no context that is too long: one that was would count against the department.
 */
function effectiveScope(
  { scope }: AuthorizationTerms,
  template: AuthorizationTemplate,
): Pick<AuthorizedData, 'categories' | 'fields'> {
  const categories = [...new Set(scope.categories)].filter((category) => template.scope.categories.includes(category));
  const lists = [scope.fields, template.scope.fields].filter((list) => list !== undefined);
  const [first, second] = lists;
  if (first === undefined) return { categories };
  const fields = [...new Set(first)];
  return { categories, fields: second === undefined ? fields : fields.filter((field) => second.includes(field)) };
}
