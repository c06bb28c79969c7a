import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileFiles } from '../../policies/load-policies.ts';
import { catalogue, mutated } from '../../policies/policies.fixture.ts';
import { type ErrorCode, ERRORS, type GatewayError } from '../errors.ts';
import { asked, BANK, consent, context, KEY, noticeOf, OTHER_COMPANY } from './authorization.fixture.ts';
import { readConsent } from './consent.ts';
import { readTerms } from './terms.ts';

/** Each a request that no authorization may come of, and the code it is refused with. */
const NEGATIVE_REQUESTS: readonly (readonly [string, Record<string, unknown>, ErrorCode])[] = [
  ['without an end', { expiresAt: null }, 'AUTHORIZATION_UNBOUNDED'],
  ['that ends in the year 9999', { expiresAt: '9999-12-31T23:59:59Z' }, 'AUTHORIZATION_UNBOUNDED'],
  ['for ever', { expiresAt: '长期' }, 'AUTHORIZATION_UNBOUNDED'],
  ['without a beginning', { notBefore: undefined }, 'AUTHORIZATION_START_MISSING'],
  ['that renews itself', { autoRenew: true }, 'AUTHORIZATION_RENEWS_ITSELF'],
  ['without a number of uses', { maxUses: null }, 'AUTHORIZATION_USES_UNBOUNDED'],
  ['with endless uses', { maxUses: Number.POSITIVE_INFINITY }, 'AUTHORIZATION_USES_UNBOUNDED'],
  ['without a number of uses a day', { maxUsesPerDay: undefined }, 'AUTHORIZATION_DAILY_USES_UNBOUNDED'],
  ['without the first day of the data', { dataFrom: null }, 'AUTHORIZATION_WINDOW_UNBOUNDED'],
  ['without the last day of the data', { dataTo: 'forever' }, 'AUTHORIZATION_WINDOW_UNBOUNDED'],
  ['without a life of the data', { dataLifeDays: 'permanent' }, 'AUTHORIZATION_DATA_LIFE_UNBOUNDED'],
  ['for any purpose', { purpose: '*' }, 'AUTHORIZATION_PURPOSE_WILDCARD'],
  ['for any purpose, in words', { purpose: '任意' }, 'AUTHORIZATION_PURPOSE_WILDCARD'],
  ['for a bundle of purposes', { purpose: ['LOAN_PRE', 'LOAN_POST'] }, 'AUTHORIZATION_PURPOSE_BUNDLED'],
  ['for a bundle of purposes in one text', { purpose: 'LOAN_PRE,LOAN_POST' }, 'AUTHORIZATION_PURPOSE_BUNDLED'],
  ['for an unknown purpose', { purpose: 'MARKETING' }, 'AUTHORIZATION_PURPOSE_UNKNOWN'],
  ['for a purpose no authorization opens', { purpose: 'DAILY_SUPERVISION' }, 'AUTHORIZATION_PURPOSE_UNFIT'],
  ['for all categories', { scope: { categories: 'all' } }, 'AUTHORIZATION_SCOPE_WILDCARD'],
  ['for all fields of a type', { scope: { categories: ['TAX'], fields: ['TaxStanding.*'] } }, 'AUTHORIZATION_SCOPE_WILDCARD'],
  ['for no category', { scope: { categories: [] } }, 'AUTHORIZATION_SCOPE_EMPTY'],
  ['for no field', { scope: { categories: ['TAX'], fields: [] } }, 'AUTHORIZATION_SCOPE_EMPTY'],
  ['for an unknown category', { scope: { categories: ['HEALTH'] } }, 'AUTHORIZATION_CATEGORY_UNKNOWN'],
  ['for a category beyond the template', { scope: { categories: ['TAX', 'QUERY_LOG'] } }, 'AUTHORIZATION_SCOPE_EXCEEDED'],
  ['for an unknown field', { scope: { categories: ['TAX'], fields: ['TaxStanding.all'] } }, 'AUTHORIZATION_FIELD_UNKNOWN'],
  [
    'for a field of another category',
    { scope: { categories: ['TAX'], fields: ['UtilityStanding.hasArrears'] } },
    'AUTHORIZATION_FIELD_OUTSIDE',
  ],
  [
    'for a field no loan needs',
    { scope: { categories: ['TAX'], fields: ['TaxStanding.refundAccountNo'] } },
    'AUTHORIZATION_FIELD_WITHHELD',
  ],
  ['by an unknown template', { template: { id: 'LOAN', version: '2026.1' } }, 'AUTHORIZATION_TEMPLATE_UNKNOWN'],
  ['by an old version of the template', { template: { id: 'LOAN_PRE', version: '2025.1' } }, 'AUTHORIZATION_TEMPLATE_OUTDATED'],
  ['by the template of another purpose', { template: { id: 'LOAN_POST', version: '2026.1' } }, 'AUTHORIZATION_TEMPLATE_MISMATCH'],
  ['with another notice', { noticeHash: noticeOf('LOAN_POST') }, 'AUTHORIZATION_NOTICE_MISMATCH'],
  ['of nobody', { subject: '' }, 'AUTHORIZATION_SUBJECT_INVALID'],
  ['of everybody', { subject: '*' }, 'AUTHORIZATION_SUBJECT_INVALID'],
  ['of a number that is not resolved', { subject: `r-${'c'.repeat(22)}` }, 'AUTHORIZATION_SUBJECT_INVALID'],
  ['to all banks', { grantee: { organization: '*', keyThumbprint: KEY } }, 'AUTHORIZATION_GRANTEE_INVALID'],
  ['to several banks', { grantee: { organization: 'A,B', keyThumbprint: KEY } }, 'AUTHORIZATION_GRANTEE_INVALID'],
  ['to another bank', { grantee: { organization: 'OTHER', keyThumbprint: KEY } }, 'AUTHORIZATION_GRANTEE_FOREIGN'],
  [
    'to a key of somebody else',
    { grantee: { organization: BANK, keyThumbprint: 'x'.repeat(43) } },
    'AUTHORIZATION_GRANTEE_FOREIGN',
  ],
  ['to no key', { grantee: { organization: BANK } }, 'AUTHORIZATION_KEY_REQUIRED'],
  ['without a loan', { matter: '  ' }, 'AUTHORIZATION_MATTER_REQUIRED'],
  ['with a resident number for the loan', { matter: '借款人11010519491231002X' }, 'AUTHORIZATION_MALFORMED'],
  ['with a loan that turns the line around', { matter: '贷2026-\u202e1' }, 'AUTHORIZATION_MALFORMED'],
  ['with a loan in a thousand words', { matter: '贷'.repeat(129) }, 'AUTHORIZATION_MALFORMED'],
  ['with the consent filled in by the bank', { separateConsent: true }, 'AUTHORIZATION_CONSENT_PRESUMED'],
  ['with the signatory filled in by the bank', { signatory: 'LEGAL_REPRESENTATIVE' }, 'AUTHORIZATION_CONSENT_PRESUMED'],
  [
    'that ends before it begins',
    { notBefore: '2026-06-20T00:00:00Z', expiresAt: '2026-06-19T00:00:00Z' },
    'AUTHORIZATION_PERIOD_INVERTED',
  ],
  ['that began yesterday', { notBefore: '2026-06-14T04:00:00Z' }, 'AUTHORIZATION_STARTS_IN_PAST'],
  [
    'kept in stock for later',
    { notBefore: '2026-07-01T00:00:00Z', expiresAt: '2026-07-20T00:00:00Z' },
    'AUTHORIZATION_STARTS_TOO_LATE',
  ],
  ['that has ended', { notBefore: '2026-05-01T00:00:00Z', expiresAt: '2026-06-01T00:00:00Z' }, 'AUTHORIZATION_ENDS_IN_PAST'],
  ['of 367 days', { expiresAt: '2027-06-17T04:00:00Z' }, 'AUTHORIZATION_OVER_A_YEAR'],
  ['of 31 days', { expiresAt: '2026-07-16T04:00:00Z' }, 'AUTHORIZATION_PERIOD_TOO_LONG'],
  ['of no use', { maxUses: 0 }, 'AUTHORIZATION_USES_INVALID'],
  ['of half a use', { maxUses: 1.5 }, 'AUTHORIZATION_USES_INVALID'],
  ['of four uses', { maxUses: 4 }, 'AUTHORIZATION_USES_EXCEEDED'],
  ['of more uses a day than in all', { maxUses: 1, maxUsesPerDay: 2 }, 'AUTHORIZATION_DAILY_USES_INVALID'],
  ['of a window that is no date', { dataFrom: '2024-02-30' }, 'AUTHORIZATION_WINDOW_INVALID'],
  ['of a window that ends before it begins', { dataFrom: '2026-06-14', dataTo: '2026-06-13' }, 'AUTHORIZATION_WINDOW_INVERTED'],
  ['of data beyond its own end', { dataTo: '2026-07-16', dataFrom: '2026-01-01' }, 'AUTHORIZATION_WINDOW_IN_FUTURE'],
  ['of two years and a day of data', { dataFrom: '2024-06-15' }, 'AUTHORIZATION_WINDOW_TOO_LONG'],
  ['of data kept for no day', { dataLifeDays: 0 }, 'AUTHORIZATION_DATA_LIFE_INVALID'],
  ['of data kept for 181 days', { dataLifeDays: 181 }, 'AUTHORIZATION_DATA_LIFE_EXCEEDED'],
  ['with a member nobody knows', { surprise: 1 }, 'AUTHORIZATION_MALFORMED'],
  ['with an end that is no instant', { expiresAt: 'tomorrow' }, 'AUTHORIZATION_MALFORMED'],
];

