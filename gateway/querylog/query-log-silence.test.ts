import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { gathered } from '../after-turns.fixture.ts';
import { DatabaseError, type Db, type Row } from '../../database/db.ts';
import { entryOf } from './entry.fixture.ts';
import { createQueryLog } from './query-log.ts';

// Not the turns of the event loop: at the end of each, what was appended in it is sent.
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

const unavailable = { code: 'LOG_UNAVAILABLE' };

/** A Db with an empty log, whose batches end when the test says so. */
function silent() {
  const ends: ((result: { rows: Row[] }) => void)[] = [];
  const head = { size: 0n, integrated: 0n, peaks: new Uint8Array(0), tail: null };
  const query = (sql: string) =>
    sql.includes('INSERT') ? new Promise((resolve) => ends.push(resolve)) : Promise.resolve({ rows: [head] });
  return {
    ends,
    db: { query, transaction: () => Promise.reject(new Error('not expected')) } as Pick<Db, 'query' | 'transaction'>,
  };
}
const WRITTEN = { rows: [{}] };

test('gives up on a transaction that does not end, with all that waits behind it; when it is done late, the next follows it', async () => {
  const { ends, db } = silent();
  const log = createQueryLog({ db, origin: 'x', timeoutMs: 1_000 });
  const first = Promise.allSettled([log.append(entryOf('t1'))]);
  await gathered();
  const behind = Promise.allSettled([log.append(entryOf('t2'))]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect([...(await first), ...(await behind)]).toMatchObject([{ reason: unavailable }, { reason: unavailable }]);
  expect(ends).toHaveLength(1);
  ends[0]?.(WRITTEN);
  await gathered();
  const next = log.append(entryOf('t3'));
  await gathered();
  ends[1]?.(WRITTEN);
  expect((await next).index).toBe('1');
});

test('stops sending to a database that never answers, and starts again when it does', async () => {
  const { ends, db } = silent();
  const log = createQueryLog({ db, origin: 'x', timeoutMs: 10 });
  for (let n = 0; n < 5; n += 1) {
    const outcome = Promise.allSettled([log.append(entryOf(`h${n}`))]);
    await gathered();
    await vi.advanceTimersByTimeAsync(10);
    expect(await outcome).toMatchObject([{ reason: unavailable }]);
  }
  expect(ends).toHaveLength(3);
  ends[0]?.(WRITTEN);
  await gathered();
  const again = log.append(entryOf('h9'));
  await gathered();
  ends[3]?.(WRITTEN);
  expect((await again).index).toBe('1');
});

test('says that it is failing from an append that failed on, until one is written, or for ten seconds: then somebody must try', async () => {
  let full = true;
  const { ends, db } = silent();
  const query: Db['query'] = (sql) =>
    full && sql.includes('INSERT') ? Promise.reject(new DatabaseError('No space left on device', '53100')) : db.query(sql);
  const log = createQueryLog({ db: { ...db, query }, origin: 'x' });
  const append = async () => {
    const outcome = Promise.allSettled([log.append(entryOf('r'))]);
    await gathered();
    ends.pop()?.(WRITTEN);
    await outcome;
  };
  const states = [log.isFailing()];
  await append();
  states.push(log.isFailing());
  await vi.advanceTimersByTimeAsync(9_999);
  states.push(log.isFailing());
  await vi.advanceTimersByTimeAsync(1);
  states.push(log.isFailing());
  await append();
  states.push(log.isFailing());
  full = false;
  await append();
  states.push(log.isFailing());
  expect(states).toEqual([false, true, true, false, true, false]);
});
