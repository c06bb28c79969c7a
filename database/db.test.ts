import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openTestDatabase } from '../test/support/database.ts';
import { DatabaseError, type Db } from './db.ts';

/** A value of a record, which no error may repeat. */
const SECRET = '3704811990秘密';

let db: Db;
beforeAll(async () => {
  db = await openTestDatabase();
  await db.exec("CREATE SCHEMA trial; CREATE TABLE trial.thing (id int PRIMARY KEY, name text NOT NULL CHECK (name <> 'bad'))");
});
afterAll(() => db.close());
beforeEach(() => db.exec('TRUNCATE trial.thing'));

const ids = async () => (await db.query<{ id: number }>('SELECT id FROM trial.thing ORDER BY id')).rows.map(({ id }) => id);

test('commits a transaction when its work resolves, and hands on the result', async () => {
  const result = await db.transaction(async (tx) => {
    await tx.query('INSERT INTO trial.thing VALUES (1, $1)', ['a']);
    return 'done';
  });
  expect(result).toBe('done');
  expect(await ids()).toEqual([1]);
});

test('rolls back and rethrows the very error when the work rejects', async () => {
  const error = new Error('changed my mind');
  const outcome = db.transaction(async (tx) => {
    await tx.query('INSERT INTO trial.thing VALUES (1, $1)', ['a']);
    throw error;
  });
  await expect(outcome).rejects.toBe(error);
  expect(await ids()).toEqual([]);
});

test('rejects when work swallowed a failed statement, because nothing was committed', async () => {
  const outcome = db.transaction(async (tx) => {
    await tx.query('INSERT INTO trial.thing VALUES (1, $1)', ['a']);
    await tx.query('SELECT 1 / 0').catch(() => undefined);
  });
  await expect(outcome).rejects.toMatchObject({ sqlState: '25P02' });
  expect(await ids()).toEqual([]);
});

test('keeps working after failed statements and transactions', async () => {
  await db.query('SELECT 1 / 0').catch(() => undefined);
  await db.exec('SELECT 1; SELECT nonsense').catch(() => undefined);
  expect((await db.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
});

test.each<[what: string, sql: string, params: string[], sqlState: string, text: string]>([
  ['a broken unique constraint', `INSERT INTO trial.thing VALUES (9, $1), (9, $1)`, [SECRET], '23505', 'trial.thing.thing_pkey'],
  ['a broken check', `INSERT INTO trial.thing SELECT 1, 'bad' WHERE $1 <> ''`, [SECRET], '23514', 'thing_name_check'],
  ['a missing value', `INSERT INTO trial.thing SELECT 1, null WHERE $1 <> ''`, [SECRET], '23502', 'trial.thing.name'],
  ['a value of the wrong form', 'SELECT $1::date', [SECRET], '22007', '22007'],
  ['an unknown table', 'SELECT * FROM trial.nothing WHERE name = $1', [SECRET], '42P01', 'trial.nothing'],
  ['a number out of range', 'SELECT $1::int', ['370481199012345678'], '22003', '22003'],
  ['a number of the wrong form', 'SELECT $1::int', ['秘密'], '22P02', '22P02'],
])('reports %s by SQLSTATE and names, without the value', async (_, sql, params, sqlState, text) => {
  const error = await db.query(sql, params).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(DatabaseError);
  expect(error).toMatchObject({ sqlState });
  expect(String(error)).toContain(text);
  expect(`${JSON.stringify(error)}${String(error)}${(error as Error).stack}`).not.toContain(params[0]);
  expect((error as Error).cause).toBeUndefined();
});

test('closes twice without complaint', async () => {
  const other = await openTestDatabase();
  await other.close();
  await expect(other.close()).resolves.toBeUndefined();
});
