import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { looksLikeYuan, parseAmount, parseDecimal } from './amount.ts';

describe('parseAmount', () => {
  test.each([
    ['1.380472', '1380472'],
    ['0.000001', '1'],
    ['5', '5000000'],
    ['5.', '5000000'],
    ['0', '0'],
    ['007.10', '7100000'],
    ['1,234.5', '1234500000'],
    ['1.38047200', '1380472'],
    ['999999999999', '999999999999000000'],
  ])('takes %s 万元 as %s fen', (text, fen) => {
    expect(parseAmount(text, 'wan')).toEqual({ ok: true, value: fen });
  });

  test.each([
    ['', 'AMOUNT_FORMAT'],
    ['5万', 'AMOUNT_FORMAT'],
    ['1e3', 'AMOUNT_FORMAT'],
    ['.5', 'AMOUNT_FORMAT'],
    ['1,23', 'AMOUNT_FORMAT'],
    ['NaN', 'AMOUNT_FORMAT'],
    ['0.0000001', 'AMOUNT_PRECISION'],
    ['-1', 'AMOUNT_RANGE'],
    ['1000000000000', 'AMOUNT_RANGE'],
  ])('refuses %s 万元 as %s', (text, code) => {
    expect(parseAmount(text, 'wan')).toEqual({ ok: false, code });
  });

  test('takes a negative amount only where refunds are possible', () => {
    expect(parseAmount('-12.30', 'yuan', true)).toEqual({ ok: true, value: '-1230' });
    expect(parseAmount('-0', 'yuan')).toEqual({ ok: true, value: '0' });
  });

  test('is exact: any whole number of fen, written in 万元, comes back', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 18n - 1n }), (fen) => {
        const digits = fen.toString().padStart(7, '0');
        expect(parseAmount(`${digits.slice(0, -6)}.${digits.slice(-6)}`, 'wan')).toEqual({ ok: true, value: fen.toString() });
      }),
    );
  });

  test('10,000 元 and 1 万元 are the same, whatever the number', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** 9 }), (whole) => {
        expect(parseAmount(String(whole), 'wan')).toEqual(parseAmount(`${whole}0000`, 'yuan'));
      }),
    );
  });
});

describe('looksLikeYuan', () => {
  test.each([
    ['5000000', '5000000000000', '罚款人民币1.575484万元', true],
    ['5000', '5000000000', '罚款人民币5000元', true],
    ['500', '500000000', '罚款人民币500元整', true],
    ['500', '500000000', '罚款人民币5,500元', false],
    ['0.5', '500000', '罚款人民币5000元', false],
    ['1.380472', '1380472', '罚款人民币1.380472万元', false],
  ])('%s 万元 beside %s: %s', (text, fen, decision, suspicious) => {
    expect(looksLikeYuan(text, fen, decision)).toBe(suspicious);
  });
});

test.each([
  ['12', 9, 0, { ok: true, value: '12' }],
  ['012.500', 15, 3, { ok: true, value: '12.5' }],
  ['12.0', 9, 0, { ok: true, value: '12' }],
  ['12.5', 9, 0, { ok: false, code: 'NUMBER_FORMAT' }],
  ['-1', 9, 0, { ok: false, code: 'NUMBER_FORMAT' }],
  ['1234567890', 9, 0, { ok: false, code: 'NUMBER_FORMAT' }],
] as const)('parseDecimal takes %s with %d.%d digits as %o', (text, whole, fraction, expected) => {
  expect(parseDecimal(text, whole, fraction)).toEqual(expected);
});
