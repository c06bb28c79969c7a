import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fenFromYuan, fixedDecimal, yuanFromFen } from './decimal.ts';

test.each([
  ['1', 2, '1.00'],
  ['001.5', 2, '1.50'],
  ['1.5000', 2, '1.50'],
  ['1.501', 2, undefined],
  ['-0', 2, '0.00'],
  ['-0.01', 2, '-0.01'],
  ['.5', 2, undefined],
  ['1,000.00', 2, undefined],
  ['', 2, undefined],
])('%j with %i decimals is %j', (text, places, fixed) => {
  expect(fixedDecimal(text, places)).toBe(fixed);
});

test('fen and yuan turn into each other without loss', () => {
  fc.assert(fc.property(fc.bigInt(), (amountFen) => fenFromYuan(yuanFromFen(amountFen)) === amountFen));
});
