import { CATEGORIES } from '../../schema/classification.ts';
import { isSubjectId } from '../../schema/identifiers/subject-id.ts';
import type { ErrorCode } from '../errors.ts';

type Asked = Readonly<Record<string, unknown>>;

/** The first thing a request must not leave open, or must not say at all; undefined when its form can be read. */
export function formFault(asked: Asked): ErrorCode | undefined {
  return FORM.find(([, isFault]) => isFault(asked))?.[0];
}

/** Words for everything and everybody. */
const WILDCARD = /^(\*|\.\*|%|all|any|everything|全部|任意|不限)$/i;
/** Words and years for never. */
const ENDLESS = /^(never|forever|unlimited|permanent|永久|长期|9999.*|\+\d.*)$/i;
/** Several codes in one text. */
const SEVERAL = /[\s,;|+/、，；]/;
/** What only the subject can say. */
const CONSENT_MEMBERS = ['consent', 'separateConsent', 'signatory', 'assurance', 'channel', 'granted'];

/** One row a fault, in the order in which they are looked for. */
const FORM: readonly (readonly [ErrorCode, (asked: Asked) => boolean])[] = [
  ['AUTHORIZATION_CONSENT_PRESUMED', (asked) => CONSENT_MEMBERS.some((member) => asked[member] !== undefined)],
  ['AUTHORIZATION_RENEWS_ITSELF', ({ autoRenew, renewal }) => isGiven(autoRenew) || isGiven(renewal)],
  ['AUTHORIZATION_PURPOSE_BUNDLED', ({ purpose }) => Array.isArray(purpose) || SEVERAL.test(textOf(purpose))],
  ['AUTHORIZATION_PURPOSE_WILDCARD', ({ purpose }) => WILDCARD.test(textOf(purpose))],
  ['AUTHORIZATION_SCOPE_WILDCARD', ({ scope }) => [...listOf(scope, 'categories'), ...listOf(scope, 'fields')].some(isWildcard)],
  ['AUTHORIZATION_SCOPE_EMPTY', ({ scope }) => listOf(scope, 'categories').length === 0 || isEmpty(memberOf(scope, 'fields'))],
  ['AUTHORIZATION_CATEGORY_UNKNOWN', ({ scope }) => listOf(scope, 'categories').some((name) => !isCategory(name))],
  ['AUTHORIZATION_UNBOUNDED', ({ expiresAt }) => !isGiven(expiresAt) || ENDLESS.test(textOf(expiresAt))],
  ['AUTHORIZATION_START_MISSING', ({ notBefore }) => !isGiven(notBefore)],
  ['AUTHORIZATION_USES_UNBOUNDED', ({ maxUses }) => isOpen(maxUses)],
  ['AUTHORIZATION_DAILY_USES_UNBOUNDED', ({ maxUsesPerDay }) => isOpen(maxUsesPerDay)],
  [
    'AUTHORIZATION_WINDOW_UNBOUNDED',
    ({ dataFrom, dataTo }) => [dataFrom, dataTo].some((day) => !isGiven(day) || ENDLESS.test(textOf(day))),
  ],
  ['AUTHORIZATION_DATA_LIFE_UNBOUNDED', ({ dataLifeDays }) => isOpen(dataLifeDays)],
  ['AUTHORIZATION_MATTER_REQUIRED', ({ matter }) => textOf(matter).trim() === ''],
  ['AUTHORIZATION_SUBJECT_INVALID', ({ subject }) => !isSubjectId(textOf(subject)) || textOf(subject).startsWith('r-')],
  ['AUTHORIZATION_GRANTEE_INVALID', ({ grantee }) => isNobody(memberOf(grantee, 'organization'))],
  ['AUTHORIZATION_KEY_REQUIRED', ({ grantee }) => !/^[\w-]{43}$/.test(textOf(memberOf(grantee, 'keyThumbprint')))],
];

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '' && value !== false;
}

/** Zero is a number, if a useless one: it is refused as such. */
function isOpen(value: unknown): boolean {
  return value === undefined || value === null || value === Number.POSITIVE_INFINITY || ENDLESS.test(textOf(value));
}

function isWildcard(value: unknown): boolean {
  return WILDCARD.test(textOf(value)) || textOf(value).endsWith('.*');
}

function isCategory(value: unknown): boolean {
  return CATEGORIES.some((category) => category === value);
}

function isNobody(organization: unknown): boolean {
  const name = textOf(organization);
  return name.trim() === '' || isWildcard(name) || SEVERAL.test(name);
}

function isEmpty(list: unknown): boolean {
  return Array.isArray(list) && list.length === 0;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

/** A single text is a list of one: `categories: all` is a wildcard too. */
function listOf(value: unknown, name: string): unknown[] {
  const member = memberOf(value, name);
  if (typeof member === 'string') return [member];
  return Array.isArray(member) ? (member as unknown[]) : [];
}
