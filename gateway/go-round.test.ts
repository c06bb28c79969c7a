import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { goRound } from './go-round.ts';
import { entryOf } from './querylog/entry.fixture.ts';
import { createFreshEntries } from './querylog/fresh-entries.ts';
import { leafOf } from './querylog/leaf.ts';

const entry = entryOf('r', {});
const ENTRY = { entry, leaf: leafOf(entry) };
const REPORTED = new Error('no database');

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

/** A follower that goes round every second, with what its rounds resolve with, one after the other; false when they are over. */
function follow(...rounds: (boolean | Promise<boolean>)[]) {
  const fresh = createFreshEntries();
  const left = [...rounds];
  const round = vi.fn<() => Promise<boolean>>(async () => await (left.shift() ?? false));
  const report = vi.fn<(error: unknown) => void>();
  const { close } = goRound({ round, everyMs: 1_000, fresh, report });
  let position = 0n;
  const write = (entries: number) => {
    fresh.note(
      position,
      Array.from({ length: entries }, () => ENTRY),
    );
    position += BigInt(entries);
    return vi.advanceTimersByTimeAsync(0);
  };
  return { round, report, close, write };
}

test('goes round at once, then at its times', async () => {
  const { round, close } = follow();
  await vi.advanceTimersByTimeAsync(999);
  expect(round).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(round).toHaveBeenCalledTimes(2);
  await close();
});

test('goes on at once while there is more', async () => {
  const { round, close } = follow(true, true, false);
  await vi.advanceTimersByTimeAsync(0);
  expect(round).toHaveBeenCalledTimes(3);
  await close();
});

test('goes round as soon as a batch was written, and waits its time again', async () => {
  const { round, write, close } = follow();
  await vi.advanceTimersByTimeAsync(10);
  await write(1_999);
  expect(round).toHaveBeenCalledTimes(1);
  await write(1);
  expect(round).toHaveBeenCalledTimes(2);
  await write(1_999);
  expect(round).toHaveBeenCalledTimes(2);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(round).toHaveBeenCalledTimes(3);
  await close();
});

test('reports a round that failed, and tries again at its time', async () => {
  const { round, report, close } = follow(Promise.reject(REPORTED));
  await vi.advanceTimersByTimeAsync(0);
  expect(report).toHaveBeenCalledWith(REPORTED);
  expect(round).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(round).toHaveBeenCalledTimes(2);
  await close();
});

test('reports the same failure once, and again when rounds have succeeded since', async () => {
  const fail = () => Promise.reject(new Error('no database'));
  const outcomes = [fail, fail, () => Promise.resolve(false), fail, () => Promise.reject(new Error('another'))];
  const report = vi.fn<(error: unknown) => void>();
  const { close } = goRound({ round: () => outcomes.shift()?.() ?? Promise.resolve(false), everyMs: 1_000, report });
  const reports: number[] = [];
  for (let round = 0; round < 5; round++) {
    await vi.advanceTimersByTimeAsync(round === 0 ? 0 : 1_000);
    reports.push(report.mock.calls.length);
  }
  expect(reports).toEqual([1, 1, 1, 2, 3]);
  await close();
});

test('is closed without waiting for its time, once the round under way is over', async () => {
  const waiting = follow();
  await vi.advanceTimersByTimeAsync(0);
  await waiting.close();
  let end = (_isMore: boolean) => {};
  const busy = follow(new Promise((resolve) => (end = resolve)));
  const closed = vi.fn<() => void>();
  void busy.close().then(closed);
  await vi.advanceTimersByTimeAsync(0);
  expect(closed).not.toHaveBeenCalled();
  end(true);
  await vi.advanceTimersByTimeAsync(0);
  expect(closed).toHaveBeenCalled();
  expect(busy.round).toHaveBeenCalledTimes(1);
  expect(vi.getTimerCount()).toBe(0);
});
