import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addPosition, allPositions, countPositions, hasPosition, type Positions } from './positions.ts';

const setOf = (positions: readonly number[]): Positions => {
  const made: Positions = [];
  for (const position of positions) addPosition(made, position);
  return made;
};

describe('a set of positions', () => {
  test('holds what a set would hold, in whatever order it came', () =>
    fc.assert(
      fc.property(fc.array(fc.nat(40)), (added) => {
        const model = new Set<number>();
        const made: Positions = [];
        for (const position of added) {
          expect(addPosition(made, position)).toBe(!model.has(position));
          model.add(position);
        }
        expect(allPositions(made)).toEqual([...model].sort((one, other) => one - other));
        expect(countPositions(made)).toBe(model.size);
        for (let position = 0; position <= 41; position++) expect(hasPosition(made, position)).toBe(model.has(position));
      }),
    ));

  test.each([
    ['in the order of the log', [7, 8, 9, 10], [7, 10]],
    ['from the end', [3, 2, 1], [1, 3]],
    ['with a gap that closes last', [1, 3, 2], [1, 3]],
    ['with a gap', [1, 2, 5], [1, 2, 5, 5]],
  ])('takes two numbers a stretch: %s', (_, added, stretches) => {
    expect(setOf(added)).toEqual(stretches);
  });
});
