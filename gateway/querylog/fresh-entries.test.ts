import { expect, test } from 'vitest';
import { entryOf } from './entry.fixture.ts';
import { leafOf } from './leaf.ts';
import { createFreshEntries, type FreshEntry } from './fresh-entries.ts';

const entries = (...matters: string[]) =>
  matters.map((matter) => {
    const entry = entryOf('r', { matter });
    return { entry, leaf: leafOf(entry) };
  });
const matters = (fresh: readonly FreshEntry[]) => fresh.map(({ entry }) => entry.matter);

test('hands out the entries from a position on, to one follower as to another', () => {
  const fresh = createFreshEntries();
  fresh.note(7n, entries('7', '8'));
  fresh.note(9n, entries('9'));
  expect(matters(fresh.from(8n, 1))).toEqual(['8']);
  expect(matters(fresh.from(8n, 9))).toEqual(['8', '9']);
  expect(matters(fresh.from(7n, 9))).toEqual(['7', '8', '9']);
});

test('has nothing before, between or behind what it was told of', () => {
  const fresh = createFreshEntries();
  expect(fresh.from(0n, 9)).toEqual([]);
  fresh.note(3n, entries('3'));
  expect(fresh.from(2n, 9)).toEqual([]);
  expect(fresh.from(4n, 9)).toEqual([]);
});

test('forgets what was before an entry of another gateway', () => {
  const fresh = createFreshEntries();
  fresh.note(0n, entries('0'));
  fresh.note(2n, entries('2'));
  expect(fresh.from(0n, 9)).toEqual([]);
  expect(fresh.from(1n, 9)).toEqual([]);
  expect(matters(fresh.from(2n, 9))).toEqual(['2']);
});

test('keeps the newest', () => {
  const fresh = createFreshEntries();
  const many = entries(...Array.from({ length: 500 }, (_, index) => String(index)));
  for (let first = 0n; first < 12_000n; first += 500n) fresh.note(first, many);
  expect(fresh.from(0n, 9)).toEqual([]);
  expect(matters(fresh.from(8_001n, 2))).toEqual(['1', '2']);
  expect(fresh.from(11_999n, 9)).toHaveLength(1);
});
