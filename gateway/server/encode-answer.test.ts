import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeAnswer } from './encode-answer.ts';

const data = fc.dictionary(fc.string(), fc.oneof(fc.jsonValue(), fc.array(fc.jsonValue(), { maxLength: 20 })));
const errors = [{ message: '部门暂不可用', extensions: { code: 'DEPARTMENT_UNAVAILABLE' } }];
const extensions = { disclosure: { receipt: null } };

test('an answer is the JSON that JSON.stringify writes, its lists short or long', () => {
  fc.assert(
    fc.property(fc.option(data), fc.constantFrom(undefined, errors), (data, errors) => {
      const answer = { errors, data, extensions };
      expect(encodeAnswer(answer).toString()).toBe(JSON.stringify(answer));
    }),
  );
});

test('a refusal has no data', () => {
  expect(encodeAnswer({ errors, extensions }).toString()).toBe(JSON.stringify({ errors, extensions }));
});
