import { describe, expect, test } from 'vitest';
import { checkResidentId, residentBirthDate, residentIdCheckCharacter } from './resident-id.ts';

describe('a resident identity number', () => {
  test('of the standard is valid', () => {
    expect(checkResidentId('11010519491231002X')).toEqual({ valid: true, value: '11010519491231002X', warnings: [] });
  });

  test.each([
    [' 110105 19491231 002x', '11010519491231002X', []],
    ['99999919861024556' + residentIdCheckCharacter('99999919861024556'), '999999198610245561', []],
    ['98888819861024556' + residentIdCheckCharacter('98888819861024556'), undefined, ['UNKNOWN_DIVISION']],
  ])('%s is normalised and accepted', (text, value, warnings) => {
    const check = checkResidentId(text);
    expect(check).toMatchObject({ valid: true, warnings });
    if (value !== undefined) expect(check).toMatchObject({ value });
  });

  test.each([
    ['1101051949123100', 'LENGTH'],
    ['110105194912310O2X', 'CHARACTER'],
    ['X10105194912310021', 'CHARACTER'],
    ['110105194902300021', 'DATE'],
    ['110105184912310021', 'DATE'],
    ['110105219912310021', 'DATE'],
    ['110105194912310021', 'CHECK_DIGIT'],
  ])('%s is refused for its %s', (text, reason) => {
    expect(checkResidentId(text)).toEqual({ valid: false, reason });
  });

  test('carries the birth date', () => {
    expect(residentBirthDate('11010519491231002X')).toBe('1949-12-31');
  });
});
