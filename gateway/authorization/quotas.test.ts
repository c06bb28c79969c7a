import { randomUUID } from 'node:crypto';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Caller } from '../identity/caller.ts';
import type { Budget } from './budget.ts';
import type { Quotas } from './quotas.ts';
import { createQuotas } from './quotas.ts';

/** 2026-05-01 23:59:30 in the city. */
const NEAR_MIDNIGHT_MS = Date.UTC(2026, 4, 1, 15, 59, 30);
const purpose = { code: 'DAILY_SUPERVISION', limits: { subjectsPerDay: 8, requestsPerHour: 8 } };
const ids = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => `o-${String(from + index).padStart(22, '0')}`);

let nowMs: number;
let clerk: Caller;
const clock = () => nowMs;
beforeEach(() => {
  nowMs = NEAR_MIDNIGHT_MS;
  // Quotas in a shared Redis outlive a test: every test is another organisation's.
  clerk = { actor: 'DEPARTMENT', organization: randomUUID(), operator: 'zhang', developer: false };
});

const refused = (retryAfterSeconds: number, limit = 8) => ({ code: 'RATE_LIMITED', details: { retryAfterSeconds, limit } });
type About = Parameters<Quotas['open']>[1];
async function spend(quotas: Quotas, caller: Caller, about: About, subjects: string[]): Promise<Budget> {
  const budget = quotas.open(caller, about);
  await budget.request();
  await budget.ask(subjects);
  return budget;
}
const askAlone = (quotas: Quotas, subjects: string[]) => quotas.open(clerk, purpose).ask(subjects);
async function spendTimes(quotas: Quotas, times: number, caller = clerk): Promise<void> {
  for (let count = 0; count < times; count++) await spend(quotas, caller, purpose, []);
}

const redisUrl = process.env.XINQIAO_TEST_REDIS_URL;
let redis: Redis | undefined;
beforeAll(() => {
  if (redisUrl !== undefined) redis = new Redis(redisUrl);
});
afterAll(() => redis?.disconnect());

const STORES: readonly [string, () => Quotas][] = [['in this process', () => createQuotas({ clock })]];
const SHARED: typeof STORES = [['in Redis', () => createQuotas({ ...(redis && { redis }), clock })]];

describe.each([...STORES, ...(redisUrl === undefined ? [] : SHARED)])('quotas counted %s', (_, create) => {
  beforeAll(async () => {
    await redis?.ping();
  });

  test('allow the last request of the hour and refuse the next, until the next hour', async () => {
    const quotas = create();
    await spendTimes(quotas, 8);
    await expect(spend(quotas, clerk, purpose, [])).rejects.toMatchObject(refused(30));
    nowMs += 30_000;
    await spendTimes(quotas, 8);
  });

  test('count a subject once a day, however often it is asked about', async () => {
    const quotas = create();
    for (let count = 0; count < 8; count++) await spend(quotas, clerk, purpose, ids(0, 8));
    expect(quotas.degraded()).toBe(false);
  });

  test('refuse a request whose new subjects do not all fit, and count none of them', async () => {
    const quotas = create();
    await spend(quotas, clerk, purpose, ids(0, 6));
    await expect(spend(quotas, clerk, purpose, ids(5, 9))).rejects.toMatchObject(refused(30));
    await spend(quotas, clerk, purpose, ids(5, 8));
    await expect(askAlone(quotas, ids(8, 9))).rejects.toMatchObject(refused(30));
  });

  test('start the day anew at midnight in the city', async () => {
    const quotas = create();
    await spend(quotas, clerk, purpose, ids(0, 8));
    nowMs += 30_000;
    await spend(quotas, clerk, purpose, ids(8, 16));
    await expect(spend(quotas, clerk, purpose, ids(16, 17))).rejects.toMatchObject(refused(86_400));
  });

  test.each<[string, Partial<Caller>]>([
    ['operator', { operator: 'wang' }],
    ['organisation', { organization: randomUUID() }],
    ['kind of caller', { actor: 'BANK' }],
    ['subject', { subject: ids(0, 1)[0] ?? '' }],
    ['network', { client: 'another' }],
  ])('do not mix up callers that differ in %s', async (_name, difference) => {
    const quotas = create();
    await spendTimes(quotas, 8);
    await expect(spendTimes(quotas, 8, { ...clerk, ...difference })).resolves.toBeUndefined();
  });

  test('do not mix up purposes, and have no limit where the policy names none', async () => {
    const quotas = create();
    await spendTimes(quotas, 8);
    for (let count = 0; count < 20; count++) {
      expect((await spend(quotas, clerk, { code: 'OTHER', limits: {} }, ids(0, 20))).headers()).toEqual({});
    }
  });

  test('hold when many requests arrive at once', async () => {
    const quotas = create();
    const verdicts = await Promise.allSettled(ids(0, 30).map((id) => askAlone(quotas, [id, id])));
    expect(verdicts.filter(({ status }) => status === 'fulfilled')).toHaveLength(8);
  });
});

