import * as v from 'valibot';
import type { AuthorizationTemplate } from '../../policies/authorization-template.ts';
import { CATEGORIES } from '../../schema/classification.ts';
import type { SubjectId } from '../../schema/identifiers/subject-id.ts';
import { GatewayError } from '../errors.ts';
import { isMatter, normalText } from '../purpose/read-matter.ts';
import type { AuthorizationTerms, TermsContext } from './authorization-terms.ts';
import { formFault } from './form-faults.ts';
import { termFault } from './term-faults.ts';

/** Terms that hold, with the template they were held against. */
export interface AcceptedTerms {
  terms: AuthorizationTerms;
  template: AuthorizationTemplate;
}

/**
 * Reads a request for an authorization, of which nothing is believed. The first fault decides.
 * @throws {GatewayError} one of the codes AUTHORIZATION_…, each for one fault; never repeats a value.
 */
export function readTerms(asked: Readonly<Record<string, unknown>>, context: TermsContext): AcceptedTerms {
  const malformed = formFault(asked);
  if (malformed !== undefined) throw new GatewayError(malformed);
  const { success, output } = v.safeParse(TERMS, asked);
  if (!success) throw new GatewayError('AUTHORIZATION_MALFORMED');
  const { scope, ...terms } = output;
  const read: AuthorizationTerms = {
    ...terms,
    scope: { categories: scope.categories, ...(scope.fields !== undefined && { fields: scope.fields }) },
    subject: terms.subject as SubjectId,
    notBefore: new Date(terms.notBefore).toISOString(),
    expiresAt: new Date(terms.expiresAt).toISOString(),
  };
  const found = termFault(read, context);
  if (typeof found === 'string') throw new GatewayError(found);
  return { terms: read, template: found };
}

const text = v.pipe(v.string(), v.nonEmpty(), v.maxLength(128));
const instant = v.pipe(
  v.string(),
  v.check((given) => !Number.isNaN(Date.parse(given)), 'is no instant'),
);
const number = v.pipe(v.number(), v.finite());
const TERMS = v.strictObject({
  id: text,
  subject: text,
  grantee: v.strictObject({ organization: text, keyThumbprint: text }),
  purpose: text,
  scope: v.strictObject({ categories: v.array(v.picklist(CATEGORIES)), fields: v.optional(v.array(text)) }),
  dataFrom: text,
  dataTo: text,
  notBefore: instant,
  expiresAt: instant,
  maxUses: number,
  maxUsesPerDay: number,
  dataLifeDays: number,
  matter: v.pipe(text, v.transform(normalText), v.check(isMatter, 'is no case number')),
  template: v.strictObject({ id: text, version: text }),
  noticeHash: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
});
