import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeUtf8, encodeUtf8 } from './utf8.ts';

const LONGER = '信'.repeat(3_000);
/** Any text, lone surrogates included, short and long. */
const texts = fc.tuple(fc.string({ unit: 'binary' }), fc.constantFrom('', LONGER)).map(([text, rest]) => text + rest);
const bytes = fc
  .tuple(fc.uint8Array(), fc.constantFrom('', LONGER))
  .map(([head, rest]) => Buffer.concat([head, Buffer.from(rest)]));

test('writes any text as Node does', () => {
  fc.assert(fc.property(texts, texts, (one, other) => encodeUtf8([one, other]).equals(Buffer.from(one + other))));
});

test('what was written stays as it is when the next text is written', () => {
  const before = encodeUtf8([LONGER]);
  encodeUtf8(['桥'.repeat(2_900), '短']);
  expect(before.toString()).toBe(LONGER);
});

test('reads any bytes as Node does, UTF-8 or not', () => {
  fc.assert(fc.property(bytes, (read) => decodeUtf8(read) === read.toString()));
});

test('what was written is read as it was, with its byte order mark', () => {
  const text = `\ufeff${LONGER}𠮷`;
  expect(decodeUtf8(encodeUtf8([text]))).toBe(text);
});
