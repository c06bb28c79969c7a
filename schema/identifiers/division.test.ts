import { expect, test } from 'vitest';
import { isKnownDivision } from './division.ts';

test.each([
  ['100000', true, 'the national authority'],
  ['370000', true, 'a province'],
  ['370900', true, 'a city'],
  ['210303', true, 'a county'],
  ['640381', true, 'a county-level city'],
  ['429004', true, 'a county directly under the province'],
  ['810000', true, 'Hong Kong'],
  ['999900', true, 'the fictitious city'],
  ['330204', false, 'abolished in 2016'],
  ['120221', false, 'abolished in 2015'],
  ['160000', false, 'never given'],
])('%s is known: %s (%s)', (code, known) => {
  expect(isKnownDivision(code)).toBe(known);
});