/** Each a consent that grants nothing. */
const NEGATIVE_CONSENTS: readonly (readonly [string, Parameters<typeof consent>[0], ErrorCode])[] = [
  ['by the bank itself', { actor: 'BANK', organization: BANK }, 'AUTHORIZATION_CONSENT_BY_GRANTEE'],
  ["by a subject's token that the bank holds", { organization: BANK }, 'AUTHORIZATION_CONSENT_BY_GRANTEE'],
  ['for another company', { subject: OTHER_COMPANY, organization: OTHER_COMPANY }, 'AUTHORIZATION_SIGNATORY_FOREIGN'],
  ['identified by a password alone', { assurance: 'LOW' }, 'AUTHORIZATION_ASSURANCE_TOO_LOW'],
  ['after another notice', { noticeHash: noticeOf('LOAN_POST') }, 'AUTHORIZATION_NOTICE_MISMATCH'],
  ['among other things', { separateConsent: false }, 'AUTHORIZATION_CONSENT_NOT_SEPARATE'],
];

test('the loan is read as queries name it, however its characters are composed', () => {
  expect(readTerms(asked({ matter: ' Cre\u0301dit-7 ' }), context()).terms.matter).toBe('Cr\u00e9dit-7');
});

describe('no authorization is asked for', () => {
  test.each(NEGATIVE_REQUESTS)('%s', (_, changes, code) => {
    expect(() => readTerms(asked(changes), context())).toThrow(expect.objectContaining({ code }));
  });

  test('of a sole proprietor by a template for organisations', () => {
    const policy = compileFiles(
      mutated('authorization-templates/LOAN_PRE.yaml', 'subjects: both', 'subjects: organizations'),
      catalogue,
    );
    expect(() => readTerms(asked({ subject: `p-${'c'.repeat(22)}` }), context(policy))).toThrow(
      expect.objectContaining({ code: 'AUTHORIZATION_SUBJECT_UNFIT' }),
    );
  });

  test('for a field that the template leaves out', () => {
    const policy = compileFiles(
      mutated('authorization-templates/LOAN_PRE.yaml', 'UTILITY]', 'UTILITY], fields: [TaxStanding.hasArrears]'),
      catalogue,
    );
    const scope = { categories: ['TAX'], fields: ['TaxStanding.arrears'] };
    expect(() => readTerms(asked({ scope }), context(policy))).toThrow(
      expect.objectContaining({ code: 'AUTHORIZATION_FIELD_EXCEEDED' }),
    );
  });

  test('for more uses a day than the template allows', () => {
    const policy = compileFiles(mutated('authorization-templates/LOAN_PRE.yaml', 'usesPerDay: 3', 'usesPerDay: 1'), catalogue);
    expect(() => readTerms(asked(), context(policy))).toThrow(
      expect.objectContaining({ code: 'AUTHORIZATION_DAILY_USES_EXCEEDED' }),
    );
  });
});

