import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Db, DatabaseError, type Queryable, type Row } from '../../database/db.ts';
import { entryOf } from '../../gateway/querylog/entry.fixture.ts';
import type { Receipt } from '../../gateway/querylog/entry.ts';
import { prepareLog } from '../../gateway/querylog/prepare-log.ts';
import { createQueryLog } from '../../gateway/querylog/query-log.ts';
import { logSize } from '../../gateway/querylog/read-entries.ts';
import { openTestDatabase } from '../support/database.ts';
import { createRandom } from '../support/random.ts';
import { checkReceipts } from './check-receipts.ts';

const ROUNDS = 4;
const TIMEOUT_MS = 60_000;
const CUT =
  'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()';

type Store = Pick<Db, 'query' | 'transaction'>;
type Statement = () => Promise<{ rows: Row[] }>;

let db: Db;
beforeAll(async () => {
  db = await openTestDatabase();
});
afterAll(() => db.close());

/** A Db between which and the log something happens to each batch. */
function between(happens: (send: Statement) => Promise<{ rows: Row[] }>): Store {
  return {
    query: ((sql: string, params: []) =>
      sql.includes('INSERT') ? happens(() => db.query(sql, params)) : db.query(sql, params)) as Db['query'],
    transaction: async <T>(work: (tx: Queryable) => Promise<T>) => {
      let result: { done: T } | undefined;
      await happens(async () => {
        result = { done: await db.transaction(work) };
        return { rows: [{}] };
      });
      return (result as { done: T }).done;
    },
  };
}

/** What clients hold after three gateways have each appended a burst, whatever became of it. */
async function held(store: Store, meanwhile: () => Promise<unknown> = async () => undefined): Promise<Receipt[]> {
  const logs = [1, 2, 3].map(() => createQueryLog({ db: store, origin: 'x' }));
  const settled = Promise.allSettled(
    Array.from({ length: 300 }, (_, n) => (logs[n % 3] as (typeof logs)[number]).append(entryOf(`l${n}`))),
  );
  await meanwhile();
  return (await settled).flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
}

describe('a log whose connections die in the middle of commits', () => {
  test('holds what every receipt says, and one tree over all it holds, whether a lost commit was stored or not', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const random = createRandom(20261122);
    const receipts: Receipt[] = [];
    const lossy = between(async (send) => {
      const fate = random.below(4);
      if (fate === 0) throw new DatabaseError('lost before', '08006');
      const done = await send();
      if (fate === 1) throw new DatabaseError('lost after', '08006');
      return done;
    });
    for (let round = 0; round < ROUNDS; round++) {
      receipts.push(...(await held(lossy)));
      await prepareLog(db);
      await checkReceipts(db, receipts);
    }
    expect(receipts.length).toBeGreaterThan(0);
  });

  test('is whole after the server itself has cut them', { timeout: TIMEOUT_MS }, async () => {
    const cut = async () => db.kind === 'postgres' && db.query(CUT).catch(() => undefined);
    const receipts: Receipt[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      receipts.push(...(await held(db, cut)));
      await prepareLog(db);
      await checkReceipts(db, receipts);
    }
    expect(await logSize(db)).toBeGreaterThanOrEqual(BigInt(receipts.length));
  });
});
