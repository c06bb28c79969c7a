import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Caller } from '../identity/caller.ts';
import { createQuotas, type Quotas } from './quotas.ts';
import type { LimitedPurpose } from './windows.ts';

/** 2026-05-01 23:59:30 in the city. */
const NOW_MS = Date.UTC(2026, 4, 1, 15, 59, 30);
const clock = () => NOW_MS;
const ids = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => `o-${String(from + index).padStart(22, '0')}`);
const OLD_NUMBER = `r-${'a'.repeat(22)}`;

const redisUrl = process.env.XINQIAO_TEST_REDIS_URL;
let redis: Redis | undefined;
/** Round trips begun since the last was answered, as Redis sees them: commands written while none is on its way are one. */
const trips = { count: 0, underWay: 0 };
beforeAll(async () => {
  if (redisUrl === undefined) return;
  redis = new Redis(redisUrl);
  await redis.ping();
  const send = redis.sendCommand.bind(redis);
  redis.sendCommand = (command, ...rest) => {
    if (trips.underWay++ === 0) trips.count++;
    const answer = send(command, ...rest) as Promise<unknown>;
    void answer.catch(() => {}).finally(() => trips.underWay--);
    return answer;
  };
});
afterAll(() => redis?.disconnect());

let bank: Caller;
beforeEach(() => {
  // Quotas in a shared Redis outlive a test: every test is another organisation's.
  bank = { actor: 'BANK', organization: randomUUID(), operator: 'zhao', developer: false };
});

async function look(quotas: Quotas, about: LimitedPurpose, asked: string[], found: string[] = asked, caller = bank) {
  const budget = quotas.open(caller, about);
  await budget.request();
  await budget.ask(asked);
  await budget.settle({ subjects: found, unavailable: [] });
  return budget;
}
const purposeOf = (limits: LimitedPurpose['limits']): LimitedPurpose => ({ code: 'LOAN_PRE', limits });

const STORES: readonly [string, () => Quotas][] = [['in this process', () => createQuotas({ clock })]];
const SHARED: typeof STORES = [['in Redis', () => createQuotas({ ...(redis && { redis }), clock })]];

