import { describe, expect, it } from 'vitest';
import { compileFiles } from './load-policies.ts';
import { checkPolicies } from './check-policies.ts';
import { catalogue, mutated, policies } from './policies.fixture.ts';
import { offeredThresholds } from './thresholds.ts';

describe('thresholds are offered where a band begins, and nowhere else', () => {
  const money = offeredThresholds({ kind: 'bands', bounds: ['0', '10000', '0.5'] });
  it.each([
    ['10000', '10000'],
    ['10000.00', '10000'],
    ['010000.0', '10000'],
    ['0', '0'],
    ['-0.00', '0'],
    ['0.50', '0.5'],
    ['9999.99', undefined],
    ['-10000', undefined],
    ['100000', undefined],
    ['[0,10000)', undefined],
    ['', undefined],
  ])('of amounts: %s', (value, canonical) => {
    expect(money?.canonical(value)).toBe(canonical);
  });

  it.each([
    ['year', '2025-01', true],
    ['year', '2025-01-01', true],
    ['year', '2025-02', false],
    ['year', '2025-01-02', false],
    ['year', '2025', false],
    ['month', '2025-02', true],
    ['month', '2025-02-01', true],
    ['month', '2025-02-02', false],
  ] as const)('of dates cut to their %s: %s', (to, value, offered) => {
    expect(offeredThresholds({ kind: 'precision', to })?.canonical(value)).toBe(offered ? value : undefined);
  });

  it('a mask without bands offers none', () => {
    expect(offeredThresholds({ kind: 'name' })).toBeUndefined();
    expect(offeredThresholds(undefined)).toBeUndefined();
  });
});

it('every question of the schema asks by a threshold: an argument that is in neither list is found', () => {
  const findings = checkPolicies(
    compileFiles(mutated('policy-set.yaml', '  TaxStanding.paidAtLeast(amount:): TaxPaidYear.amount\n', ''), catalogue),
  );
  expect(findings.map(({ message }) => message).join('\n')).toContain('TaxStanding.paidAtLeast(amount:)');
  expect(policies.source.thresholds.size).toBe(3);
});

describe('thresholds that would not keep to the bands do not load', () => {
  it.each([
    [
      'a field without bands',
      'policy-set.yaml',
      ': TaxPaidYear.amount',
      ': TaxArrears.taxType',
      'TaxArrears.taxType has no bands',
    ],
    [
      'a field that is not there',
      'policy-set.yaml',
      ': TaxPaidYear.amount',
      ': TaxPaidYear.sum',
      'the schema has no TaxPaidYear.sum',
    ],
    [
      'a field that a purpose shows in other bands',
      'purposes/LOAN_POST.yaml',
      '  - id: LPOST-12\n',
      '  - id: LPOST-13\n    fields: [UtilityBill.month]\n    treatment: generalize\n    mask: MONTH_TO_YEAR\n  - id: LPOST-12\n',
      'LPOST-13: a field that thresholds ask about keeps its own mask',
    ],
  ])('%s', (_what, file, from, to, message) => {
    expect(() => compileFiles(mutated(file, from, to), catalogue)).toThrow(message);
  });
});