describe('no authorization is granted', () => {
  const { terms, template } = readTerms(asked(), context());
  const refusal = (given: Parameters<typeof readConsent>[0]) => () => readConsent(given, terms, template);

  test.each(NEGATIVE_CONSENTS)('%s', (_, changes, code) => {
    expect(refusal(consent(changes))).toThrow(expect.objectContaining({ code }));
  });

  test.each([
    ['by somebody without a role', 'signatory', 'AUTHORIZATION_SIGNATORY_UNAUTHORIZED'],
    ['by somebody not identified', 'assurance', 'AUTHORIZATION_ASSURANCE_TOO_LOW'],
    ['at no known place', 'channel', 'AUTHORIZATION_CHANNEL_FORBIDDEN'],
    ['for no subject', 'subject', 'AUTHORIZATION_SIGNATORY_FOREIGN'],
  ] as const)('%s', (_, missing, code) => {
    const { [missing]: _left, ...rest } = consent();
    expect(refusal(rest as Parameters<typeof readConsent>[0])).toThrow(expect.objectContaining({ code }));
  });
});

test.each([
  ['2024-02-29', '2026-02-28'],
  ['2024-03-01', '2026-02-28'],
  ['2026-03-01', '2028-02-29'],
  ['2024-12-31', '2026-12-30'],
])('of two years from %s data are asked for up to %s, and of no day more', (dataFrom, dataTo) => {
  const now = Date.parse('2028-03-01T04:00:00Z');
  const instants = { notBefore: '2028-03-01T04:00:00Z', expiresAt: '2028-03-31T04:00:00Z' };
  const asking = (last: string) => () => readTerms(asked({ ...instants, dataFrom, dataTo: last }), { ...context(), now });
  expect(asking(dataTo)().terms.dataTo).toBe(dataTo);
  const dayAfter = new Date(Date.parse(dataTo) + 86_400_000).toISOString().slice(0, 10);
  expect(asking(dayAfter)).toThrow(expect.objectContaining({ code: 'AUTHORIZATION_WINDOW_TOO_LONG' }));
});

test('there are more than forty faults, each with a code of its own', () => {
  expect(new Set([...NEGATIVE_REQUESTS, ...NEGATIVE_CONSENTS].map(([, , code]) => code)).size).toBeGreaterThan(40);
});

test('whatever is asked, there are terms with every limit or a refusal of the table, which repeats nothing of it', () => {
  const member = fc.oneof(
    fc.string(),
    fc.constant(null),
    fc.constant('*'),
    fc.integer(),
    fc.double(),
    fc.array(fc.string()),
    fc.object(),
  );
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...Object.keys(asked()), 'autoRenew'), member), (changes) => {
      try {
        const { terms, template } = readTerms(asked(changes), context());
        expect(terms.maxUses).toBeLessThanOrEqual(template.limits.uses);
        expect(Date.parse(terms.expiresAt) - Date.parse(terms.notBefore)).toBeLessThanOrEqual(template.limits.days * 86_400_000);
      } catch (error) {
        const { code, details, message } = error as GatewayError;
        expect({ details, message }).toEqual({ details: {}, message: ERRORS[code].message });
      }
    }),
  );
});