describe.each([...STORES, ...(redisUrl === undefined ? [] : SHARED)])('a budget counted %s', (_, create) => {
  test('tells in the headers what is left, and until when', async () => {
    const purpose = purposeOf({
      requestsPerHour: 10,
      subjectsPerDay: 5,
      organization: { requestsPerHour: 100, subjectsPerDay: 8 },
    });
    const quotas = create();
    await look(quotas, purpose, ids(0, 2));
    const budget = await look(quotas, purpose, ids(1, 4), ids(1, 4), { ...bank, operator: 'qian' });
    expect(budget.headers()).toEqual({
      'ratelimit-policy':
        '"requests";q=10;w=3600, "organization-requests";q=100;w=3600, ' +
        '"subjects";q=5;qu="subjects";w=86400, "organization-subjects";q=8;qu="subjects";w=86400',
      ratelimit: '"requests";r=9;t=30, "organization-requests";r=98;t=30, "subjects";r=2;t=30, "organization-subjects";r=4;t=30',
    });
  });

  test('tells them in a refusal as well', async () => {
    const quotas = create();
    const purpose = purposeOf({ requestsPerHour: 1 });
    await look(quotas, purpose, []);
    const budget = quotas.open(bank, purpose);
    await expect(budget.request()).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      details: { quota: 'requests', limit: 1, retryAfterSeconds: 30 },
    });
    expect(budget.headers()).toEqual({ 'ratelimit-policy': '"requests";q=1;w=3600', ratelimit: '"requests";r=0;t=30' });
  });

  test.each([
    ['requests', { requestsPerHour: 100, organization: { requestsPerHour: 6 } }],
    ['subjects', { subjectsPerDay: 100, organization: { subjectsPerDay: 6 } }],
  ])('holds all operators of an organisation together to its %s, however many names they have', async (name, limits) => {
    const quotas = create();
    const asAnybody = (index: number) =>
      look(quotas, purposeOf(limits), ids(index, index + 1), [], { ...bank, operator: `made-up-${index}` });
    for (let index = 0; index < 6; index++) await asAnybody(index);
    await expect(asAnybody(6)).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      details: { quota: `organization-${name}`, limit: 6 },
    });
    await look(quotas, purposeOf(limits), ids(7, 8), [], { ...bank, organization: randomUUID() });
  });

  test('refuses too many subjects in one request, counting one named twice once', async () => {
    const quotas = create();
    const purpose = purposeOf({ subjectsPerRequest: 2, subjectsPerDay: 2 });
    await expect(look(quotas, purpose, ids(0, 3))).rejects.toMatchObject({ code: 'SUBJECTS_TOO_MANY', details: { limit: 2 } });
    await look(quotas, purpose, [...ids(0, 1), ...ids(0, 1), ...ids(1, 2)]);
  });

  test('counts subjects that only the answer revealed, and blocks an answer with too many', async () => {
    const quotas = create();
    const purpose = purposeOf({ subjectsPerDay: 3 });
    await look(quotas, purpose, [OLD_NUMBER], ids(0, 2));
    await expect(look(quotas, purpose, [], ids(2, 4))).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    await look(quotas, purpose, [], ids(1, 3));
  });

  const remaining = async (quotas: Quotas, purpose: LimitedPurpose) =>
    Number(/r=(\d+)/.exec((await look(quotas, purpose, [])).headers()['ratelimit'] ?? '')?.[1]);
  test.each<[string, string[], string[], number]>([
    ['who is found', ids(0, 3), ids(0, 3), 0],
    ['who is found beside others', ids(0, 1), ids(0, 4), 0],
    ['one who is not there', ids(0, 3), ids(0, 2), 1],
    ['everybody made up', ids(0, 3), [], 3],
    ['an old number found under a new one', [OLD_NUMBER], ids(0, 1), 0],
    ['an old number that nobody has', [OLD_NUMBER], [], 1],
    ['one who is not there, hidden behind others', ids(0, 1), ids(5, 9), 1],
  ])('lets a look cost ten requests more for each subject asked in vain: %s', async (_what, asked, found, misses) => {
    const quotas = create();
    const purpose = purposeOf({ requestsPerHour: 100, requestsPerMiss: 10 });
    await look(quotas, purpose, asked, found);
    expect(await remaining(quotas, purpose)).toBe(98 - 10 * misses);
  });

  test('holds nothing against who asked when a department failed, but a subject that was refused', async () => {
    const quotas = create();
    const purpose = purposeOf({ requestsPerHour: 100, requestsPerMiss: 10 });
    const budget = quotas.open(bank, purpose);
    await budget.request();
    await budget.ask(ids(0, 5));
    await budget.settle({ subjects: [], unavailable: ['registry'] });
    expect(await remaining(quotas, purpose)).toBe(98);
    await budget.refused(ids(0, 2));
    expect(await remaining(quotas, purpose)).toBe(77);
  });

  test('lets whoever tries numbers out try few: enumeration slows itself down', async () => {
    const quotas = create();
    const purpose = purposeOf({ requestsPerHour: 100, requestsPerMiss: 10 });
    const tried: string[] = [];
    const tryAll = async () => {
      for (const id of ids(0, 100)) {
        await look(quotas, purpose, [id], []);
        tried.push(id);
      }
    };
    await expect(tryAll()).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    expect(tried).toHaveLength(10);
  });

  test('never lets more requests or distinct subjects through than the limits, in any order', async () => {
    const quotas = create();
    const anyLooks = fc.array(fc.subarray(ids(0, 12)), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(anyLooks, fc.uuid(), async (looks, organization) => {
        const caller = { ...bank, organization: `${bank.organization}${organization}` };
        const purpose = purposeOf({ requestsPerHour: 12, subjectsPerDay: 7, requestsPerMiss: 1 });
        const seen = new Set<string>();
        let allowed = 0;
        for (const asked of looks) {
          const verdict = await look(quotas, purpose, asked, asked, caller).catch(() => undefined);
          if (verdict === undefined) continue;
          allowed++;
          for (const id of asked) seen.add(id);
        }
        expect(allowed).toBeLessThanOrEqual(12);
        expect(seen.size).toBeLessThanOrEqual(7);
      }),
      { numRuns: 30 },
    );
  });
});

describe.runIf(redisUrl !== undefined)('a budget counted in Redis', () => {
  const purpose = purposeOf({
    requestsPerHour: 3,
    subjectsPerDay: 5,
    organization: { requestsPerHour: 9, subjectsPerDay: 9 },
  });

  test('costs one round trip, for all four limits', async () => {
    const quotas = createQuotas({ ...(redis && { redis }), clock });
    await look(quotas, purpose, ids(0, 3));
    trips.count = 0;
    await look(quotas, purpose, ids(0, 3));
    expect(trips.count).toBe(1);
  });

  test('costs none once it is known to be used up', async () => {
    const quotas = createQuotas({ ...(redis && { redis }), clock });
    for (let count = 0; count < 3; count++) await look(quotas, purpose, []);
    trips.count = 0;
    await expect(quotas.open(bank, purpose).request()).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    expect(trips.count).toBe(0);
    // A policy that allows more since is believed.
    await look(quotas, purposeOf({ requestsPerHour: 4 }), []);
  });
});
