import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Db } from '../../database/db.ts';
import { policies } from '../../policies/policies.fixture.ts';
import type { Acting } from '../../schema/acting.ts';
import { openTestDatabase } from '../../test/support/database.ts';
import { createActs } from '../acts/acts.ts';
import { entryOf } from '../querylog/entry.fixture.ts';
import { createQueryLog } from '../querylog/query-log.ts';
import { logSize, readEntries } from '../querylog/read-entries.ts';
import { readSealKeys } from '../sealed/seal-keys.ts';
import { createSealer } from '../sealed/sealer.ts';
import type { Alert } from './alert.ts';
import { keepAlerts } from './keep-reviewed.ts';
import { openReviews } from './reviews.ts';

const NOW = Date.parse('2026-06-15T04:00:00Z');
const DAY_MS = 86_400_000;
const keys = readSealKeys('k'.repeat(32));

let db: Db;
let now = NOW;
let alert: string;
let reviews: ReturnType<typeof openReviews>;
/** Position of an entry of the auditor `busy`, and of a clerk whose name is sealed beside it. */
let entries: readonly bigint[];

beforeAll(async () => {
  db = await openTestDatabase();
  const queryLog = createQueryLog({ db, origin: 'x', seal: createSealer(keys) });
  const acts = createActs({ queryLog, policies: { current: () => policies }, clock: () => now });
  reviews = openReviews({ db, acts, policies: { current: () => policies }, keys, clock: () => now });
  const size = await logSize(db);
  await queryLog.append(entryOf('r1', { caller: { actor: 'AUDITOR', organization: 'AUDIT', operator: 'busy' } }));
  await queryLog.append({ ...entryOf('r2', { time: new Date(NOW).toISOString() }), readable: { operatorName: '王丽' } });
  entries = [size, size + 1n];
});
afterAll(() => db.close());

let made = 0;
async function queue(change: Partial<Alert> = {}): Promise<string> {
  const id = `ra-${(made += 1)}`;
  await keepAlerts(db, [
    {
      id,
      rule: 'RV-1',
      kind: 'MANY_SUBJECTS',
      time: '2026-06-01T02:00:00.000Z',
      day: '2026-06-01',
      organization: 'ORG',
      operator: 'wang',
      subject: null,
      sentence: '……',
      figures: { subjects: 40 },
      entries,
      entryCount: 2,
      ...change,
    },
  ]);
  return id;
}
beforeEach(async () => {
  now = NOW;
  alert = await queue();
});

const as = (operator: string | undefined, organization = 'AUDIT'): Acting => ({
  actor: 'AUDITOR',
  organization,
  purpose: 'AUDIT_SUPERVISION',
  requestId: 'r',
  ...(operator !== undefined && { operator }),
});
const codeOf = (act: Promise<unknown>) =>
  act.then(
    () => 'DONE',
    (error: { code?: string }) => error.code,
  );

