import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Db, Queryable } from '../../database/db.ts';
import { openTestDatabase } from '../../test/support/database.ts';
import { expectTree } from '../../test/support/expect-tree.ts';
import { GatewayError } from '../errors.ts';
import { entryOf } from './entry.fixture.ts';
import { createQueryLog } from './query-log.ts';
import { logSize } from './read-entries.ts';

let db: Db;
beforeAll(async () => {
  db = await openTestDatabase();
  await db.exec(
    'CREATE SCHEMA counted; CREATE TABLE counted.use (id text PRIMARY KEY, left_over int NOT NULL CHECK (left_over >= 0))',
  );
});
beforeEach(() => db.exec("TRUNCATE counted.use; INSERT INTO counted.use VALUES ('a', 3)"));
afterAll(() => db.close());

const leftOver = async () => (await db.query<{ left_over: number }>('SELECT left_over FROM counted.use')).rows[0]?.left_over;

/** Takes one of what is left; refuses when nothing is. */
const take = async (tx: Queryable) => {
  const { rows } = await tx.query(
    "UPDATE counted.use SET left_over = left_over - 1 WHERE id = 'a' AND left_over > 0 RETURNING 1",
  );
  if (rows.length === 0) throw new GatewayError('ALREADY_DONE');
};

test('changes state together with the entry', async () => {
  const log = createQueryLog({ db, origin: 'x' });
  const receipt = await log.append(entryOf('a1'), take);
  expect(await leftOver()).toBe(2);
  expect(BigInt(receipt.index)).toBe((await logSize(db)) - 1n);
});

test('keeps the entry of a refused change off the log, and undoes what the change had done; the others close ranks', async () => {
  const log = createQueryLog({ db, origin: 'x' });
  const before = await logSize(db);
  const halfway = async (tx: Queryable) => {
    await take(tx);
    throw new GatewayError('NOT_FOUND');
  };
  const wrong = async (tx: Queryable) => void (await tx.query('SELECT nothing FROM nowhere'));
  const outcomes = await Promise.allSettled([
    log.append(entryOf('b1')),
    log.append(entryOf('b2'), halfway),
    log.append(entryOf('b3'), take),
    log.append(entryOf('b4'), wrong),
    log.append(entryOf('b5')),
  ]);
  const told = outcomes.map((outcome) =>
    outcome.status === 'fulfilled' ? BigInt(outcome.value.index) - before : ((outcome.reason as GatewayError).code ?? 'error'),
  );
  expect(told).toEqual([0n, 'NOT_FOUND', 1n, 'error', 2n]);
  expect(await leftOver()).toBe(2);
  await expectTree(db);
});

test('writes nothing at all when the only change of a batch is refused', async () => {
  const log = createQueryLog({ db, origin: 'x' });
  const before = await logSize(db);
  await db.exec('UPDATE counted.use SET left_over = 0');
  await expect(log.append(entryOf('c1'), take)).rejects.toMatchObject({ code: 'ALREADY_DONE' });
  expect(await logSize(db)).toBe(before);
  expect((await log.append(entryOf('c2'))).index).toBe(before.toString());
});

test('lets several gateways take no more than there is', async () => {
  const logs = [1, 2, 3].map(() => createQueryLog({ db, origin: 'x' }));
  const before = await logSize(db);
  const attempts = Array.from({ length: 30 }, (_, n) => logs[n % 3]?.append(entryOf(`d${n}`), take));
  const outcomes = await Promise.allSettled(attempts);
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
  expect([await leftOver(), await logSize(db)]).toEqual([0, before + 3n]);
  await expectTree(db);
});
