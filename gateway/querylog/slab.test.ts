import fc from 'fast-check';
import { expect, test } from 'vitest';
import { takeRoom } from './slab.ts';

test('pieces are as long as was asked for, and filling one changes no other', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(100_000), { maxLength: 20 }), (lengths) => {
      const pieces = lengths.map((length, index) => takeRoom(length).fill(index + 1));
      pieces.forEach((piece, index) => expect(piece.equals(Buffer.alloc(lengths[index] ?? 0, index + 1))).toBe(true));
    }),
  );
});
