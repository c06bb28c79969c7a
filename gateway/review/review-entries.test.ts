import { serialize } from 'node:v8';
import { describe, expect, test } from 'vitest';
import { policies } from '../../policies/policies.fixture.ts';
import type { ReviewRuleKind } from '../../policies/review-rules.ts';
import { ERRORS } from '../errors.ts';
import { ACT_KINDS } from '../querylog/act.ts';
import { entryOf } from '../querylog/entry.fixture.ts';
import type { QueryLogEntry } from '../querylog/entry.ts';
import { daysAfter } from './city-moment.ts';
import { beginReview, reviewEntries } from './review-entries.ts';

type Change = Partial<QueryLogEntry>;

/** A Tuesday: a working day. */
const DAY = '2026-03-03';
const at = (hour: number, minute = 0, day = DAY) =>
  new Date(Date.parse(`${day}T00:00:00+08:00`) + (hour * 60 + minute) * 60_000).toISOString();
const times = (count: number, change: (n: number) => Change): Change[] => Array.from({ length: count }, (_, n) => change(n));
const asks = (...ids: string[]): Change => ({ subjects: { asked: ids, returned: ids } });
const by = (operator: string, organization = 'ORG'): Change => ({
  caller: { actor: 'DEPARTMENT', organization, operator },
});
const refused = (code: QueryLogEntry['code'], change: Change = {}): Change => ({
  decision: 'REFUSED',
  code,
  subjects: { asked: [], returned: [] },
  ...change,
});
const bank: Change = {
  caller: { actor: 'BANK', organization: 'BANK', operator: 'b' },
  purpose: 'LOAN_POST',
  matter: '信易贷〔2026〕7号',
};
const act = (kind: (typeof ACT_KINDS)[number], object: string, change: Change = {}): Change => ({
  decision: 'ACTED',
  act: { kind, object },
  subjects: { asked: [], returned: [] },
  ...change,
});

function review(changes: readonly Change[]) {
  const entries = changes.map((change, n) => ({
    index: BigInt(n),
    entry: entryOf(`r-${n}`, { time: at(10, n % 60), matter: '云审批许〔2026〕1号', ...asks('o-1'), ...change }),
  }));
  return reviewEntries(entries, beginReview(), { policy: policies, ownSubjects: ({ operator }) => [`p-${operator}`] });
}
const kindsOf = (changes: readonly Change[]) => review(changes).alerts.map(({ kind }) => kind);

