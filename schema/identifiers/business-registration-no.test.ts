import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { businessRegistrationCheckDigit, checkBusinessRegistrationNo } from './business-registration-no.ts';

const vectors: { code: string; valid: boolean }[] = JSON.parse(
  readFileSync(new URL('./vectors/business-registration-no.json', import.meta.url), 'utf8'),
);

describe('an old business registration number', () => {
  test.each(vectors)('of the vectors is judged as published: $code', ({ code, valid }) => {
    expect(checkBusinessRegistrationNo(code)).toEqual(
      valid ? { valid: true, value: code, warnings: [] } : { valid: false, reason: 'CHECK_DIGIT' },
    );
  });

  test.each([
    ['99990009458073', 'LENGTH'],
    ['99990009458073A', 'CHARACTER'],
  ])('%s is refused for its %s', (text, reason) => {
    expect(checkBusinessRegistrationNo(text)).toEqual({ valid: false, reason });
  });

  test('of an unknown office is accepted with a warning', () => {
    const body = '99880009458073';
    const check = checkBusinessRegistrationNo(body + businessRegistrationCheckDigit(body));
    expect(check).toMatchObject({ valid: true, warnings: ['UNKNOWN_DIVISION'] });
  });
});
