import { deserialize, serialize } from 'node:v8';
import { expect, test } from 'vitest';
import { beginReview, reviewEntries, type ReviewState } from '../../gateway/review/review-entries.ts';
import { policies } from '../../policies/policies.fixture.ts';
import { scoreOf } from '../support/office/score.ts';
import { syntheticLog } from '../support/office/synthetic-log.ts';

const SETTLING_DAYS = 30;

const office = (days: number) =>
  syntheticLog({
    seed: 'spring',
    from: '2026-03-02',
    days,
    looksPerWorkingDay: 225,
    incidents: 20,
    calendar: policies.source.review.calendar,
  });

test('in 20,000 looks of twenty incidents nearly all are found, nearly all other access explains itself, and few alerts are about nothing', () => {
  const score = scoreOf(office(SETTLING_DAYS + 80), { policy: policies, clock: () => 0, settlingDays: SETTLING_DAYS });
  const kinds = Object.values(score.kinds);
  const total = (of: (kind: (typeof kinds)[number]) => number) => kinds.reduce((sum, kind) => sum + of(kind), 0);
  expect(score.entries).toBeGreaterThan(20_000);
  expect(total(({ planted }) => planted)).toBe(20);
  expect(total(({ found }) => found) / 20).toBeGreaterThanOrEqual(0.95);
  // Twenty incidents in 20,000 are five times as many as 200 in 1,000,000: the other aims are held against what nobody planted.
  expect((total(({ wrong }) => wrong) / score.entries) * 1_000).toBeLessThanOrEqual(1);
  expect(score.routineUnexplained / score.accesses).toBeLessThanOrEqual(0.01);
});

test('the same entries make the same alerts, in batches of any size, and with the state kept and taken up between them', () => {
  const log = office(75);
  const entries = [...log.days()].flat();
  const by = { policy: policies, ownSubjects: log.ownSubjects };
  const whole = reviewEntries(entries, beginReview(), by);
  expect(whole.alerts.length).toBeGreaterThan(9);
  expect(new Set(whole.alerts.map(({ id }) => id)).size).toBe(whole.alerts.length);

  let state = beginReview();
  const alerts = [];
  for (let from = 0; from < entries.length; from += 777) {
    alerts.push(...reviewEntries(entries.slice(from, from + 777), state, by).alerts);
    state = deserialize(serialize(state)) as ReviewState;
  }
  expect(alerts).toEqual(whole.alerts);
});
