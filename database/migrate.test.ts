import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openTestDatabase } from '../test/support/database.ts';
import type { Db } from './db.ts';
import { migrate } from './migrate.ts';

let db: Db;
let folder: string;
let count = 0;
let schemaName: string;
beforeAll(async () => {
  db = await openTestDatabase();
});
afterAll(() => db.close());
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'migrations-'));
  schemaName = `owner_${++count}`;
  await file(
    '001-first.sql',
    `CREATE TABLE ${schemaName}.thing (id int PRIMARY KEY); INSERT INTO ${schemaName}.thing VALUES (1);`,
  );
  return () => rm(folder, { recursive: true });
});

const file = (name: string, sql: string) => writeFile(path.join(folder, name), sql);
const things = async () =>
  (await db.query<{ id: number }>(`SELECT id FROM ${schemaName}.thing ORDER BY id`)).rows.map(({ id }) => id);

test('runs each file once, in order, and only files with a number', async () => {
  await file('010-tenth.sql', `INSERT INTO ${schemaName}.thing SELECT max(id) + 1 FROM ${schemaName}.thing`);
  await file('002-second.sql', `INSERT INTO ${schemaName}.thing VALUES (7)`);
  await file('notes.sql', 'this is not SQL');
  expect(await migrate(db, folder, schemaName)).toEqual(['001-first.sql', '002-second.sql', '010-tenth.sql']);
  expect(await migrate(db, folder, schemaName)).toEqual([]);
  expect(await things()).toEqual([1, 7, 8]);
});

test('leaves nothing of a file that fails, and runs it when it is mended', async () => {
  await file('002-second.sql', `INSERT INTO ${schemaName}.thing VALUES (2); SELECT 1 / 0`);
  await expect(migrate(db, folder, schemaName)).rejects.toThrow('22012');
  expect(await things()).toEqual([1]);
  await file('002-second.sql', `INSERT INTO ${schemaName}.thing VALUES (2)`);
  expect(await migrate(db, folder, schemaName)).toEqual(['002-second.sql']);
});

test('refuses when a file was changed after it had run', async () => {
  await migrate(db, folder, schemaName);
  await file('001-first.sql', 'SELECT 1');
  await expect(migrate(db, folder, schemaName)).rejects.toThrow('001-first.sql was changed after it had run');
});

test('refuses what a newer version has migrated, names it, and changes nothing', async () => {
  await file('002-newer.sql', 'SELECT 1');
  await migrate(db, folder, schemaName);
  await rm(path.join(folder, '002-newer.sql'));
  await file('003-mine.sql', `INSERT INTO ${schemaName}.thing VALUES (3)`);
  await expect(migrate(db, folder, schemaName)).rejects.toThrow(
    new RegExp(`^数据库已由较新的版本升级（${schemaName}: 002-newer.sql）.*Run the newer version, or restore the backup`),
  );
  expect(await things()).toEqual([1]);
});

test('lets several processes migrate at once', async () => {
  for (const n of [2, 3, 4]) await file(`00${n}.sql`, `INSERT INTO ${schemaName}.thing VALUES (${n})`);
  await Promise.all(Array.from({ length: 5 }, () => migrate(db, folder, schemaName)));
  expect(await things()).toEqual([1, 2, 3, 4]);
});

test('passes on a broken unique constraint that is the migration’s own', async () => {
  await file('002-second.sql', `INSERT INTO ${schemaName}.thing VALUES (1)`);
  await expect(migrate(db, folder, schemaName)).rejects.toMatchObject({ sqlState: '23505' });
});

test('takes no schema name that would need quoting', async () => {
  await expect(migrate(db, folder, 'a; DROP SCHEMA b')).rejects.toThrow('not a schema name');
});
