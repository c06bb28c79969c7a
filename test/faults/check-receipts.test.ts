import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Db } from '../../database/db.ts';
import type { QueryLogEntry, Receipt } from '../../gateway/querylog/entry.ts';
import { createQueryLog } from '../../gateway/querylog/query-log.ts';
import { openTestDatabase } from '../support/database.ts';
import { checkReceipts } from './check-receipts.ts';

const ENTRY: QueryLogEntry = {
  version: 1,
  time: '2026-10-31T04:00:00.000Z',
  requestId: 'request',
  caller: { actor: 'PUBLIC', organization: '' },
  purpose: 'PUBLIC_QUERY',
  matter: null,
  policyHash: '0'.repeat(64),
  operation: { hash: '1'.repeat(64), name: null },
  subjects: { asked: [], returned: [] },
  fields: [],
  departments: [],
  unavailable: [],
  decision: 'RELEASED',
  code: null,
  durationMs: 1,
};

describe('the check of the fault tests', () => {
  let db: Db;
  let receipts: Receipt[];
  beforeAll(async () => {
    db = await openTestDatabase();
    const log = createQueryLog({ db, origin: 'test' });
    receipts = await Promise.all(['a', 'b', 'c'].map((requestId) => log.append({ ...ENTRY, requestId })));
    await log.close();
  });
  afterAll(() => db.close());

  const [first, other] = [0, 1].map((index) => () => receipts[index] as Receipt) as [() => Receipt, () => Receipt];

  test('passes receipts whose entries are there', async () => {
    await expect(checkReceipts(db, receipts)).resolves.toBeUndefined();
  });

  test.each<[what: string, held: () => Receipt[], noticed: RegExp]>([
    ['is not there', () => [...receipts, { ...first(), index: '3' }], /not in the log/],
    ['is another one', () => [{ ...first(), leafHash: other().leafHash }], /not in the log/],
    ['two clients hold', () => [first(), first()], /two clients/],
  ])('notices a receipt whose entry %s', async (_, held, noticed) => {
    await expect(checkReceipts(db, held())).rejects.toThrow(noticed);
  });

  test.each([
    ['an entry that was changed', `update querylog.entry set canonical = canonical || ' ' where seq = 0`, /not in the log/],
    ['a gap', 'update querylog.entry set seq = 9 where seq = 1', /not in the log|missing/],
    ['a head that has run ahead', 'update querylog.head set size = size + 1', /size/],
    ['a tree over something else', `update querylog.head set peaks = sha256('') || substring(peaks from 33)`, /root of the head/],
  ])('notices %s', async (_, change, noticed) => {
    const undone = db.transaction(async (tx) => {
      await tx.query('alter table querylog.entry disable trigger all');
      await tx.query(change);
      await checkReceipts(tx, [first()]);
    });
    await expect(undone).rejects.toThrow(noticed);
    await checkReceipts(db, receipts);
  });
});
