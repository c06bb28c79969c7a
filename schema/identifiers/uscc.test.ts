import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkUscc, usccCheckCharacter, usccKind } from './uscc.ts';

interface Vector {
  code: string;
  valid: boolean;
  reason?: string;
  normalised?: string;
  warning?: string;
}

const vectors: Vector[] = JSON.parse(readFileSync(new URL('./vectors/uscc.json', import.meta.url), 'utf8'));

describe('a unified social credit code', () => {
  test.each(vectors)('of the vectors is judged as published: $code', (vector) => {
    const check = checkUscc(vector.code);
    expect(check.valid).toBe(vector.valid);
    if (!check.valid) return expect(check.reason).toBe(vector.reason === 'ALPHABET' ? 'CHARACTER' : vector.reason);
    expect(check.value).toBe(vector.normalised ?? vector.code);
    expect(check.warnings.includes('INNER_CHECK_DIGIT')).toBe(vector.warning === 'ORG_CODE_CHECK');
  });

  test('with a category no department has is refused before its check character', () => {
    expect(checkUscc('B1210303DY89U03UX2')).toEqual({ valid: false, reason: 'CATEGORY' });
    expect(checkUscc('90210303DY89U03UX2')).toEqual({ valid: false, reason: 'CATEGORY' });
  });

  test('with a letter in its division is refused', () => {
    expect(checkUscc('912103A3DY89U03UX2')).toEqual({ valid: false, reason: 'CHARACTER' });
  });

  test('of an abolished division is accepted with a warning', () => {
    expect(checkUscc('91330204MA665W6X6K')).toEqual({
      valid: true,
      value: '91330204MA665W6X6K',
      warnings: ['UNKNOWN_DIVISION'],
    });
  });

  test('in full-width characters is normalised', () => {
    expect(checkUscc('９１３５０１００Ｍ０００１００Ｙ４３')).toMatchObject({ valid: true, value: '91350100M000100Y43' });
  });

  test('with any one character changed is refused', () => {
    const code = '91350100M000100Y43';
    const alphabet = [...'0123456789ABCDEFGHJKLMNPQRTUWXY'];
    fc.assert(
      fc.property(fc.nat(17), fc.constantFrom(...alphabet), (at, character) => {
        fc.pre(code.charAt(at) !== character);
        return !checkUscc(code.slice(0, at) + character + code.slice(at + 1)).valid;
      }),
    );
  });

  test.each([
    ['91350100M000100Y43', 'ENTERPRISE_LEGAL_PERSON'],
    ['93370115CBBKW37DXW', 'ENTERPRISE_LEGAL_PERSON'],
    ['92210300Y55BB55K4H', 'INDIVIDUAL_BUSINESS'],
    ['11210300F2A427M68U', 'NON_ENTERPRISE_LEGAL_PERSON'],
    ['N2370115A0FXMWH49P', 'NON_ENTERPRISE_LEGAL_PERSON'],
  ])('%s stands for %s', (code, kind) => {
    expect(usccKind(code)).toBe(kind);
  });

  test('gets the check character of the worked example of the standard', () => {
    expect(usccCheckCharacter('91350100M000100Y4')).toBe('3');
  });
});
