import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DatabaseError, type Db } from './db.ts';
import { openPostgres } from './postgres.ts';

const SERVER_URL = process.env['XINQIAO_TEST_DATABASE_URL'];
const LOCK = 'SELECT pg_advisory_xact_lock(7301)';

describe.runIf(SERVER_URL !== undefined)('a process that was frozen in the middle of a transaction', () => {
  let frozen: Db;
  let other: Db;
  beforeAll(async () => {
    frozen = await openPostgres({ url: SERVER_URL ?? '', idleTransactionMs: 50 });
    other = await openPostgres({ url: SERVER_URL ?? '' });
  });
  afterAll(async () => {
    await frozen.close();
    await other.close();
  });

  test('holds up nobody for longer than a transaction may idle, and finds it rolled back', async () => {
    const outcome = frozen.transaction(async (tx) => {
      await tx.query(LOCK);
      await other.query(LOCK);
      await tx.query('SELECT 1');
    });
    await expect(outcome).rejects.toBeInstanceOf(DatabaseError);
    expect((await frozen.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });
});
