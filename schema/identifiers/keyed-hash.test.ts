import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keyedHash } from './keyed-hash.ts';
import { subjectId } from './subject-id.ts';

const text = fc.string({ unit: 'binary', maxLength: 150 });

test('a keyed hash is HMAC-SHA-256, whatever the lengths of key and text, and whatever was hashed before', () => {
  const values = fc.array(fc.tuple(text, fc.constantFrom('', '信'.repeat(400))).map(([short, long]) => short + long));
  fc.assert(
    fc.property(text, values, (key, hashed) => {
      const hash = keyedHash(key);
      for (const value of hashed) expect(hash(value)).toBe(createHmac('sha256', key).update(value).digest('base64url'));
    }),
  );
});

test('a subject id is its first 128 bits', () => {
  fc.assert(
    fc.property(text, text, (key, value) => {
      const bits = createHmac('sha256', key).update(`USCC\n${value}`).digest().subarray(0, 16);
      expect(subjectId(key, { type: 'USCC', value }).slice(2)).toBe(bits.toString('base64url'));
    }),
  );
});
