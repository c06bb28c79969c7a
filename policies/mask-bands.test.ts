import { expect, it } from 'vitest';
import { compileFiles } from './load-policies.ts';
import { catalogue, mutated, policies } from './policies.fixture.ts';
import type { PolicySet } from './policy-set.ts';

/** Decimals of the scalars that bands are made for, and the least and greatest value where there is one. */
const SCALARS: Readonly<Record<string, { decimals: number; least?: string; greatest?: string }>> = {
  Money: { decimals: 2 },
  Count: { decimals: 0, least: '0' },
  Quantity: { decimals: 3, least: '0' },
  Percentage: { decimals: 2, least: '0', greatest: '100' },
};

/** Bands that only one value of their scalar lies in: to show such a band is to show the value. */
function tellingBands({ masks }: PolicySet): string[] {
  return [...masks.values()].flatMap(({ name, scalars, shape }) => {
    if (shape.kind !== 'bands') return [];
    return scalars.flatMap((scalar) => {
      const { decimals, least, greatest } = SCALARS[scalar] ?? { decimals: Number.NaN };
      const units = (value: string) => Math.round(Number(value) * 10 ** decimals);
      const starts = [least === undefined ? -Infinity : units(least), ...shape.bounds.map(units)];
      const ends = [...shape.bounds.map(units), greatest === undefined ? Infinity : units(greatest) + 1];
      return starts.flatMap((start, index) => ((ends[index] ?? Number.NaN) - start === 1 ? [`${name} ${scalar} ${index}`] : []));
    });
  });
}

it('no band holds exactly one value', () => {
  expect(tellingBands(policies)).toEqual([]);
});

it('the test knows every scalar a band is made for', () => {
  const scalars = [...policies.masks.values()].flatMap((mask) => (mask.shape.kind === 'bands' ? mask.scalars : []));
  expect(scalars.filter((scalar) => SCALARS[scalar] === undefined)).toEqual([]);
});

it.each([
  ['no persons employed', "['0', '10', '50'", "['0', '1', '10', '50'"],
  ['nobody holds less than a hundredth', "['0', '5', '25', '50', '75']", "['0', '0.01', '5']"],
  ['the whole of a company', "'75']", "'75', '100']"],
])('a band that pins one value is found: %s', (_what, from, to) => {
  expect(tellingBands(compileFiles(mutated('masks.yaml', from, to), catalogue))).toHaveLength(1);
});
