import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Db, Queryable } from '../../database/db.ts';
import { openTestDatabase } from '../../test/support/database.ts';
import { entryOf } from './entry.fixture.ts';
import { assertClockAgrees, watchClock } from './watch-clock.ts';

const RECEIPT = { origin: 'x', index: '0', leafHash: '' };
const NOW = Date.parse('2026-03-01T00:00:00Z');
const DAY = 86_400_000;
/** A database whose clock stands still. */
const database = { query: async () => ({ rows: [{ now: new Date(NOW).toISOString() }] }) } as unknown as Queryable;

test.each<[string, number, RegExp | undefined]>([
  [
    'a year ahead',
    365 * DAY,
    /^本机时钟比数据库时钟快 31536000 秒.*31536000 s ahead of the database's.*Set the one that is wrong/,
  ],
  ['31 s ahead', 31_000, /31 s ahead of/],
  ['30 s ahead', 30_000, undefined],
  ['30 s behind', -30_000, undefined],
  ['a day behind', -DAY, /^本机时钟比数据库时钟慢 86400 秒.*86400 s behind the database's/],
])('by a clock that is %s nothing is put on the log but within the tolerance', async (_, ahead, fault) => {
  const asserted = assertClockAgrees(database, () => NOW + ahead);
  if (fault === undefined) await expect(asserted).resolves.toBeUndefined();
  else await expect(asserted).rejects.toThrow(fault);
});

test('a database that is slow to answer is no clock that is wrong', async () => {
  const times = [NOW - 60_000, NOW + 60_000];
  await expect(assertClockAgrees(database, () => times.shift() ?? 0)).resolves.toBeUndefined();
});

describe('on a real database', () => {
  let db: Db;
  beforeAll(async () => {
    db = await openTestDatabase();
  });
  afterAll(() => db.close());

  test('the clock of this machine agrees, and one an hour ahead does not', async () => {
    await expect(assertClockAgrees(db, Date.now)).resolves.toBeUndefined();
    await expect(assertClockAgrees(db, () => Date.now() + 3_600_000)).rejects.toThrow('ahead of');
  });
});

describe('while it runs', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
  afterEach(() => void vi.useRealTimers());

  test('the log takes no entry from when the clock is found wrong until it is right again, and each is told once', async () => {
    let ahead = 0;
    const report = vi.fn<(aheadMs: number) => void>();
    const failed = vi.fn<(error: unknown) => void>();
    const watched = await watchClock({ db: database, clock: () => NOW + ahead, report, failed });
    const log = watched.guarding({ append: async () => RECEIPT });
    const after = async (aheadMs: number) => {
      ahead = aheadMs;
      await vi.advanceTimersByTimeAsync(5_000);
      return [watched.agrees(), await log.append(entryOf('r')).catch(({ code }) => code)];
    };
    expect(await after(0)).toEqual([true, RECEIPT]);
    expect(await after(DAY)).toEqual([false, 'LOG_UNAVAILABLE']);
    expect(await after(2 * DAY)).toEqual([false, 'LOG_UNAVAILABLE']);
    expect(await after(-1_000)).toEqual([true, RECEIPT]);
    expect(report.mock.calls).toEqual([[DAY], [0]]);
    expect(failed).not.toHaveBeenCalled();
    await watched.close();
  });
});
