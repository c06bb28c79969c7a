import fc from 'fast-check';
import { expect, test } from 'vitest';
import { madeUpId } from '../kit/test-subgraph.ts';
import { searchCursors } from './search-cursor.ts';

const PLACE = { key: 'a key for tests, of at least 32 characters', reach: 'wholeNames', name: '云汀' };
const ID = madeUpId('company');
const HERE = { id: ID, nameKey: '云汀公司' };
const CURSOR = searchCursors(PLACE).seal(HERE);
const bytes = Buffer.from(CURSOR, 'base64url');

test('a cursor leads back to its place, and the same place has the same one', () => {
  expect(searchCursors(PLACE).open(CURSOR)).toEqual(HERE);
  expect(searchCursors(PLACE).seal(HERE)).toBe(CURSOR);
  expect(CURSOR).toMatch(/^[\w-]+$/);
});

test.each([
  ['another name of the subject', searchCursors(PLACE).seal({ ...HERE, nameKey: '云汀' })],
  ['another subject', searchCursors(PLACE).seal({ ...HERE, id: madeUpId('other') })],
  ['another name', searchCursors({ ...PLACE, name: '云' }).seal(HERE)],
  ['another reach', searchCursors({ ...PLACE, reach: 'organizations' }).seal(HERE)],
  ['another key', searchCursors({ ...PLACE, key: 'another key for tests, at least 32 characters' }).seal(HERE)],
])('that of %s is a different one', (_what, other) => {
  const [nonce, sealed] = [bytes.subarray(0, 12), bytes.subarray(12, -16)];
  const others = Buffer.from(other, 'base64url');
  expect(others.subarray(0, 12)).not.toEqual(nonce);
  expect(others.subarray(12, -16)).not.toEqual(sealed);
});

test.each([
  ['nothing', ''],
  ['the id itself', ID],
  ['a cursor of another name', searchCursors({ ...PLACE, name: '云' }).seal(HERE)],
  ['a cursor of another reach', searchCursors({ ...PLACE, reach: 'organizations' }).seal(HERE)],
  ['a cursor under another key', searchCursors({ ...PLACE, key: 'another key for tests, at least 32 characters' }).seal(HERE)],
  ['a cursor of what is no subject', searchCursors(PLACE).seal({ ...HERE, id: 'o-short' })],
  ['a cursor in another spelling', `${CURSOR}=`],
  ['a cursor with something behind it', `${CURSOR}AAAA`],
  ['a cursor cut short', bytes.subarray(0, 28).toString('base64url')],
])('%s opens nothing', (_what, forged) => {
  expect(searchCursors(PLACE).open(forged)).toBeNull();
});

test('a cursor of which one bit is changed opens nothing, nor does any other text', () => {
  fc.assert(
    fc.property(fc.nat(bytes.length * 8 - 1), (bit) => {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(searchCursors(PLACE).open(changed.toString('base64url'))).toBeNull();
    }),
  );
  fc.assert(fc.property(fc.string({ maxLength: 100 }), (text) => searchCursors(PLACE).open(text) === null));
});
