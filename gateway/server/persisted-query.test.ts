import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { withPersistedQuery } from './persisted-query.ts';

const QUERY = '{ a }';
const HASH = createHash('sha256').update(QUERY).digest('hex');
const documents = (hash: string) => (hash === HASH ? QUERY : undefined);
const persisted = (members: object, rest: object = {}) => ({ ...rest, extensions: { purpose: 'P', persistedQuery: members } });

test.each<[string, unknown, unknown]>([
  ['of the hash alone', persisted({ version: 1, sha256Hash: HASH }), { query: QUERY, extensions: { purpose: 'P' } }],
  [
    'with its document',
    persisted({ version: 1, sha256Hash: HASH }, { query: QUERY, variables: { a: 1 } }),
    { query: QUERY, variables: { a: 1 }, extensions: { purpose: 'P' } },
  ],
  ['that names none', { query: QUERY, extensions: null }, { query: QUERY, extensions: null }],
  ['that is a list', [QUERY], [QUERY]],
])('a request %s is read', (_, body, expected) => {
  expect(withPersistedQuery(body, documents)).toEqual(expected);
});

test.each<[string, unknown, string]>([
  ['of a hash nobody registered', persisted({ version: 1, sha256Hash: 'a'.repeat(64) }), 'PERSISTED_QUERY_NOT_FOUND'],
  ['whose document has another hash', persisted({ version: 1, sha256Hash: HASH }, { query: '{ b }' }), 'INPUT_INVALID'],
  ['of another version', persisted({ version: 2, sha256Hash: HASH }), 'INPUT_INVALID'],
  ['of a hash in a list', persisted({ version: 1, sha256Hash: [HASH] }), 'INPUT_INVALID'],
  ['of a hash in capitals', persisted({ version: 1, sha256Hash: HASH.toUpperCase() }), 'INPUT_INVALID'],
  ['without a hash', persisted({ version: 1 }), 'INPUT_INVALID'],
])('a request %s is refused', (_, body, code) => {
  expect(() => withPersistedQuery(body, documents)).toThrow(expect.objectContaining({ code }));
});
