import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Db } from '../../database/db.ts';
import { openTestDatabase } from '../../test/support/database.ts';
import { runningExport } from './exports.fixture.ts';
import { holdExports } from './under-way.ts';

let db: Db;
beforeAll(async () => {
  db = await openTestDatabase();
});
afterAll(() => db.close());

test.each<[what: string, exporting: string, needed: boolean]>([
  ['has read nothing yet', runningExport(null), true],
  ['is in the middle of them', runningExport(298), true],
  ['has read them', runningExport(299), false],
  ['has yet to begin, and begins behind them', runningExport(null, 'QUEUED'), false],
  ['is made', runningExport(200, 'READY'), false],
])('the first 300 entries are needed by an export according to how far it is: one that %s', async (_, exporting, needed) => {
  await db.query(exporting);
  expect(await db.transaction((tx) => holdExports(tx, 300n))).toBe(needed);
  await db.query('DELETE FROM exports.export');
});
