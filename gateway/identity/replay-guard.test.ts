import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { describe, expect, test } from 'vitest';
import { createReplayGuard } from './replay-guard.ts';

const redisUrl = process.env.XINQIAO_TEST_REDIS_URL;

describe('when Redis is down', () => {
  test('a proof is still used once by each process, whether it saw it before or after, and health hears of it', async () => {
    const client = new Redis({ port: 1, host: '127.0.0.1', lazyConnect: true, retryStrategy: () => null }).on('error', () => {});
    const guard = createReplayGuard({ redis: client, clock: () => 0 });
    expect(await guard.first('a', 60)).toBe(true);
    expect(guard.degraded()).toBe(true);
    expect(await guard.first('a', 60)).toBe(false);
    guard.retry();
    expect(guard.degraded()).toBe(false);
    client.disconnect();
  });

  test.runIf(redisUrl !== undefined)('what was used before the outage is not used again here', async () => {
    const client = new Redis(redisUrl ?? '', { lazyConnect: true });
    await client.connect();
    const guard = createReplayGuard({ redis: client, clock: () => 0 });
    const name = randomUUID();
    expect(await guard.first(name, 60)).toBe(true);
    client.disconnect();
    expect(await guard.first(name, 60)).toBe(false);
    expect(await guard.first(randomUUID(), 60)).toBe(true);
    expect(guard.degraded()).toBe(true);
  });
});

test('a flood of proofs is refused once there is no room to remember more, and what is remembered stays', async () => {
  let nowMs = 0;
  const guard = createReplayGuard({ redis: undefined, clock: () => nowMs });
  for (let index = 0; index < 200_000; index++) await guard.first(`p${index}`, 60);
  await expect(guard.first('one more', 60)).rejects.toMatchObject({ code: 'OVERLOADED' });
  expect(await guard.first('p0', 60)).toBe(false);
  nowMs = 60_000;
  expect(await guard.first('one more', 60)).toBe(true);
});
