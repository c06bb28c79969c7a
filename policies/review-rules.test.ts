import { describe, expect, it, test } from 'vitest';
import { PolicyError } from './fault.ts';
import { compileFiles } from './load-policies.ts';
import { catalogue, mutated, policies, policyFiles } from './policies.fixture.ts';

const FILE = 'review-rules.yaml';

function faultsOf(from: string, to: string): string {
  try {
    compileFiles(mutated(FILE, from, to), catalogue);
  } catch (error) {
    if (error instanceof PolicyError) return error.message;
    throw error;
  }
  return 'none';
}

describe('faulty review rules do not load, and the fault is named with its line', () => {
  it.each([
    [
      'no legal basis',
      /basis: \[中华人民共和国个人信息保护法第五十一条, .*\n/.exec(policyFiles.get(FILE) ?? '')?.[0] ?? '',
      'basis: []\n',
      'rules.0.basis: a legal basis is required',
    ],
    ['an unknown kind', 'kind: OFF_HOURS', 'kind: AT_NIGHT', 'rules.2.kind'],
    ['a threshold of another kind', '    misses: 6\n', '    misses: 6\n    refusals: 3\n', 'rules.4'],
    ['a missing threshold', '    misses: 6\n', '', 'rules.4.misses'],
    ['a share that is none', 'missedShare: 0.4', 'missedShare: 40', 'must be a share from 0 to 1'],
    ['a window without end', 'rememberDays: 400', 'rememberDays: 4000', 'must be at most 400 days'],
    ['an id used twice', 'id: RV-2', 'id: RV-1', 'RV-1: the id is used twice'],
    ['an unknown purpose', 'purposes: [BIDDING]', 'purposes: [BIDING]', '招标投标: there is no purpose BIDING'],
    ['an unknown actor', 'actors: [DEPARTMENT, CREDIT_OFFICE, BANK]', 'actors: [CLERK]', 'must be one of DEPARTMENT'],
    ['a day that does not exist', '2026-10-10]', '2026-10-32]', 'must be a date'],
    ['a holiday that ends before it begins', 'to: 2026-05-05', 'to: 2026-04-05', '劳动节: ends before it begins'],
    ['hours that end before they begin', "to: '19:00'", "to: '07:00'", 'calendar.hours: ends before it begins'],
  ])('%s', (_what, from, to, message) => {
    expect(faultsOf(from, to)).toContain(message);
  });
});

test('the rules are part of the policies’ hash, whatever their order, and a directory without them reviews nothing', () => {
  const without = new Map([...policyFiles].filter(([name]) => name !== FILE));
  expect(compileFiles(without, catalogue).source.review.rules).toEqual([]);
  expect(compileFiles(without, catalogue).hash).not.toBe(policies.hash);
  expect(compileFiles(mutated(FILE, 'misses: 6', 'misses: 7'), catalogue).hash).not.toBe(policies.hash);
});