describe.runIf(redisUrl !== undefined)('quotas of two replicas', () => {
  test('are one quota, and leave no name in Redis', async () => {
    const replicas = [
      createQuotas({ ...(redis && { redis }), clock }),
      createQuotas({ ...(redis && { redis }), clock }),
    ] as const;
    await Promise.all(replicas.map((replica) => spendTimes(replica, 4)));
    for (const replica of replicas)
      await expect(spend(replica, clerk, purpose, [])).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    const keys = (await redis?.keys('xinqiao:quota:*')) ?? [];
    expect(keys.length).toBeGreaterThan(0);
    expect(keys.join()).not.toContain(clerk.organization);
    for (const key of keys) expect(await redis?.ttl(key)).toBeGreaterThan(0);
  });
});

describe('the processes of one gateway without Redis', () => {
  const processes = (count: number) => Array.from({ length: count }, () => createQuotas({ clock, processes: count }));

  test.each([
    [2, 4],
    [3, 2],
    [8, 1],
  ])('%i: each has %i of a limit of 8, so that together they keep to it', async (count, each) => {
    for (const quotas of processes(count)) {
      await spendTimes(quotas, each);
      await expect(spend(quotas, clerk, purpose, [])).rejects.toMatchObject(refused(30));
      await expect(askAlone(quotas, ids(0, each + 1))).rejects.toMatchObject({ code: 'RATE_LIMITED' });
      await askAlone(quotas, ids(0, each));
    }
  });

  test('have one each of a limit smaller than their number', async () => {
    const [quotas] = processes(16);
    await spendTimes(quotas!, 1);
    await expect(spend(quotas!, clerk, purpose, [])).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  });
});

describe('when Redis fails', () => {
  let silent: Server;
  const sockets: Socket[] = [];
  beforeAll(async () => {
    silent = createServer((socket) => void sockets.push(socket));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => {
    for (const socket of sockets) socket.destroy();
    silent.close();
  });

  const failing = {
    refused: () => new Redis({ port: 1, host: '127.0.0.1', lazyConnect: true, retryStrategy: () => null }),
    silent: () =>
      new Redis({ port: (silent.address() as AddressInfo).port, host: '127.0.0.1', lazyConnect: true, enableReadyCheck: false }),
  };

  test.each(Object.entries(failing))('(%s), a quarter of the limit is left and health hears of it', async (_, connect) => {
    const client = connect().on('error', () => undefined);
    const quotas = createQuotas({ redis: client, clock });
    await spendTimes(quotas, 2);
    expect(quotas.degraded()).toBe(true);
    quotas.retry();
    expect(quotas.degraded()).toBe(false);
    await expect(spend(quotas, clerk, purpose, [])).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    await expect(askAlone(quotas, ids(0, 3))).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    await askAlone(quotas, ids(0, 2));
    client.disconnect();
  });

  test('what is left is divided among the processes of a gateway', async () => {
    const client = failing.refused().on('error', () => undefined);
    const quotas = createQuotas({ redis: client, clock, processes: 2 });
    await spendTimes(quotas, 1);
    await expect(spend(quotas, clerk, purpose, [])).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    client.disconnect();
  });

  test('a limit smaller than four leaves one', async () => {
    const client = failing.refused().on('error', () => undefined);
    const quotas = createQuotas({ redis: client, clock });
    const few = { code: 'FEW', limits: { requestsPerHour: 2 } };
    await spend(quotas, clerk, few, []);
    await expect(spend(quotas, clerk, few, [])).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    client.disconnect();
  });

  test.runIf(redisUrl !== undefined)('and comes back, counting is shared again after a second', async () => {
    const client = new Redis(redisUrl ?? '', { lazyConnect: true });
    await client.connect();
    const quotas = createQuotas({ redis: client, clock });
    await spend(quotas, clerk, purpose, []);
    client.disconnect();
    await spend(quotas, clerk, purpose, []);
    expect(quotas.degraded()).toBe(true);
    await client.connect();
    nowMs += 1_000;
    await spend(quotas, clerk, purpose, []);
    expect(quotas.degraded()).toBe(false);
    client.disconnect();
  });
});
