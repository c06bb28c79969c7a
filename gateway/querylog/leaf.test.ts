import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson } from '../../policies/canonical-json.ts';
import { entryOf } from './entry.fixture.ts';
import type { QueryLogEntry } from './entry.ts';
import { leafOf } from './leaf.ts';

const text = fc.string({ unit: 'binary', maxLength: 12 });
const list = fc.array(text, { maxLength: 3 });
const optional = { requiredKeys: ['actor', 'organization'] } as const;
const entries = fc.record({
  caller: fc.option(
    fc.record(
      { subject: text, operator: text, organization: text, department: text, actor: fc.constantFrom('BANK', 'PUBLIC') },
      { ...optional, requiredKeys: [...optional.requiredKeys] },
    ),
  ),
  matter: fc.option(text),
  purpose: fc.option(text),
  operation: fc.record({ name: fc.option(text), hash: fc.option(text) }),
  subjects: fc.record({ returned: list, asked: list }),
  fields: fc.array(fc.record({ treatment: fc.constantFrom('MASK', 'REVEAL'), count: fc.nat(), coordinate: text })),
  departments: list,
  unavailable: list,
  act: fc.option(
    fc.record(
      { object: text, kind: fc.constantFrom('SUSPENDED', 'RESUMED'), digest: text },
      { requiredKeys: ['kind', 'object'] },
    ),
    { nil: undefined },
  ),
  sealed: fc.option(fc.record({ subjects: list, operator: text, matter: text }, { requiredKeys: [] }), { nil: undefined }),
  count: fc.option(fc.nat(), { nil: undefined }),
}) as fc.Arbitrary<Partial<QueryLogEntry>>;

test('of any entry is canonical JSON, in one line, and its hash that of the bytes', () => {
  fc.assert(
    fc.property(entries, text, (changes, requestId) => {
      const entry = entryOf(requestId, changes);
      const { canonical, hash } = leafOf(entry);
      expect(canonical.toString()).toBe(canonicalJson(entry));
      expect(canonical.includes('\n')).toBe(false);
      expect(Buffer.from(hash)).toEqual(createHash('sha256').update('\0').update(canonical).digest());
    }),
  );
});
