import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { Db, Queryable, Row } from '../../database/db.ts';
import { DatabaseError } from '../../database/db.ts';
import { openTestDatabase } from '../../test/support/database.ts';
import { expectTree } from '../../test/support/expect-tree.ts';
import { entryOf } from './entry.fixture.ts';
import type { Receipt } from './entry.ts';
import { leafOf } from './leaf.ts';
import { createQueryLog } from './query-log.ts';
import { logSize, readEntries } from './read-entries.ts';

let db: Db;
beforeAll(async () => {
  db = await openTestDatabase();
});
afterAll(() => db.close());
afterEach(() => {
  vi.useRealTimers();
});

const unavailable = { code: 'LOG_UNAVAILABLE' };
const indexes = (receipts: readonly Receipt[]) => receipts.map(({ index }) => BigInt(index));

/** A Db whose batches are what the test makes of them, on top of the real one; in a transaction, the commit is part of the batch. */
function faulty(batch: (pass: () => Promise<{ rows: Row[] }>) => Promise<{ rows: Row[] }>): Pick<Db, 'query' | 'transaction'> {
  return {
    query: ((sql: string, params: []) =>
      sql.includes('INSERT') ? batch(() => db.query(sql, params)) : db.query(sql, params)) as Db['query'],
    transaction: async <T>(work: (tx: Queryable) => Promise<T>) => {
      let result: { done: T } | undefined;
      await batch(async () => {
        result = { done: await db.transaction(work) };
        return { rows: [] };
      });
      return (result as { done: T }).done;
    },
  };
}

test('gives a receipt for what is stored: position, and the RFC 6962 leaf hash of the very text', async () => {
  const log = createQueryLog({ db, origin: 'city.example/log' });
  const receipt = await log.append(entryOf('r1'));
  const { rows } = await db.query('SELECT * FROM querylog.entry WHERE seq = $1', [receipt.index]);
  const row = rows[0] as Row & { canonical: string; leaf_hash: Uint8Array };
  expect(receipt.origin).toBe('city.example/log');
  expect(receipt.leafHash).toBe(createHash('sha256').update(`\0${row.canonical}`).digest('hex'));
  expect(Buffer.from(row.leaf_hash).toString('hex')).toBe(receipt.leafHash);
  expect(JSON.parse(row.canonical)).toEqual(entryOf('r1'));
  expect(row).toMatchObject({ seq: BigInt(receipt.index), at: '2026-03-01T02:03:04.005Z' });
});

test('writes what waits for one transaction in the next one, together', async () => {
  let transactions = 0;
  const log = createQueryLog({ db: faulty((pass) => ((transactions += 1), pass())), origin: 'x' });
  await Promise.all(Array.from({ length: 100 }, (_, n) => log.append(entryOf(`g${n}`))));
  expect(transactions).toBe(2);
});

test('keeps positions dense and in each writer’s order, however many gateways write and whichever batches fail', async () => {
  const schedule = fc.array(
    fc.record({
      writer: fc.integer({ min: 0, max: 2 }),
      burst: fc.integer({ min: 1, max: 7 }),
      outcome: fc.constantFrom('ok', 'ok', 'before', 'after'),
    }),
    { maxLength: 12 },
  );
  await fc.assert(
    fc.asyncProperty(schedule, async (steps) => {
      const from = await logSize(db);
      const outcomes = steps.map(({ outcome }) => outcome);
      const flaky = faulty(async (pass) => {
        const outcome = outcomes.shift() ?? 'ok';
        if (outcome === 'before') throw new DatabaseError('refused', '08001');
        const written = await pass();
        if (outcome === 'after') throw new DatabaseError('lost', '08006');
        return written;
      });
      const logs = [0, 1, 2].map(() => createQueryLog({ db: flaky, origin: 'x' }));
      const appends = steps.flatMap(({ writer, burst }, step) =>
        Array.from({ length: burst }, (_, n) => ({ writer, id: `${writer}/${step}/${n}` })),
      );
      const settled = await Promise.allSettled(appends.map(({ writer, id }) => logs[writer]?.append(entryOf(id))));
      const stored = await readEntries(db, from, 1_000);
      expect(stored.map(({ index }) => index)).toEqual(stored.map((_, n) => from + BigInt(n)));
      expect(await logSize(db)).toBe(from + BigInt(stored.length));
      const held = new Map(stored.map(({ index, entry }) => [index.toString(), entry.requestId]));
      settled.forEach((result, n) => {
        if (result.status === 'fulfilled') expect(held.get(result.value?.index ?? '')).toBe(appends[n]?.id);
        else expect(result.reason).toMatchObject(unavailable);
      });
      const ids = stored.map(({ entry }) => entry.requestId);
      for (const writer of [0, 1, 2]) {
        const order = appends.filter((append) => append.writer === writer).map(({ id }) => id);
        expect(ids.filter((id) => id.startsWith(`${writer}/`))).toEqual(order.filter((id) => ids.includes(id)));
      }
    }),
    { numRuns: 40 },
  );
});

