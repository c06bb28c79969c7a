import { expect, it } from 'vitest';
import { loadSmallCounts, moneyBounds, smallestCount } from './small-counts.ts';

const at = (date: string) => ({ clock: () => Date.parse(`${date}T12:00:00+08:00`) });

it('publishes no count below five, and counts amounts in the bands of the policy', () => {
  expect(smallestCount(at('2026-06-15'))).toBe(5);
  expect(moneyBounds(at('2026-06-15'))).toEqual(['0', '1000000', '10000000', '50000000', '100000000', '500000000']);
});

it('counts nothing on a day for which no rule is in force', () => {
  expect(() => smallestCount(at('2025-12-31'))).toThrow('in force');
});

it.each([
  ['a count below five', 'smallestCount: 4'],
  ['a count that is none', 'smallestCount: few'],
  ['a key that is not known', 'smallestCount: 5, exceptions: [tax]'],
])('does not load with %s', (_what, text) => {
  const file = `rules: [{ id: X, basis: [某法], effective: { from: '2026-01-01' }, moneyBounds: ['0'], ${text} }]`;
  expect(() => loadSmallCounts(file)).toThrow();
});
