import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Db } from '../../database/db.ts';
import { openTestDatabase } from '../../test/support/database.ts';
import { isCityUnfinished, loadFirstCity } from './first-city.ts';

const NOON = Date.parse('2026-10-31T04:00:00Z');
const DAY_MS = 86_400_000;

test('a city whose loading was cut off is finished by the next start, as it was begun, and then left alone', async () => {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'first-city-'));
  const db = await openTestDatabase();
  let left = 3;
  const dying: Db = {
    ...db,
    query: db.query.bind(db),
    transaction: (work) => ((left -= 1) < 0 ? Promise.reject(new Error('killed')) : db.transaction(work)),
  };
  const begins: [number, boolean][] = [];
  const load = (on: Db, asked: { subjects: number; seed: number; days: number }) =>
    loadFirstCity(on, {
      ...asked,
      subjectKey: 'k'.repeat(32),
      dataDirectory,
      clock: () => NOON + asked.days * DAY_MS,
      onBegin: (...begun) => begins.push(begun),
    });
  await expect(load(dying, { subjects: 0, seed: 1, days: 0 })).rejects.toThrow('killed');
  expect(isCityUnfinished(dataDirectory)).toBe(true);
  await load(db, { subjects: 900, seed: 2, days: 1 });
  await load(db, { subjects: 900, seed: 2, days: 1 });
  expect(begins).toEqual([
    [0, false],
    [0, true],
  ]);
  expect(await readdir(dataDirectory)).toEqual([]);
  const { rows } = await db.query(
    'SELECT (SELECT count(*) > 0 FROM utilities.bill) AS last, (SELECT count(*) FROM registry.subject_version) AS changed',
  );
  expect(rows).toEqual([{ last: true, changed: 0n }]);
  await db.close();
  await rm(dataDirectory, { recursive: true });
});