test('gives no receipt when the transaction failed and was not written, and recovers by itself', async () => {
  let down = true;
  const log = createQueryLog({
    db: faulty((pass) => (down ? Promise.reject(new DatabaseError('refused', '08001')) : pass())),
    origin: 'x',
  });
  const before = await logSize(db);
  await expect(log.append(entryOf('n1'))).rejects.toMatchObject(unavailable);
  expect(await logSize(db)).toBe(before);
  down = false;
  expect((await log.append(entryOf('n2'))).index).toBe(before.toString());
});

test('gives no receipt when the transaction was written but its outcome is unknown; the entry stays and the next follows it', async () => {
  let lost = true;
  const log = createQueryLog({
    db: faulty(async (pass) => {
      const written = await pass();
      if (lost) throw new DatabaseError('the connection was lost', '08006');
      return written;
    }),
    origin: 'x',
  });
  const before = await logSize(db);
  await expect(log.append(entryOf('u1'))).rejects.toMatchObject(unavailable);
  expect((await readEntries(db, before, 9)).map(({ entry }) => entry.requestId)).toEqual(['u1']);
  lost = false;
  expect((await log.append(entryOf('u2'))).index).toBe((before + 1n).toString());
});

/** A Db with an empty log, whose batches end when the test says so. */
function silent() {
  const ends: ((result: { rows: Row[] }) => void)[] = [];
  const head = { size: 0n, integrated: 0n, peaks: new Uint8Array(0), tail: null };
  const query = (sql: string) =>
    sql.includes('INSERT') ? new Promise((resolve) => ends.push(resolve)) : Promise.resolve({ rows: [head] });
  return {
    ends,
    db: { query, transaction: () => Promise.reject(new Error('not expected')) } as Pick<Db, 'query' | 'transaction'>,
  };
}
const WRITTEN = { rows: [{}] };

test('gives up on a transaction that does not end, with all that waits behind it; when it is done late, the next follows it', async () => {
  vi.useFakeTimers();
  const { ends, db } = silent();
  const log = createQueryLog({ db, origin: 'x', timeoutMs: 1_000 });
  const outcomes = Promise.allSettled([log.append(entryOf('t1')), log.append(entryOf('t2'))]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await outcomes).toMatchObject([{ reason: unavailable }, { reason: unavailable }]);
  ends[0]?.(WRITTEN);
  await vi.advanceTimersByTimeAsync(1);
  const next = log.append(entryOf('t3'));
  await vi.advanceTimersByTimeAsync(1);
  ends[1]?.(WRITTEN);
  expect((await next).index).toBe('1');
});

test('stops sending to a database that never answers, and starts again when it does', async () => {
  vi.useFakeTimers();
  const { ends, db } = silent();
  const log = createQueryLog({ db, origin: 'x', timeoutMs: 10 });
  for (let n = 0; n < 5; n += 1) {
    const outcome = Promise.allSettled([log.append(entryOf(`h${n}`))]);
    await vi.advanceTimersByTimeAsync(10);
    expect(await outcome).toMatchObject([{ reason: unavailable }]);
  }
  expect(ends).toHaveLength(3);
  ends[0]?.(WRITTEN);
  await vi.advanceTimersByTimeAsync(1);
  const again = log.append(entryOf('h9'));
  await vi.advanceTimersByTimeAsync(1);
  ends[3]?.(WRITTEN);
  expect((await again).index).toBe('1');
});

