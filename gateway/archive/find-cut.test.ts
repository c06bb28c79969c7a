import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Db } from '../../database/db.ts';
import { openTestDatabase } from '../../test/support/database.ts';
import { emptyLog } from '../querylog/empty-log.fixture.ts';
import { entryOf } from '../querylog/entry.fixture.ts';
import { createQueryLog } from '../querylog/query-log.ts';
import { findCut } from './find-cut.ts';

let db: Db;
beforeAll(async () => {
  db = await openTestDatabase();
});
afterAll(() => db.close());
beforeEach(() => emptyLog(db));

async function log(times: readonly string[]): Promise<void> {
  const queryLog = createQueryLog({ db, origin: 'x' });
  await Promise.all(times.map((time, n) => queryLog.append(entryOf(`r${n}`, { time }))));
}
const inMonth = (month: number, count: number) =>
  Array.from({ length: count }, (_, n) => new Date(Date.UTC(2026, month - 1, 1) + n * 1000).toISOString());
const STRAGGLER = '2026-01-31T23:59:59.000Z';
const AHEAD = '2026-04-01T00:00:00.000Z';

test.each<[what: string, times: string[], archived: bigint, cut: bigint | undefined]>([
  ['behind the last of the month', [...inMonth(1, 10), ...inMonth(4, 300)], 0n, 10n],
  [
    'behind the last of the month though few of the next stand before it',
    [...inMonth(1, 9), '2026-02-01T00:00:01.000Z', STRAGGLER, ...inMonth(4, 300)],
    0n,
    11n,
  ],
  [
    'before the month that stays, whose clocks were behind here and there',
    [...inMonth(1, 10), ...inMonth(4, 9), STRAGGLER, ...inMonth(4, 300)],
    0n,
    10n,
  ],
  [
    'nowhere when all but an entry whose clock was behind has left',
    [...inMonth(1, 10), ...inMonth(4, 9), STRAGGLER, ...inMonth(4, 300)],
    10n,
    undefined,
  ],
  ['nowhere when all of the month has left', [...inMonth(1, 10), ...inMonth(4, 300)], 10n, undefined],
  [
    'behind an entry that is months older, when it stands in the month',
    [...inMonth(1, 10), '1970-01-01T00:00:00.000Z', ...inMonth(1, 1), ...inMonth(4, 300)],
    0n,
    12n,
  ],
  [
    'nowhere near an entry that is months older, when it stands in the next',
    [...inMonth(1, 10), ...inMonth(2, 9), '1970-01-01T00:00:00.000Z', ...inMonth(4, 300)],
    0n,
    10n,
  ],
])('the log is cut %s', async (_, times, archived, cut) => {
  await log(times);
  await db.query('UPDATE querylog.head SET archived = $1', [archived]);
  await db.query('DELETE FROM querylog.entry WHERE seq < $1', [archived]);
  expect(await findCut(db, '2026-02')).toBe(cut);
});

test.each([
  ['among those of the month', [...inMonth(1, 10), AHEAD, ...inMonth(1, 10), ...inMonth(4, 300)]],
  ['before all of them', [AHEAD, ...inMonth(1, 10), ...inMonth(4, 300)]],
])('the log is not cut where an entry that is much younger stands %s', async (_, times) => {
  await log(times);
  await expect(findCut(db, '2026-02')).rejects.toThrow('记录时间错乱');
});