const CASES: Record<ReviewRuleKind, { found: Change[][]; quiet: Change[][] }> = {
  MANY_SUBJECTS: {
    found: [
      times(25, (n) => ({ ...by('a'), ...asks(`o-${n}`) })),
      // Colleagues look at one a day each: 25 are past four times that.
      [
        ...times(30, (n) => ({ ...by(`c-${n}`), time: at(10, 0, '2026-03-02') })),
        ...times(25, (n) => ({ ...by('a'), ...asks(`o-${n}`) })),
      ],
    ],
    quiet: [
      // It is the account that looks at twenty every day: 30 are less than three times as many.
      [
        ...times(100, (n) => ({ ...by('a'), ...asks(`o-${n}`), time: at(10, 0, `2026-02-2${4 + Math.floor(n / 20)}`) })),
        ...times(30, (n) => ({ ...by('a'), ...asks(`o-${n}`) })),
      ],
      times(24, (n) => ({ ...by('a'), ...asks(`o-${n}`) })),
      times(60, () => ({ ...by('a'), ...asks('o-1') })),
      times(30, (n) => ({ ...by('a'), ...asks(`o-${n}`), ...(n % 2 ? { purpose: 'DAILY_SUPERVISION', matter: null } : {}) })),
      // Everybody of the organisation looked at ten the day before: 30 are no more than three times as many.
      [
        ...times(20, (c) => ({
          ...by(`c-${c}`),
          ...asks(...Array.from({ length: 10 }, (_, n) => `o-${c}-${n}`)),
          time: at(10, 0, '2026-03-02'),
        })),
        ...times(30, (n) => ({ ...by('a'), ...asks(`o-${n}`) })),
      ],
    ],
  },
  MANY_OPERATORS: {
    found: [times(7, (n) => ({ ...by(`c-${n}`), matter: `云审批许〔2026〕${n}号` }))],
    quiet: [
      times(6, (n) => ({ ...by(`c-${n}`), matter: `云审批许〔2026〕${n}号` })),
      // One case, whoever works on it.
      times(9, (n) => by(`c-${n}`)),
      // As many as every week.
      [0, 7, 14, 21].flatMap((days) =>
        times(days < 21 ? 5 : 8, (n) => ({
          ...by(`c-${n}`),
          matter: `云审批许〔2026〕${days}${n}号`,
          time: at(10, n, `2026-03-${String(2 + days).padStart(2, '0')}`),
        })),
      ),
    ],
  },
  OFF_HOURS: {
    found: [
      times(4, (n) => ({ ...asks(`o-${n}`), time: at(22, n) })),
      times(4, (n) => ({ ...asks(`o-${n}`), time: at(10, n, '2026-03-07') })),
      times(4, (n) => ({ ...asks(`o-${n}`), time: at(10, n, '2026-02-17') })),
    ],
    quiet: [
      times(3, (n) => ({ ...asks(`o-${n}`), time: at(22, n) })),
      times(9, () => ({ ...asks('o-1'), time: at(22) })),
      // A Saturday on which the city works for the holiday's sake.
      times(9, (n) => ({ ...asks(`o-${n}`), time: at(10, n, '2026-02-28') })),
      // Whoever is on the night shift was there yesterday night too (a look at one subject, so not found then either).
      [...times(3, () => ({ time: at(22, 0, '2026-03-02') })), ...times(9, (n) => ({ ...asks(`o-${n}`), time: at(22, n) }))],
    ],
  },
  REFUSED_THEN_RELEASED: {
    found: [[refused('MATTER_REQUIRED'), ...times(3, () => refused('ARGUMENT_FORBIDDEN')), {}]],
    quiet: [
      [refused('MATTER_REQUIRED'), refused('ARGUMENT_FORBIDDEN'), refused('ARGUMENT_FORBIDDEN'), {}],
      [...times(5, () => refused('MATTER_REQUIRED')), {}],
      [refused('MATTER_REQUIRED'), refused('ARGUMENT_FORBIDDEN'), {}, ...times(3, () => refused('ARGUMENT_FORBIDDEN')), {}],
      [refused('MATTER_REQUIRED'), ...times(3, () => refused('ARGUMENT_FORBIDDEN')), by('another')],
      [refused('MATTER_REQUIRED', { time: at(8) }), ...times(3, () => refused('ARGUMENT_FORBIDDEN')), {}],
      [refused('QUERY_TOO_COSTLY'), refused('INPUT_INVALID'), refused('RATE_LIMITED'), refused('UNAUTHENTICATED'), {}],
    ],
  },
  // More in rules/enumeration.test.ts.
  ENUMERATION: {
    found: [times(6, () => refused('INPUT_INVALID', { departments: [] }))],
    quiet: [times(5, () => refused('INPUT_INVALID', { departments: [] })), times(6, () => refused('INPUT_INVALID'))],
  },
  OWN_SUBJECT: { found: [[{ ...by('a'), ...asks('p-a') }]], quiet: [[{ ...by('a'), ...asks('p-b') }]] },
  PURPOSE_MATTER: {
    found: [[{ matter: '云采购〔2026〕1号' }], [{ ...bank, matter: '云审批许〔2026〕1号' }]],
    quiet: [
      [{ matter: '云审受字〔2026〕1号' }],
      [{ matter: '2026-1' }],
      [{ purpose: 'DAILY_SUPERVISION', matter: null }],
      [bank],
    ],
  },
  AFTER_END: {
    found: [
      [act('LOAN_ATTESTED_CLOSED', '信易贷〔2026〕7号'), bank],
      [
        act('AUTHORIZATION_REVOKED', 'A-1', { caller: { actor: 'SUBJECT', organization: 'o-1', subject: 'o-1' } }),
        { ...bank, authorizations: ['A-1'] },
      ],
      [act('LOAN_ATTESTED_CLOSED', '信易贷〔2026〕7号'), ...times(3, () => ({ ...bank, ...refused('AUTHORIZATION_REQUIRED') }))],
      // What a loan that is settled does to the authorization it was granted for.
      [
        act('AUTHORIZATION_SUSPENDED', 'A-1'),
        ...times(3, () => ({ ...bank, authorizations: ['A-1'], ...refused('AUTHORIZATION_SUSPENDED') })),
      ],
    ],
    quiet: [
      [bank, act('LOAN_ATTESTED_CLOSED', '信易贷〔2026〕7号')],
      [act('LOAN_ATTESTED_CLOSED', '信易贷〔2026〕8号'), bank],
      [act('AUTHORIZATION_REVOKED', 'A-1'), { ...bank, authorizations: ['A-2'] }],
      [act('LOAN_ATTESTED_CLOSED', '信易贷〔2026〕7号'), ...times(2, () => ({ ...bank, ...refused('AUTHORIZATION_REQUIRED') }))],
    ],
  },
  EXPORT_SPIKE: {
    found: [times(4, (n) => act('EXPORTED', `e-${n}`))],
    quiet: [times(3, (n) => act('EXPORTED', `e-${n}`)), times(4, (n) => act('EXPORTED', `e-${n}`, by(`c-${n}`)))],
  },
  WATCHED_SUBJECT: {
    found: [[act('SUBJECT_WATCHED', 'o-1'), {}]],
    quiet: [
      [{}, act('SUBJECT_WATCHED', 'o-1')],
      [act('SUBJECT_WATCHED', 'o-1'), act('SUBJECT_UNWATCHED', 'o-1'), {}],
      [
        act('SUBJECT_WATCHED', 'o-1', { time: at(10, 0, '2026-03-03') }),
        ...times(19, (n) => ({ ...asks('o-2'), time: at(10, 0, daysAfter('2026-03-03', 10 * n)) })),
        { time: at(10, 0, '2026-09-04') },
      ],
    ],
  },
  NAGGING: {
    found: [
      [{ ...bank, ...refused('AUTHORIZATION_REQUESTS_REPEATED') }],
      times(3, () => ({ ...bank, ...refused('AUTHORIZATION_REQUESTS_REPEATED') })),
    ],
    quiet: [[{ ...bank, ...refused('AUTHORIZATION_REQUEST_PENDING') }], [refused('AUTHORIZATION_REQUESTS_REPEATED')]],
  },
};

