import { expect, test, vi } from 'vitest';
import { oncePer } from './once-per.ts';

test('makes once of each object, whatever it makes, and of an equal one anew', () => {
  const make = vi.fn<(list: readonly number[]) => number | undefined>((list) => list[0]);
  const made = oncePer(make);
  const [one, none] = [[1], []];
  expect([made(one), made(one), made(none), made(none), made([1])]).toEqual([1, 1, undefined, undefined, 1]);
  expect(make).toHaveBeenCalledTimes(3);
});
