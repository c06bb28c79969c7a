import { describe, expect, test } from 'vitest';
import { checkBusinessRegistrationNo } from '../../schema/identifiers/business-registration-no.ts';
import { checkResidentId, residentBirthDate } from '../../schema/identifiers/resident-id.ts';
import { checkUscc } from '../../schema/identifiers/uscc.ts';
import {
  bodyOf,
  CITY_DIVISION,
  identityOf,
  oldNumberOf,
  usccOf,
  withWrongCheckCharacter,
  withWrongInnerDigit,
} from './identity.ts';

const MANY = 1_000;
const indexes = Array.from({ length: MANY }, (_, index) => index);

describe('made-up identifiers', () => {
  test('of subjects pass their checks without a warning, and no two are the same', () => {
    const codes = indexes.map((index) => usccOf('91', CITY_DIVISION, bodyOf('1', index)));
    expect(
      codes.filter((code) => JSON.stringify(checkUscc(code)) !== JSON.stringify({ valid: true, value: code, warnings: [] })),
    ).toEqual([]);
    expect(new Set(codes).size).toBe(MANY);
  });

  test('of people pass their checks, differ, and belong to adults of a division that does not exist', () => {
    const people = indexes.map((index) => identityOf(index * 17_000));
    expect(new Set(people.map(({ residentId }) => residentId)).size).toBe(MANY);
    for (const { residentId, birthDate, isMan } of people) {
      expect(checkResidentId(residentId)).toMatchObject({ valid: true });
      expect(residentId.startsWith('999999')).toBe(true);
      expect([residentBirthDate(residentId), Number(residentId.charAt(16)) % 2 === 1]).toEqual([birthDate, isMan]);
      expect(birthDate < '1999').toBe(true);
    }
  });

  test('of the old kind pass their check', () => {
    for (const index of indexes)
      expect(checkBusinessRegistrationNo(oldNumberOf(index, index % 2 === 0))).toMatchObject({ valid: true });
  });

  test('are wrong where they are meant to be', () => {
    const code = usccOf('92', CITY_DIVISION, bodyOf('1', 3));
    expect(checkUscc(withWrongCheckCharacter(code))).toEqual({ valid: false, reason: 'CHECK_DIGIT' });
    expect(checkUscc(withWrongInnerDigit(code))).toMatchObject({ valid: true, warnings: ['INNER_CHECK_DIGIT'] });
  });
});
