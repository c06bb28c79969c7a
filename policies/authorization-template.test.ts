import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { noticeHash } from './authorization-template.ts';
import { PolicyError } from './fault.ts';
import { compileFiles } from './load-policies.ts';
import { catalogue, mutated, policies, policyFiles, TODAY } from './policies.fixture.ts';

const PRE = 'authorization-templates/LOAN_PRE.yaml';
const LIMITS = 'limits: { days: 30, uses: 3, usesPerDay: 3, windowMonths: 24, dataLifeDays: 180 }';

function faultsOf(files: ReadonlyMap<string, string>): string {
  try {
    compileFiles(files, catalogue);
    return 'none';
  } catch (error) {
    if (error instanceof PolicyError) return error.message;
    throw error;
  }
}

test.each([
  ['LOAN_PRE', { days: 30, uses: 3, windowMonths: 24 }, false],
  ['LOAN_POST', { days: 366, windowMonths: 24 }, true],
  ['SINGLE_REPORT', { days: 7, uses: 1 }, false],
])('%s is capped as notice and guide say', (id, limits, openLoan) => {
  expect(policies.template(id, TODAY)).toMatchObject({ limits, requires: { separateConsent: true, openLoan } });
});

test('no template is in force before its day, or of an unknown id', () => {
  expect(policies.template('LOAN_PRE', '2025-12-31')).toBeUndefined();
  expect(policies.template('LOAN', TODAY)).toBeUndefined();
});

describe('a template does not load', () => {
  test.each([
    ['over 366 days', 'days: 30', 'days: 367', 'limits.days: must be at most 366'],
    ['for less than a day', 'days: 30', 'days: 0', 'limits.days: must be at least 1'],
    ['keeping data over 366 days', 'dataLifeDays: 180', 'dataLifeDays: 3660', 'limits.dataLifeDays: must be at most 366'],
    ['without an end', 'days: 30, ', '', 'limits.days: '],
    ['with an endless end', 'days: 30', 'days: forever', 'limits.days: is required'],
    ['without a number of uses', 'uses: 3, ', '', 'limits.uses: '],
    ['without uses a day', 'usesPerDay: 3, ', '', 'limits.usesPerDay: '],
    ['without a data window', 'windowMonths: 24, ', '', 'limits.windowMonths: '],
    ['without a life of the data', ', dataLifeDays: 180', '', 'limits.dataLifeDays: '],
    ['with more uses a day than in all', 'usesPerDay: 3', 'usesPerDay: 4', 'usesPerDay must be at most uses'],
    ['without any limits', `${LIMITS}\n`, '', 'limits: '],
    ['that would renew itself', LIMITS, `${LIMITS}\nautoRenew: true`, 'autoRenew'],
    ['for a purpose there is not', 'purpose: LOAN_PRE', 'purpose: LOAN', 'there is no purpose LOAN'],
    [
      'for a purpose nothing is opened for',
      'purpose: LOAN_PRE',
      'purpose: SELF_QUERY',
      'SELF_QUERY opens nothing by authorization',
    ],
    ['for a field there is not', 'UTILITY]', 'UTILITY], fields: [TaxStanding.all]', 'the schema has no TaxStanding.all'],
    [
      'without a legal basis',
      /basis:\n( {2}- .*\n)+/.exec(policyFiles.get(PRE) ?? '')?.[0] ?? '',
      'basis: []\n',
      'a legal basis is required',
    ],
    ['without a notice', 'notice: |', 'note: |', 'notice: '],
  ])('%s', (_, from, to, fault) => {
    expect(faultsOf(mutated(PRE, from, to))).toContain(fault);
  });

  test('twice in one period', () => {
    const text = policyFiles.get(PRE) ?? '';
    const twice = (change: (text: string) => string) =>
      new Map([...policyFiles, ['authorization-templates/AGAIN.yaml', change(text)]]);
    expect(faultsOf(twice((same) => same))).toContain('version 2026.1 is there twice');
    expect(faultsOf(twice((same) => same.replace('2026.1', '2026.2')))).toContain(
      'LOAN_PRE 2026.2: is in force on the same day as version 2026.1',
    );
  });

  test('for a field outside of its categories', () => {
    const changed = mutated(PRE, 'PENALTY, TAX, SOCIAL_SECURITY, UTILITY]', 'PENALTY], fields: [TaxArrears.amount]');
    expect(faultsOf(changed)).toContain('TaxArrears.amount is of none of the categories');
  });
});

test('templates are part of what the policy hash stands for', () => {
  expect(compileFiles(mutated(PRE, '最多三次', '最多两次'), catalogue).hash).not.toBe(policies.hash);
});

test("a notice's hash is that of its text", () => {
  const template = policies.template('LOAN_PRE', TODAY);
  expect(template?.notice).toContain('不自动续期');
  expect(template && noticeHash(template)).toBe(
    createHash('sha256')
      .update(template?.notice ?? '')
      .digest('hex'),
  );
});
