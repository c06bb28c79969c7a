import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeBundle, encodeBundle, MAX_ENTRY_BYTES } from './entry-bundle.ts';

test('writes each entry behind its length, 16 bits, big-endian', () => {
  const entries = [Buffer.from('ab'), Buffer.alloc(0), Buffer.alloc(258, 'x')];
  expect(Buffer.from(encodeBundle(entries))).toEqual(Buffer.from(`\0\x02ab\0\0\x01\x02${'x'.repeat(258)}`, 'latin1'));
});

test('reads what was written', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 }), (entries) => {
      expect(decodeBundle(encodeBundle(entries)).map((entry) => Uint8Array.from(entry))).toEqual(entries);
    }),
  );
});

test('takes an entry as long as its length can say, and none longer', () => {
  expect(decodeBundle(encodeBundle([Buffer.alloc(MAX_ENTRY_BYTES)]))[0]).toHaveLength(MAX_ENTRY_BYTES);
  expect(() => encodeBundle([Buffer.alloc(MAX_ENTRY_BYTES + 1)])).toThrow(RangeError);
});

test.each([1, 2, 3, 5])('takes no bundle that ends %i bytes early', (missing) => {
  const bundle = encodeBundle([Buffer.from('abc')]);
  if (missing === bundle.length) expect(decodeBundle(bundle.subarray(missing))).toEqual([]);
  else expect(() => decodeBundle(bundle.subarray(0, bundle.length - missing))).toThrow(RangeError);
});
