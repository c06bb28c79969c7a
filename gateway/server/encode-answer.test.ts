import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toByteTexts } from '../byte-text.ts';
import { Written, writeList, writeObject } from '../written.ts';
import { encodeAnswer, type Answer } from './encode-answer.ts';

const value = fc.jsonValue({ stringUnit: 'grapheme' });
const data = fc.dictionary(fc.string(), fc.oneof(value, fc.array(value, { maxLength: 20 })));
const errors = [{ message: '部门暂不可用', extensions: { code: 'DEPARTMENT_UNAVAILABLE' } }];
const extensions = { disclosure: { receipt: null, note: '云汀市' } };

test('an answer is the JSON that JSON.stringify writes, its lists short or long', () => {
  fc.assert(
    fc.property(fc.option(data), fc.constantFrom(undefined, errors), (data, errors) => {
      const byteTexts = toByteTexts(data) as Answer['data'];
      expect(encodeAnswer({ errors, data: byteTexts, extensions }).toString()).toBe(JSON.stringify({ errors, data, extensions }));
    }),
  );
});

test('what is written already stands in it as it is, in objects and lists, beside what is not', () => {
  const one = new Written(['{"a":', '1.50}']);
  const listed = writeList([one, null, { b: 'x' }]);
  const object = writeObject(['"c"', '"d"', '"e"'], [one, listed, null]);
  expect(encodeAnswer({ data: { one, object, two: 2 } }).toString()).toBe(
    '{"data":{"one":{"a":1.50},"object":{"c":{"a":1.50},"d":[{"a":1.50},null,{"b":"x"}],"e":null},"two":2}}',
  );
  expect(JSON.parse(JSON.stringify(object))).toEqual({ c: { a: 1.5 }, d: [{ a: 1.5 }, null, { b: 'x' }], e: null });
});

test('a refusal has no data', () => {
  expect(encodeAnswer({ errors, extensions }).toString()).toBe(JSON.stringify({ errors, extensions }));
});

test('what has neither is empty', () => {
  expect(encodeAnswer({}).toString()).toBe('{}');
});

test.each([{ name: '云汀' }, { list: Array.from({ length: 9 }, () => ({ name: 'é' })) }])(
  'data with text that is no byte text in them never leave: %j',
  (data) => {
    expect(() => encodeAnswer({ data, extensions })).toThrow(TypeError);
    expect(() => encodeAnswer({ data: { data: new Written([JSON.stringify(data)]) }, extensions })).toThrow(TypeError);
  },
);