describe.each(Object.entries(CASES) as [ReviewRuleKind, (typeof CASES)['OWN_SUBJECT']][])('%s', (kind, { found, quiet }) => {
  test.each(found.map((changes, n) => ({ n, changes })))('finds case $n once', ({ changes }) => {
    expect(kindsOf(changes)).toEqual([kind]);
  });
  test.each(quiet.map((changes, n) => ({ n, changes })))('leaves case $n alone', ({ changes }) => {
    expect(kindsOf(changes)).not.toContain(kind);
  });
});

test.each([
  ['about one subject for one case', { time: at(10), ...asks('o-1') }, 16],
  [
    'off hours, about more subjects than anybody may',
    { time: at(23), ...asks(...Array.from({ length: 60 }, (_, n) => `o-${n}`)) },
    1,
  ],
] as const)('what a system asks all day long is remembered once: %s', (_what, change, bytesALook) => {
  const memory = (looks: number) => {
    const state = beginReview();
    const entries = Array.from({ length: looks }, (_, n) => ({
      index: BigInt(n),
      entry: entryOf(`r-${n}`, { matter: '云审批许〔2026〕1号', ...change }),
    }));
    reviewEntries(entries, state, { policy: policies });
    return serialize(state).length;
  };
  expect((memory(2_000) - memory(1_000)) / 1_000).toBeLessThan(bytesALook);
});

test('an alert tells in one sentence what was found, by its figures, and names the entries', () => {
  const { alerts } = review(times(27, (n) => ({ ...by('wang.li'), ...asks(`o-${n}`) })));
  expect(alerts).toEqual([
    {
      id: expect.stringMatching(/^ra-[\w-]{22}$/),
      rule: 'RV-1',
      kind: 'MANY_SUBJECTS',
      time: at(10, 24),
      day: DAY,
      organization: 'ORG',
      operator: 'wang.li',
      subject: null,
      sentence:
        '账号 wang.li（机构 ORG）2026-03-03 以 ADMIN_APPROVAL_CHECK 查询了 25 个主体，同机构同用途其他账号每日中位数为 0、本账号为 0（阈值：不少于 25 个且分别达 4 倍、3 倍）。',
      figures: { subjects: 25, median: 0, own: 0 },
      entries: Array.from({ length: 25 }, (_, n) => BigInt(n)),
      entryCount: 25,
    },
  ]);
});