test('refuses at once when too many wait', async () => {
  const log = createQueryLog({ db, origin: 'x', maxWaiting: 2 });
  const outcomes = await Promise.allSettled([1, 2, 3, 4].map((n) => log.append(entryOf(`w${n}`))));
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'rejected']);
});

test('closes when everything appended before is durable, and takes nothing after', async () => {
  const log = createQueryLog({ db, origin: 'x' });
  const appends = Promise.all([1, 2, 3].map((n) => log.append(entryOf(`c${n}`))));
  await log.close();
  const receipts = await appends;
  expect(await logSize(db)).toBeGreaterThan(indexes(receipts).at(-1) ?? 0n);
  await expect(log.append(entryOf('c4'))).rejects.toMatchObject(unavailable);
});

test('keeps an entry whose caller has a name that PostgreSQL cannot hold as it is, and the others of its batch', async () => {
  const log = createQueryLog({ db, origin: 'x' });
  const caller = { actor: 'BANK', organization: 'a\0b', operator: '\ud800x' } as const;
  const [, odd] = await Promise.all([
    log.append(entryOf('s0')),
    log.append(entryOf('s1', { caller })),
    log.append(entryOf('s2')),
  ]);
  expect(await readEntries(db, BigInt(odd?.index ?? -1), 1)).toMatchObject([{ entry: { caller } }]);
});

test('recovers when the server cuts its connections, and no receipt is given for what it does not hold', async () => {
  const log = createQueryLog({ db, origin: 'x' });
  const cut =
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()';
  // Settled from the start: some may be rejected while the cut itself is still under way.
  const settled = Promise.allSettled(Array.from({ length: 30 }, (_, n) => log.append(entryOf(`k${n}`))));
  if (db.kind === 'postgres') await db.query(cut);
  for (const outcome of await settled) {
    if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject(unavailable);
    else expect(await readEntries(db, BigInt(outcome.value.index), 1)).toMatchObject([{ index: BigInt(outcome.value.index) }]);
  }
  const { index } = await log.append(entryOf('k30'));
  expect(await readEntries(db, BigInt(index), 1)).toMatchObject([{ entry: { requestId: 'k30' } }]);
});

test('refuses an entry that is longer than a bundle can hold, and takes the longest that is not', async () => {
  const log = createQueryLog({ db, origin: 'x' });
  const room = 65_535 - Buffer.byteLength(leafOf(entryOf('', { matter: '' })).canonical);
  await expect(log.append(entryOf('', { matter: 'x'.repeat(room + 1) }))).rejects.toMatchObject({ code: 'QUERY_TOO_COSTLY' });
  await expect(log.append(entryOf('', { matter: 'x'.repeat(room) }))).resolves.toMatchObject({ origin: 'x' });
});

test('fails closed when the head row is gone', async () => {
  const log = createQueryLog({ db: faulty(async () => ({ rows: [] })), origin: 'x' });
  await expect(log.append(entryOf('e1'))).rejects.toMatchObject(unavailable);
});

test('keeps all of what these tests wrote in one tree', async () => {
  await expectTree(db);
});

test.each([
  'UPDATE querylog.entry SET canonical = canonical',
  'UPDATE querylog.entry_other SET at = now()',
  'DELETE FROM querylog.entry',
  'DELETE FROM querylog.entry_other',
  'TRUNCATE querylog.entry',
  'TRUNCATE querylog.entry_other',
  'DELETE FROM querylog.tile',
  'TRUNCATE querylog.tile',
  'UPDATE querylog.tile SET hashes = substring(hashes FOR length(hashes) - 32) || leaf_hash FROM querylog.entry WHERE seq = 9',
])('refuses to %s', async (sql) => {
  await expect(db.exec(sql)).rejects.toMatchObject({ sqlState: '42501' });
});
