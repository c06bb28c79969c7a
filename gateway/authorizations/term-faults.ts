import { type AuthorizationTemplate, LONGEST_DAYS, noticeHash } from '../../policies/authorization-template.ts';
import type { PurposeRules } from '../../policies/policy-set.ts';
import { isCalendarDate } from '../../schema/calendar.ts';
import { cityToday } from '../../schema/city-clock.ts';
import { isPersonSubject } from '../../schema/identifiers/subject-id.ts';
import type { ErrorCode } from '../errors.ts';
import type { AuthorizationTerms, TermsContext } from './authorization-terms.ts';

/** The first thing in terms that the policies do not allow; else the template they keep to. */
export function termFault(terms: AuthorizationTerms, context: TermsContext): ErrorCode | AuthorizationTemplate {
  const { policy, now } = context;
  const today = cityToday(() => now);
  const purpose = policy.purpose(terms.purpose, today);
  if (purpose === undefined) return 'AUTHORIZATION_PURPOSE_UNKNOWN';
  const template = policy.template(terms.template.id, today);
  if (template === undefined) return 'AUTHORIZATION_TEMPLATE_UNKNOWN';
  const held = { terms, purpose, template, context, today };
  return FAULTS.find(([, isFault]) => isFault(held))?.[0] ?? template;
}

interface Held {
  terms: AuthorizationTerms;
  purpose: PurposeRules;
  template: AuthorizationTemplate;
  context: TermsContext;
  today: string;
}

const DAY_MS = 86_400_000;

/** One row a fault, in the order in which they are looked for. */
const FAULTS: readonly (readonly [ErrorCode, (held: Held) => boolean])[] = [
  ['AUTHORIZATION_GRANTEE_FOREIGN', ({ terms: { grantee }, context }) => isForeign(grantee, context.grantee)],
  [
    'AUTHORIZATION_PURPOSE_UNFIT',
    ({ purpose, context }) => !purpose.authorizes || !purpose.actors.includes(context.grantee.actor),
  ],
  ['AUTHORIZATION_TEMPLATE_MISMATCH', ({ terms, template }) => template.purpose !== terms.purpose],
  ['AUTHORIZATION_TEMPLATE_OUTDATED', ({ terms, template }) => template.version !== terms.template.version],
  ['AUTHORIZATION_NOTICE_MISMATCH', ({ terms, template }) => noticeHash(template) !== terms.noticeHash],
  [
    'AUTHORIZATION_SUBJECT_UNFIT',
    ({ terms, template }) => template.subjects === 'organizations' && isPersonSubject(terms.subject),
  ],
  [
    'AUTHORIZATION_SCOPE_EXCEEDED',
    ({ terms, template }) => terms.scope.categories.some((category) => !template.scope.categories.includes(category)),
  ],
  [
    'AUTHORIZATION_FIELD_UNKNOWN',
    (held) => fieldsOf(held).some((field) => held.context.policy.catalogue.get(field)?.kind !== 'field'),
  ],
  [
    'AUTHORIZATION_FIELD_OUTSIDE',
    (held) =>
      fieldsOf(held).some(
        (field) =>
          !held.terms.scope.categories.some((category) => category === held.context.policy.catalogue.get(field)?.category),
      ),
  ],
  [
    'AUTHORIZATION_FIELD_EXCEEDED',
    (held) => fieldsOf(held).some((field) => held.template.scope.fields?.includes(field) === false),
  ],
  ['AUTHORIZATION_FIELD_WITHHELD', (held) => fieldsOf(held).some((field) => isWithheld(field, held))],
  ['AUTHORIZATION_ENDS_IN_PAST', ({ terms, context }) => Date.parse(terms.expiresAt) <= context.now],
  ['AUTHORIZATION_PERIOD_INVERTED', ({ terms }) => terms.expiresAt <= terms.notBefore],
  ['AUTHORIZATION_STARTS_IN_PAST', ({ terms, today }) => dayOf(terms.notBefore) < today],
  [
    'AUTHORIZATION_STARTS_TOO_LATE',
    ({ terms, template, context }) => Date.parse(terms.notBefore) > context.now + template.requests.answerWithinDays * DAY_MS,
  ],
  [
    'AUTHORIZATION_OVER_A_YEAR',
    ({ terms, context }) =>
      Date.parse(terms.expiresAt) - Math.min(context.now, Date.parse(terms.notBefore)) > LONGEST_DAYS * DAY_MS,
  ],
  [
    'AUTHORIZATION_PERIOD_TOO_LONG',
    ({ terms, template }) => Date.parse(terms.expiresAt) - Date.parse(terms.notBefore) > template.limits.days * DAY_MS,
  ],
  ['AUTHORIZATION_USES_INVALID', ({ terms }) => !isCount(terms.maxUses)],
  ['AUTHORIZATION_USES_EXCEEDED', ({ terms, template }) => terms.maxUses > template.limits.uses],
  ['AUTHORIZATION_DAILY_USES_INVALID', ({ terms }) => !isCount(terms.maxUsesPerDay) || terms.maxUsesPerDay > terms.maxUses],
  ['AUTHORIZATION_DAILY_USES_EXCEEDED', ({ terms, template }) => terms.maxUsesPerDay > template.limits.usesPerDay],
  ['AUTHORIZATION_WINDOW_INVALID', ({ terms }) => !isCalendarDate(terms.dataFrom) || !isCalendarDate(terms.dataTo)],
  ['AUTHORIZATION_WINDOW_INVERTED', ({ terms }) => terms.dataTo < terms.dataFrom],
  ['AUTHORIZATION_WINDOW_IN_FUTURE', ({ terms }) => terms.dataTo > dayOf(terms.expiresAt)],
  [
    'AUTHORIZATION_WINDOW_TOO_LONG',
    ({ terms, template }) => terms.dataTo >= monthsAfter(terms.dataFrom, template.limits.windowMonths),
  ],
  ['AUTHORIZATION_DATA_LIFE_INVALID', ({ terms }) => !isCount(terms.dataLifeDays)],
  ['AUTHORIZATION_DATA_LIFE_EXCEEDED', ({ terms, template }) => terms.dataLifeDays > template.limits.dataLifeDays],
];

function isForeign(asked: AuthorizationTerms['grantee'], asking: TermsContext['grantee']): boolean {
  return asked.organization !== asking.organization || asked.keyThumbprint !== asking.keyThumbprint;
}

function fieldsOf({ terms }: Held): readonly string[] {
  return terms.scope.fields ?? [];
}

/** Asked for, yet shown to nobody of this kind even with authorization: consent to it would be consent to nothing. */
function isWithheld(coordinate: string, { terms: { purpose, subject }, context: { policy, grantee }, today }: Held): boolean {
  const key = { purpose, actor: grantee.actor, own: false, authorized: true, person: isPersonSubject(subject), coordinate };
  return policy.decide(key, today).treatment === 'WITHHOLD';
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 1;
}

function dayOf(instant: string): string {
  return cityToday(() => Date.parse(instant));
}

/** The same day some months later; where that month has no such day, the day behind its last. */
function monthsAfter(day: string, months: number): string {
  const [year = 0, month = 1, dayOfMonth = 1] = day.split('-').map(Number);
  const last = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
  return new Date(Date.UTC(year, month - 1 + months, Math.min(dayOfMonth, last + 1))).toISOString().slice(0, 10);
}