test('what an alert names is not explained, before and after it, and counts once', () => {
  const { tallies } = review(times(27, (n) => ({ ...by('a'), ...asks(`o-${n}`) })));
  expect([...tallies]).toEqual([[DAY, { accesses: 27, unexplained: 27, alerts: 1 }]]);
});

test.each([
  ['a purpose, a case of its type', {}, 0],
  ['no case where the purpose needs one', { matter: null }, 1],
  ['a case number of no known type', { matter: '2026-1' }, 1],
  ['no case where none is needed', { purpose: 'DAILY_SUPERVISION', matter: null }, 0],
  ['a purpose that is not in force', { purpose: 'GONE', matter: null }, 1],
  ['a purpose that is not the caller’s', { caller: { actor: 'PUBLIC', organization: '' } }, 1],
] as const)('explains a look by its purpose and case: %s', (_what, change, unexplained) => {
  expect(review([change]).tallies.get(DAY)).toEqual({ accesses: 1, unexplained, alerts: 0 });
});

test('a clock that runs backwards over midnight does not begin a day twice', () => {
  const late = times(2, (n) => ({ ...asks(`o-${n}`), time: at(0, 1, '2026-03-04') }));
  const { tallies } = review([...late, { time: at(23, 59) }]);
  expect([...tallies.keys()]).toEqual(['2026-03-04']);
});

test.each<[string, Change[], string[]]>([
  ['a year ahead', [{ time: at(10, 0, '2027-03-03') }], []],
  ['a year ahead, and one of the year before', [{ time: at(10, 0, '2027-03-03') }, { time: at(10, 0, '2025-03-03') }], []],
  ['a year ahead for a minute', [{ time: at(10, 0, '2027-03-03') }, { time: at(10, 1, '2027-03-03') }], ['2027-03-03']],
  // The clock of the only gateway, for an hour: what it made the rules forget is lost, and no more.
  ['a year ahead, as if nobody had looked for a year', times(60, (n) => ({ time: at(10, n, '2027-03-03') })), ['2027-03-03']],
])('entries that are dated %s end nothing for those after them', (_what, wrong, more) => {
  const days = ['2026-03-03', '2026-03-04'];
  const busy = (day: string) => times(26, (n) => ({ ...by('a'), ...asks(`o-${n}`), time: at(11, n, day) }));
  const { alerts, tallies } = review([...times(3, () => ({})), ...wrong, ...days.flatMap(busy)]);
  expect(alerts.filter(({ kind }) => kind === 'MANY_SUBJECTS').map(({ day, time }) => [day, time.slice(0, 10)])).toEqual(
    days.map((day) => [day, day]),
  );
  expect([...tallies.keys()].toSorted()).toEqual([...days, ...more]);
});

test('after weeks in which nobody looked, entries count on their own days within a minute', () => {
  const { tallies } = review([{}, ...times(4, (n) => ({ time: at(10, n, '2026-04-03') })), { time: at(10, 0, '2026-04-04') }]);
  expect([...tallies].map(([day, { accesses }]) => [day, accesses])).toEqual([
    [DAY, 2],
    ['2026-04-03', 3],
    ['2026-04-04', 1],
  ]);
});

test('every code and every act that the rules name is one of the closed tables', () => {
  const codes = policies.source.review.rules.flatMap((rule) => ('codes' in rule ? rule.codes : []));
  const acts = policies.source.review.rules.flatMap((rule) => [
    ...('endedBy' in rule ? rule.endedBy : []),
    ...('exportedBy' in rule ? rule.exportedBy : []),
  ]);
  expect(Object.keys(ERRORS)).toEqual(expect.arrayContaining(codes));
  expect(ACT_KINDS).toEqual(expect.arrayContaining(acts));
});
