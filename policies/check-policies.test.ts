import { describe, expect, it } from 'vitest';
import { checkPolicies } from './check-policies.ts';
import { failuresOf, loadExamples } from './examples-file.ts';
import { compileFiles } from './load-policies.ts';
import { catalogue, mutated, POLICIES_DIRECTORY, policies, TODAY } from './policies.fixture.ts';

it("the project's own policies keep every law", () => {
  expect(checkPolicies(policies)).toEqual([]);
});

describe('a planted slip is found', () => {
  it.each([
    [
      'dead-rule',
      'purposes/DOUBLE_RANDOM.yaml',
      '[REGISTRATION, PENALTY]\n    PUBLIC',
      '[REGISTRATION, PENALTY]\n    treatment: withhold\n  - id: DR-7\n    categories: [PENALTY]\n    PUBLIC',
      'DR-7: decides no cell',
    ],
    [
      'gentler-class',
      'purposes/LOAN_PRE.yaml',
      'SENSITIVE: withhold',
      'SENSITIVE: reveal',
      'treats SENSITIVE (REVEAL) more gently than PERSONAL (WITHHOLD)',
    ],
    [
      'key-withheld',
      'purposes/SELF_QUERY.yaml',
      '- Officer.subject',
      '- CreditSubject.id',
      'CreditSubject.id is a key and may not be withheld from SUBJECT',
    ],
    [
      'authorized-less',
      'purposes/LOAN_PRE.yaml',
      '      - TaxStanding.refundAccountNo\n',
      '      - TaxStanding.refundAccountNo\n      - TaxStanding.abnormalSince\n',
      'LPRE-14: shows less of TaxStanding.abnormalSince with an authorization than without',
    ],
    [
      'unlisted-filter',
      'policy-set.yaml',
      '  TaxStanding.payments(fromMonth:): TaxPayment.month\n',
      '',
      'TaxStanding.payments(fromMonth:)',
    ],
    [
      'unreachable-field',
      'purposes/ADMIN_APPROVAL_CHECK.yaml',
      '      - CreditSubject.tax\n',
      '',
      'discloses TaxStanding.hasArrears to DEPARTMENT, but no way to it',
    ],
    [
      'two-masks',
      'purposes/ADMIN_APPROVAL_CHECK.yaml',
      'fields: [Officer.subject]\n    treatment: withhold',
      'fields: [Officer.idDocumentNo]\n    treatment: mask\n    mask: ID_NUMBER_6_4',
      'AAC-6 and AAC-1 name different masks',
    ],
    [
      'unnamed-field',
      'policy-set.yaml',
      'undisclosed:\n',
      'undisclosed:\n  Officer.sex: 无须\n',
      'Officer.sex: is listed as undisclosed, but is disclosed',
    ],
  ])('%s', (check, file, from, to, message) => {
    const findings = checkPolicies(compileFiles(mutated(file, from, to), catalogue));
    expect(
      findings
        .filter((finding) => finding.check === check)
        .map((finding) => finding.message)
        .join('\n'),
    ).toContain(message);
  });
});

describe('the examples auditors read are what is decided', () => {
  it.each(loadExamples(POLICIES_DIRECTORY).map((example) => [`${example.given.purpose}: ${example.title}`, example] as const))(
    '%s',
    (_title, example) => {
      expect(failuresOf(example, policies, TODAY)).toEqual([]);
    },
  );
});

it('every purpose has an example', () => {
  const covered = new Set(loadExamples(POLICIES_DIRECTORY).map(({ given }) => given.purpose));
  expect(policies.purposes.map(({ code }) => code).filter((code) => !covered.has(code))).toEqual([]);
});

it('an example that expects otherwise fails, and says what is decided', () => {
  const example = loadExamples(POLICIES_DIRECTORY).find(({ given }) => given.department === 'licensing');
  if (!example) throw new Error('no example');
  const wrong = {
    ...example,
    expect: {
      'TaxArrears.amount': { treatment: 'reveal' as const, rule: 'AAC-2' },
      'Tax.nothing': { treatment: 'reveal' as const, rule: 'x' },
    },
  };
  expect(failuresOf(wrong, policies, TODAY).map(({ message }) => message)).toEqual([
    `${example.title}: TaxArrears.amount is decided withhold default`,
    'the schema has no Tax.nothing',
  ]);
});