describe('an alert', () => {
  test('is assigned, explained or confirmed by its assignee, and closed: no other way leads anywhere', async () => {
    const moves = ['ASSIGN', 'REASSIGN', 'EXPLAIN', 'CONFIRM', 'CLOSE', 'COMMENT'] as const;
    const does = {
      ASSIGN: (by: Acting) => reviews.desk.assign(by, alert, null, null),
      REASSIGN: (by: Acting) => reviews.desk.assign(by, alert, null, '原承办人不在岗'),
      EXPLAIN: (by: Acting) => reviews.desk.explain(by, alert, '属正常办件'),
      CONFIRM: (by: Acting) => reviews.desk.confirm(by, alert, '确属违规'),
      CLOSE: (by: Acting) => reviews.desk.close(by, alert, null),
      COMMENT: (by: Acting) => reviews.desk.comment(by, alert, '已致电核实'),
    };
    const step = fc.record({ move: fc.constantFrom(...moves), by: fc.constantFrom('li', 'zhao') });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        alert = await queue();
        // The model, written down anew: where the alert is, and who has it.
        let model = { state: 'OPEN', assignee: null as string | null };
        let taken = 0;
        for (const { move, by } of steps) {
          const next = modelAfter(model, move, by);
          expect(await codeOf(does[move](as(by)))).toBe(next === undefined ? expected(model, move) : 'DONE');
          if (next !== undefined) taken += 1;
          model = next ?? model;
          expect(await reviews.alert(alert)).toMatchObject(model);
        }
        expect(await reviews.steps(alert)).toHaveLength(taken);
      }),
      { numRuns: 25 },
    );
  });

  test('is not for whom it is about, nor for anybody whose query it stands on, in any part', async () => {
    expect(await codeOf(reviews.desk.assign(as('busy'), alert, null, null))).toBe('OWN_QUERY');
    expect(await codeOf(reviews.desk.assign(as('li'), alert, 'busy', null))).toBe('OWN_QUERY');
    expect(await codeOf(reviews.desk.comment(as('busy'), alert, '与我无关'))).toBe('OWN_QUERY');
    expect(await codeOf(reviews.unsealing.request(as('busy'), alert, '核实'))).toBe('OWN_QUERY');
    const own = await queue({ organization: 'AUDIT', operator: 'li', entries: [] });
    expect(await codeOf(reviews.desk.assign(as('zhao'), own, 'li', null))).toBe('OWN_QUERY');
    expect(await codeOf(reviews.desk.assign(as('li', 'OTHER'), own, null, null))).toBe('DONE');
  });

  test.each([
    ['an account that is nobody’s', () => reviews.desk.assign(as(undefined), alert, null, null), 'ACT_FORBIDDEN'],
    ['an account that can be nobody’s', () => reviews.desk.assign(as('li'), alert, '', null), 'INPUT_INVALID'],
    ['a person’s number for an account', () => reviews.desk.assign(as('li'), alert, '11010519491231002X', null), 'INPUT_INVALID'],
    ['an alert that is none', () => reviews.desk.assign(as('li'), 'ra-none', null, null), 'NOT_FOUND'],
    ['a comment that says nothing', () => reviews.desk.comment(as('li'), alert, ' . '), 'INPUT_INVALID'],
    ['a comment of a book’s length', () => reviews.desk.comment(as('li'), alert, '长'.repeat(2_001)), 'INPUT_INVALID'],
  ])('refuses %s', async (_what, act, code) => {
    const before = await logSize(db);
    expect(await codeOf(act())).toBe(code);
    expect(await logSize(db)).toBe(before);
  });

  test('that was given to an account which is not there is given to another, for a reason, and both are told', async () => {
    await reviews.desk.assign(as('li'), alert, 'zaho', null);
    expect(await codeOf(reviews.desk.assign(as('li'), alert, 'zhao', null))).toBe('ALREADY_DONE');
    expect(await codeOf(reviews.desk.assign(as('zhao'), alert, 'busy', '改派'))).toBe('OWN_QUERY');
    await reviews.desk.assign(as('li'), alert, 'zhao', '原账号有误');
    expect(await reviews.desk.confirm(as('zhao'), alert, '确属违规')).toMatchObject({ state: 'CONFIRMED', assignee: 'zhao' });
    expect(await reviews.steps(alert)).toMatchObject([
      { kind: 'ASSIGN', operator: 'li', assignee: 'zaho', comment: null },
      { kind: 'ASSIGN', operator: 'li', assignee: 'zhao', comment: '原账号有误' },
      { kind: 'CONFIRM', operator: 'zhao', assignee: null, comment: '确属违规' },
    ]);
  });

  test('has every step on the log, of whose comment only the digest', async () => {
    const from = await logSize(db);
    await reviews.desk.assign(as('li'), alert, null, null);
    await reviews.desk.explain(as('li'), alert, '王丽当日代班');
    const logged = await readEntries(db, from, 10);
    expect(logged.map(({ entry }) => entry.act)).toEqual([
      { kind: 'ALERT_ASSIGNED', object: alert, digest: expect.stringMatching(/^[0-9a-f]{64}$/) },
      { kind: 'ALERT_EXPLAINED', object: alert, digest: expect.stringMatching(/^[0-9a-f]{64}$/) },
    ]);
    expect(JSON.stringify(logged.map(({ entry }) => entry))).not.toContain('代班');
    expect(await reviews.steps(alert)).toEqual([
      { time: new Date(NOW).toISOString(), organization: 'AUDIT', operator: 'li', kind: 'ASSIGN', comment: null, assignee: 'li' },
      {
        time: new Date(NOW).toISOString(),
        organization: 'AUDIT',
        operator: 'li',
        kind: 'EXPLAIN',
        comment: '王丽当日代班',
        assignee: null,
      },
    ]);
  });
});

