import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { gathered } from '../after-turns.fixture.ts';
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

/** A Db on top of the real one that begins a batch at once, and ends it when the test says so. */
function held() {
  const ends: (() => void)[] = [];
  const begun = (pass: () => Promise<{ rows: Row[] }>) => new Promise<void>((resolve) => ends.push(resolve)).then(pass);
  return { ends, db: faulty(begun) };
}

test('writes what is appended in one turn of the event loop in one transaction', async () => {
  let transactions = 0;
  const log = createQueryLog({ db: faulty((pass) => ((transactions += 1), pass())), origin: 'x' });
  const first = log.append(entryOf('o0'));
  // As answers of departments that came together do, each calling back by itself.
  await Promise.resolve();
  const receipts = await Promise.all([first, ...Array.from({ length: 99 }, (_, n) => log.append(entryOf(`o${n + 1}`)))]);
  expect(transactions).toBe(1);
  expect(indexes(receipts)).toEqual(receipts.map((_, n) => BigInt(receipts[0]?.index ?? -1) + BigInt(n)));
});

test('writes thirty-two before the turn is over, and those that come after them together in the next transaction', async () => {
  const { ends, db } = held();
  const log = createQueryLog({ db, origin: 'x' });
  // From its first entry on the log knows where it ends.
  const before = log.append(entryOf('h'));
  while (ends.length === 0) await gathered();
  ends[0]?.();
  await before;
  let isOver = false;
  setImmediate(() => (isOver = true));
  const appends: Promise<Receipt>[] = [];
  for (let n = 0; n < 60; n += 1) {
    appends.push(log.append(entryOf(`h${n}`)));
    for (let step = 0; step < 5; step += 1) await Promise.resolve();
    expect(ends.length).toBe(n < 31 ? 1 : 2);
  }
  expect(isOver).toBe(false);
  ends[1]?.();
  while (ends.length < 3) await gathered();
  ends[2]?.();
  const receipts = indexes(await Promise.all(appends));
  expect(receipts).toEqual(receipts.map((_, n) => (receipts[0] ?? 0n) + BigInt(n)));
  expect(ends).toHaveLength(3);
});

test('writes what waits for one transaction in the next one, together', async () => {
  const { ends, db } = held();
  const log = createQueryLog({ db, origin: 'x' });
  const appends = [log.append(entryOf('g0'))];
  while (ends.length === 0) await gathered();
  for (let n = 1; n < 100; n += 1) {
    appends.push(log.append(entryOf(`g${n}`)));
    if (n % 33 === 0) await gathered();
  }
  expect(ends).toHaveLength(1);
  ends[0]?.();
  await appends[0];
  while (ends.length === 1) await gathered();
  ends[1]?.();
  await Promise.all(appends);
  expect(ends).toHaveLength(2);
});

test('keeps positions dense and in each writer’s order, however many gateways write and whichever batches fail', async () => {
  const schedule = fc.array(
    fc.record({
      writer: fc.integer({ min: 0, max: 2 }),
      burst: fc.integer({ min: 1, max: 7 }),
      outcome: fc.constantFrom('ok', 'ok', 'before', 'after'),
      endsTurn: fc.boolean(),
    }),
    { maxLength: 12 },
  );
  await fc.assert(
    fc.asyncProperty(schedule, async (steps) => {
      const from = await logSize(db);
      const outcomes = steps.map(({ outcome }) => outcome);
      const flaky = faulty(async (pass) => {
        // Long enough that what the next turn brings waits behind it.
        await gathered();
        const outcome = outcomes.shift() ?? 'ok';
        if (outcome === 'before') throw new DatabaseError('refused', '08001');
        const written = await pass();
        if (outcome === 'after') throw new DatabaseError('lost', '08006');
        return written;
      });
      const logs = [0, 1, 2].map(() => createQueryLog({ db: flaky, origin: 'x' }));
      const appends: { writer: number; id: string }[] = [];
      const outcomesOfSteps: Promise<PromiseSettledResult<Receipt | undefined>[]>[] = [];
      for (const [step, { writer, burst, endsTurn }] of steps.entries()) {
        const ids = Array.from({ length: burst }, (_, n) => `${writer}/${step}/${n}`);
        appends.push(...ids.map((id) => ({ writer, id })));
        outcomesOfSteps.push(Promise.allSettled(ids.map((id) => logs[writer]?.append(entryOf(id)))));
        if (endsTurn) await gathered();
      }
      const settled = (await Promise.all(outcomesOfSteps)).flat();
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

test('refuses at once when too many wait', async () => {
  const { ends, db } = held();
  const log = createQueryLog({ db, origin: 'x', maxWaiting: 2 });
  const first = log.append(entryOf('w1'));
  while (ends.length === 0) await gathered();
  const behind = [2, 3].map((n) => log.append(entryOf(`w${n}`)));
  // Before anything that waits has been written.
  await expect(log.append(entryOf('w4'))).rejects.toMatchObject(unavailable);
  expect(ends).toHaveLength(1);
  ends[0]?.();
  await first;
  while (ends.length === 1) await gathered();
  ends[1]?.();
  await expect(Promise.all(behind)).resolves.toHaveLength(2);
});

test('refuses at once when too many come in one turn of the event loop', async () => {
  const log = createQueryLog({ db, origin: 'x', maxWaiting: 2 });
  const outcomes = await Promise.allSettled([1, 2, 3].map((n) => log.append(entryOf(`v${n}`))));
  expect(outcomes).toMatchObject([{ status: 'fulfilled' }, { status: 'fulfilled' }, { reason: unavailable }]);
});

test('closes when everything appended before is durable, and takes nothing after', async () => {
  const log = createQueryLog({ db: faulty((pass) => gathered().then(pass)), origin: 'x' });
  // One under way, the others behind it.
  const first = log.append(entryOf('c1'));
  await gathered();
  const appends = Promise.all([first, ...[2, 3].map((n) => log.append(entryOf(`c${n}`)))]);
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
  const first = Promise.allSettled([log.append(entryOf('k0'))]);
  await gathered();
  const others = Promise.allSettled(Array.from({ length: 29 }, (_, n) => log.append(entryOf(`k${n + 1}`))));
  if (db.kind === 'postgres') await db.query(cut);
  const outcomes = [...(await first), ...(await others)];
  // Every connection that is still to learn of its end does so with a statement of nobody's.
  await Promise.allSettled(Array.from({ length: 10 }, () => db.query('SELECT 1')));
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject(unavailable);
    else expect(await readEntries(db, BigInt(outcome.value.index), 1)).toMatchObject([{ index: BigInt(outcome.value.index) }]);
  }
  const { index } = await log.append(entryOf('k30'));
  expect(await readEntries(db, BigInt(index), 1)).toMatchObject([{ entry: { requestId: 'k30' } }]);
});

test('refuses an entry that is longer than a bundle can hold, and takes the longest that is not', async () => {
  const log = createQueryLog({ db, origin: 'x' });
  const room = 65_535 - leafOf(entryOf('', { matter: '' })).canonical.length;
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
