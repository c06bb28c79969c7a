import { EventEmitter } from 'node:events';
import type { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { watchRedis } from './watch-redis.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

const REFUSED = new Error('connect ECONNREFUSED');
const SECOND_MS = 1_000;

/** A client in the place of ioredis, with what was told of it. */
function watched() {
  const client = Object.assign(new EventEmitter(), {
    status: 'connecting',
    set: async () => 'OK',
    disconnect: (reconnects: boolean) => told.push(reconnects ? 'reconnects' : 'leaves'),
  });
  const told: string[] = [];
  const watch = watchRedis(client as unknown as Redis, {
    failed: (error) => told.push((error as Error).message),
    returned: () => told.push('returned'),
  });
  const connects = () => {
    client.status = 'ready';
    client.emit('ready');
  };
  const fails = (error: Error) => {
    client.status = 'reconnecting';
    client.emit('error', error);
  };
  return { client, told, watch, connects, fails };
}

test('a Redis that connects and answers is no news', async () => {
  const { told, watch, connects } = watched();
  await vi.advanceTimersByTimeAsync(SECOND_MS);
  connects();
  await vi.advanceTimersByTimeAsync(5 * SECOND_MS);
  expect([told, await watch.answers()]).toEqual([[], true]);
});

test('one that refuses is told of at once and once, by the reason of its connection, and its return too', async () => {
  const { told, watch, connects, fails } = watched();
  expect(await watch.answers()).toBe(false);
  fails(REFUSED);
  await vi.advanceTimersByTimeAsync(0);
  expect(told).toEqual(['connect ECONNREFUSED']);
  for (let second = 0; second < 5; second++) {
    fails(new Error(`another reason ${second}`));
    await vi.advanceTimersByTimeAsync(SECOND_MS);
  }
  expect([told, await watch.answers()]).toEqual([['connect ECONNREFUSED'], false]);
  connects();
  expect(await watch.answers()).toBe(true);
  await vi.advanceTimersByTimeAsync(5 * SECOND_MS);
  expect(told).toEqual(['connect ECONNREFUSED', 'returned']);
  fails(REFUSED);
  await vi.advanceTimersByTimeAsync(SECOND_MS);
  expect(told.slice(2)).toEqual(['connect ECONNREFUSED']);
});

test.each([
  ['never says a word', 'connecting', 'Redis is not connected'],
  ['connects and does not answer', 'ready', 'Redis did not answer in time'],
])('one that %s is told of', async (_, status, reason) => {
  const { client, told, watch } = watched();
  Object.assign(client, { status, set: () => new Promise(() => {}) });
  await vi.advanceTimersByTimeAsync(2 * SECOND_MS);
  await vi.advanceTimersByTimeAsync(SECOND_MS);
  expect(told).toEqual([reason]);
  const answers = watch.answers();
  await vi.advanceTimersByTimeAsync(SECOND_MS);
  expect(await answers).toBe(false);
});

test.each([
  ['has become a replica', "READONLY You can't write against a read only replica.", true],
  ['is full', "OOM command not allowed when used memory > 'maxmemory'.", false],
])('one that %s is told of, though it would answer a ping', async (_, message, isLeft) => {
  const { client, told, watch, connects } = watched();
  const { set } = client;
  client.set = () => Promise.reject(new Error(message));
  connects();
  await vi.advanceTimersByTimeAsync(SECOND_MS);
  expect(await watch.answers()).toBe(false);
  client.set = set;
  await vi.advanceTimersByTimeAsync(SECOND_MS);
  expect(told.filter((news) => news !== 'reconnects')).toEqual([message, 'returned']);
  expect(told.includes('reconnects')).toBe(isLeft);
});

test('one that is left is asked no more', async () => {
  const { told, watch, connects, fails } = watched();
  connects();
  await watch.close();
  fails(REFUSED);
  await vi.advanceTimersByTimeAsync(5 * SECOND_MS);
  expect(told).toEqual([]);
});
