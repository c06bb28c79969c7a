import { serialize } from 'node:v8';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { Db } from '../../database/db.ts';
import { policies } from '../../policies/policies.fixture.ts';
import { openTestDatabase } from '../../test/support/database.ts';
import { entryOf } from '../querylog/entry.fixture.ts';
import { createQueryLog } from '../querylog/query-log.ts';
import { logSize } from '../querylog/read-entries.ts';
import { createReviewer, followReview } from './follow-review.ts';

let db: Db;
beforeAll(async () => {
  db = await openTestDatabase();
  const log = createQueryLog({ db, origin: 'x' });
  // Two days, on each of which somebody looks at thirty subjects, and somebody at night.
  const looks = ['2026-03-03', '2026-03-04'].flatMap((day) => [
    ...Array.from({ length: 30 }, (_, n) => ({ operator: 'busy', time: `${day}T02:00:00.000Z`, subject: `o-${day}-${n}` })),
    ...Array.from({ length: 5 }, (_, n) => ({ operator: 'late', time: `${day}T14:00:00.000Z`, subject: `o-late-${n}` })),
  ]);
  await Promise.all(
    looks.map(({ operator, time, subject }, n) =>
      log.append(
        entryOf(`r-${n}`, {
          time,
          caller: { actor: 'DEPARTMENT', organization: 'ORG', operator },
          subjects: { asked: [subject], returned: [subject] },
        }),
      ),
    ),
  );
});
afterAll(() => db.close());
beforeEach(() => forget(db));

async function forget(db: Db): Promise<void> {
  await db.query('TRUNCATE review.alert, review.alert_step, review.unsealing, review.day RESTART IDENTITY');
  await db.query(
    "UPDATE review.progress SET next_seq = 0, snapshot_seq = 0, snapshot = NULL, holder = NULL, held_until = '-infinity'",
  );
}
const reviewer = (on: Db = db) => createReviewer({ db: on, policies: { current: () => policies } });
async function toTheEnd({ reviewBatch }: ReturnType<typeof reviewer>, limit?: number): Promise<void> {
  while ((await reviewBatch(limit)) !== 0);
}
async function found(): Promise<unknown> {
  const { rows: alerts } = await db.query(
    'SELECT id, kind, day, organization, operator, entry_count FROM review.alert ORDER BY day, kind',
  );
  const { rows: days } = await db.query('SELECT day, accesses, unexplained, alerts FROM review.day ORDER BY day');
  return { alerts, days };
}
/** As when the lease has run out. */
const letGo = () => db.query("UPDATE review.progress SET held_until = '-infinity'");

test('puts what it finds into the queue, and counts the access of each day once', async () => {
  await toTheEnd(reviewer());
  const alert = (kind: string, day: string, operator: string, entry_count: number) =>
    expect.objectContaining({ kind, day, operator, entry_count });
  expect(await found()).toEqual({
    alerts: [
      alert('MANY_SUBJECTS', '2026-03-03', 'busy', 25),
      alert('OFF_HOURS', '2026-03-03', 'late', 4),
      alert('MANY_SUBJECTS', '2026-03-04', 'busy', 25),
    ],
    days: [
      { day: '2026-03-03', accesses: 35n, unexplained: 35n, alerts: 2n },
      { day: '2026-03-04', accesses: 35n, unexplained: 30n, alerts: 1n },
    ],
  });
});

test('finds the same in batches of any size, and when another gateway goes on at every one of them', async () => {
  await toTheEnd(reviewer());
  const whole = await found();
  await forget(db);
  await toTheEnd(reviewer(), 7);
  expect(await found()).toEqual(whole);
  await forget(db);
  for (let taken: number | null = 1; taken !== 0; await letGo()) taken = await reviewer().reviewBatch(11);
  expect(await found()).toEqual(whole);
});

test('makes anew from the log what an older version remembered in another form', async () => {
  await toTheEnd(reviewer());
  const whole = await found();
  await forget(db);
  await reviewer().reviewBatch(40);
  await letGo();
  await db.query('UPDATE review.progress SET snapshot_seq = 35, snapshot = $1', [
    serialize({ day: '2026-03-03', memories: new Map(), raised: new Map(), unexplained: new Map([[3n, '2026-03-03']]) }),
  ]);
  await toTheEnd(reviewer());
  expect(await found()).toEqual(whole);
});

test('queues what only the rules of now find in what was reviewed before, when another gateway goes on: it counts as raised there', async () => {
  const { source } = policies;
  const rules = source.review.rules.map((rule) => (rule.kind === 'MANY_SUBJECTS' ? { ...rule, subjects: 50 } : rule));
  const before = { ...policies, source: { ...source, review: { ...source.review, rules } } };
  const { reviewBatch } = createReviewer({ db, policies: { current: () => before } });
  // What is remembered is kept after the first of these, with which a day begins.
  for (const size of [5, 23]) await reviewBatch(size);
  expect(await found()).toMatchObject({ alerts: [] });
  await letGo();
  await toTheEnd(reviewer());
  const { rows } = await db.query(
    `SELECT operator, entry_count FROM review.alert WHERE kind = 'MANY_SUBJECTS' AND day = '2026-03-03'`,
  );
  expect(rows).toEqual([{ operator: 'busy', entry_count: 25 }]);
});

test('leaves the work to the gateway that is at it, until that is silent for too long', async () => {
  const [one, other] = [reviewer(), reviewer()];
  expect(await one.reviewBatch(20)).toBe(20);
  expect(await other.reviewBatch(20)).toBeNull();
  expect(await one.reviewBatch(20)).toBe(20);
  await letGo();
  expect(await other.reviewBatch(20)).toBe(20);
  expect(await one.reviewBatch(20)).toBeNull();
});

test('a batch that fails leaves everything as it was, and is then reviewed as if it had not', async () => {
  await toTheEnd(reviewer());
  const whole = await found();
  await forget(db);
  let failing = true;
  const breaking: Db = {
    ...db,
    query: db.query.bind(db),
    transaction: (work) =>
      db.transaction(async (tx) => {
        const result = await work(tx);
        if (failing) throw new Error('died before the commit');
        return result;
      }),
  };
  const broken = reviewer(breaking);
  for (let n = 0; n < 3; n++) await expect(broken.reviewBatch(20)).rejects.toThrow('died');
  expect(await found()).toEqual({ alerts: [], days: [] });
  failing = false;
  await toTheEnd(broken, 20);
  expect(await found()).toEqual(whole);
});

test('follows the log while it runs, several gateways together', async () => {
  const errors: unknown[] = [];
  const followers = [1, 2, 3].map(() =>
    followReview({ db, policies: { current: () => policies }, report: (error) => errors.push(error) }),
  );
  const size = await logSize(db);
  await vi.waitFor(
    async () => expect((await db.query('SELECT next_seq FROM review.progress')).rows).toEqual([{ next_seq: size }]),
    10_000,
  );
  await Promise.all(followers.map((follower) => follower.close()));
  expect(errors).toEqual([]);
  expect((await db.query('SELECT sum(accesses)::bigint AS accesses FROM review.day')).rows).toEqual([{ accesses: size }]);
});