/** What the issue says, in other words than the code. */
function modelAfter({ state, assignee }: { state: string; assignee: string | null }, move: string, by: string) {
  if (move === 'COMMENT') return { state, assignee };
  if (state === 'ASSIGNED' && move === 'REASSIGN') return { state, assignee: by };
  if (state === 'OPEN' && (move === 'ASSIGN' || move === 'REASSIGN')) return { state: 'ASSIGNED', assignee: by };
  if (state === 'ASSIGNED' && move === 'EXPLAIN' && by === assignee) return { state: 'EXPLAINED', assignee };
  if (state === 'ASSIGNED' && move === 'CONFIRM' && by === assignee) return { state: 'CONFIRMED', assignee };
  if ((state === 'EXPLAINED' || state === 'CONFIRMED') && move === 'CLOSE') return { state: 'CLOSED', assignee };
  return undefined;
}

function expected({ state }: { state: string }, move: string): string {
  return state === 'ASSIGNED' && (move === 'EXPLAIN' || move === 'CONFIRM') ? 'NOT_FOUND' : 'ALREADY_DONE';
}

describe('what is sealed beside an alert’s entries', () => {
  test('opens to two persons, and to them alone, for as long as the policy says', async () => {
    const { id } = await reviews.unsealing.request(as('li'), alert, '核实使用人');
    expect(await codeOf(reviews.unsealing.read(as('li'), id))).toBe('NOT_FOUND');
    expect(await codeOf(reviews.unsealing.approve(as('li'), id))).toBe('SECOND_PERSON_REQUIRED');
    expect(await codeOf(reviews.unsealing.approve(as('busy'), id))).toBe('OWN_QUERY');
    expect(await reviews.unsealing.approve(as('zhao'), id)).toMatchObject({ requester: 'li', approver: 'zhao' });
    expect(await codeOf(reviews.unsealing.approve(as('qian'), id))).toBe('ALREADY_DONE');

    const opened = [{ index: entries[1], look: { operatorName: '王丽', matterText: null, subjectNames: new Map() } }];
    expect(await reviews.unsealing.read(as('li'), id)).toEqual(opened);
    expect(await reviews.unsealing.read(as('zhao'), id)).toEqual(opened);
    expect(await codeOf(reviews.unsealing.read(as('qian'), id))).toBe('NOT_FOUND');
    expect(await codeOf(reviews.unsealing.read(as('li', 'OTHER'), id))).toBe('NOT_FOUND');
    const { days } = policies.source.review.unsealing;
    now = NOW + days * DAY_MS - 1;
    expect(await codeOf(reviews.unsealing.read(as('li'), id))).toBe('DONE');
    now += 1;
    expect(await codeOf(reviews.unsealing.read(as('li'), id))).toBe('NOT_FOUND');
  });
});

describe('a watch', () => {
  const subject = `o-${'s'.repeat(22)}`;

  test('is listed until the last day on which a look raises an alert', async () => {
    await reviews.watches.watch(as('li'), subject);
    const rule = policies.source.review.rules.find(({ kind }) => kind === 'WATCHED_SUBJECT') as { days: number } | undefined;
    now = NOW + (rule?.days ?? 0) * DAY_MS;
    expect(await reviews.watches.watched()).toMatchObject([{ subject }]);
    now += DAY_MS;
    expect(await reviews.watches.watched()).toEqual([]);
    await reviews.watches.unwatch(as('li'), subject);
  });

  test('begins and ends with an act', async () => {
    const from = await logSize(db);
    expect(await reviews.watches.watch(as('li'), subject)).toMatchObject({ subject, operator: 'li' });
    expect(await reviews.watches.watch(as('zhao'), subject)).toMatchObject({ operator: 'zhao' });
    expect(await reviews.watches.watched()).toMatchObject([{ subject, operator: 'zhao' }]);
    await reviews.watches.unwatch(as('li'), subject);
    expect(await codeOf(reviews.watches.unwatch(as('li'), subject))).toBe('NOT_FOUND');
    expect(await codeOf(reviews.watches.watch(as('li'), '91370000MB2800001A'))).toBe('INPUT_INVALID');
    expect((await readEntries(db, from, 10)).map(({ entry }) => entry.act)).toEqual(
      ['SUBJECT_WATCHED', 'SUBJECT_WATCHED', 'SUBJECT_UNWATCHED'].map((kind) => ({ kind, object: subject })),
    );
  });
});
