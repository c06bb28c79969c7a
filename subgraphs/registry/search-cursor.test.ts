import fc from 'fast-check';
import { expect, test } from 'vitest';
import { madeUpId } from '../kit/test-subgraph.ts';
import { openCursor, sealCursor } from './search-cursor.ts';

const PLACE = { key: 'a key for tests, of at least 32 characters', reach: 'wholeNames', name: '云汀' };
const ID = madeUpId('company');
const CURSOR = sealCursor(ID, PLACE);
const bytes = Buffer.from(CURSOR, 'base64url');

test('a cursor leads back to its place, and the same place has the same one', () => {
  expect(openCursor(CURSOR, PLACE)).toBe(ID);
  expect(sealCursor(ID, PLACE)).toBe(CURSOR);
  expect(CURSOR).toMatch(/^[\w-]+$/);
});

test.each([
  ['another subject', sealCursor(madeUpId('other'), PLACE)],
  ['another name', sealCursor(ID, { ...PLACE, name: '云' })],
  ['another reach', sealCursor(ID, { ...PLACE, reach: 'organizations' })],
  ['another key', sealCursor(ID, { ...PLACE, key: 'another key for tests, at least 32 characters' })],
])('that of %s is a different one', (_what, other) => {
  const [nonce, sealed] = [bytes.subarray(0, 12), bytes.subarray(12, -16)];
  const others = Buffer.from(other, 'base64url');
  expect(others.subarray(0, 12)).not.toEqual(nonce);
  expect(others.subarray(12, -16)).not.toEqual(sealed);
});

test.each([
  ['nothing', ''],
  ['the id itself', ID],
  ['a cursor of another name', sealCursor(ID, { ...PLACE, name: '云' })],
  ['a cursor of another reach', sealCursor(ID, { ...PLACE, reach: 'organizations' })],
  ['a cursor under another key', sealCursor(ID, { ...PLACE, key: 'another key for tests, at least 32 characters' })],
  ['a cursor of what is no subject', sealCursor('o-short', PLACE)],
  ['a cursor in another spelling', `${CURSOR}=`],
  ['a cursor with something behind it', `${CURSOR}AAAA`],
  ['a cursor cut short', bytes.subarray(0, 28).toString('base64url')],
])('%s opens nothing', (_what, forged) => {
  expect(openCursor(forged, PLACE)).toBeNull();
});

test('a cursor of which one bit is changed opens nothing, nor does any other text', () => {
  fc.assert(
    fc.property(fc.nat(bytes.length * 8 - 1), (bit) => {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(openCursor(changed.toString('base64url'), PLACE)).toBeNull();
    }),
  );
  fc.assert(fc.property(fc.string({ maxLength: 100 }), (text) => openCursor(text, PLACE) === null));
});
