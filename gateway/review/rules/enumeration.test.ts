import { expect, test } from 'vitest';
import { policies } from '../../../policies/policies.fixture.ts';
import { entryOf } from '../../querylog/entry.fixture.ts';
import type { QueryLogEntry } from '../../querylog/entry.ts';
import { beginReview, reviewEntries } from '../review-entries.ts';

type Change = Partial<QueryLogEntry>;

const times = (count: number, of: (n: number) => Change | Change[]): Change[] =>
  Array.from({ length: count }, (_, n) => of(n)).flat();
/** What the registry was asked for, by identifier, and gave. */
const lookup = (asked: string[], returned: string[] = []): Change => ({
  subjects: { asked, returned },
  fields: [{ coordinate: 'Query.subjects', treatment: 'REVEAL', count: returned.length }],
  departments: ['registry'],
});
/** What is answered without looking up whom it names. */
const about = (subject: string, coordinate: string, department: string): Change => ({
  subjects: { asked: [subject], returned: [] },
  fields: [{ coordinate, treatment: 'REVEAL', count: 1 }],
  departments: [department],
});
const logged = (n: number) => about(`o-${n}`, 'Query.queryLog', 'querylog');
const impossible = (change: Change = {}): Change => ({
  decision: 'REFUSED',
  code: 'INPUT_INVALID',
  subjects: { asked: [], returned: [] },
  fields: [],
  departments: [],
  ...change,
});

/** What was found: of how many tried codes how many were nobody's. */
function found(changes: readonly Change[]) {
  const entries = changes.map((change, n) => ({
    index: BigInt(n),
    entry: entryOf(`r-${n}`, { time: '2026-03-03T02:00:00.000Z', ...change }),
  }));
  const { alerts } = reviewEntries(entries, beginReview(), { policy: policies });
  return alerts.filter(({ kind }) => kind === 'ENUMERATION').map(({ figures: { misses, asked } }) => ({ misses, asked }));
}

test.each([
  ['codes that are nobody’s', times(6, (n) => lookup([`o-none-${n}`])), { misses: 6, asked: 6 }],
  ['numbers that cannot be genuine', times(6, () => impossible()), { misses: 6, asked: 6 }],
  [
    'a list of which next to nothing is found',
    [
      lookup(
        Array.from({ length: 12 }, (_, n) => `o-${n}`),
        ['o-1'],
      ),
    ],
    { misses: 11, asked: 12 },
  ],
  ['codes, between looks in the log', times(6, (n) => [lookup([`o-none-${n}`]), logged(n)]), { misses: 6, asked: 6 }],
] as const)('finds whoever tries %s', (_what, changes, figures) => {
  expect(found(changes)).toEqual([figures]);
});

test.each([
  ['five numbers that cannot be genuine', times(5, () => impossible())],
  ['one code asked for again and again', times(9, () => lookup(['o-none']))],
  [
    'numbers that cannot be genuine among twice as many that are found',
    [...times(12, (n) => lookup([`o-${n}`], [`o-${n}`])), ...times(6, () => impossible())],
  ],
  ['subjects of whom the registry does not answer', times(9, (n) => ({ ...lookup([`o-${n}`]), unavailable: ['registry'] }))],
  ['old registration numbers, which stand in for whom the answer names', times(9, (n) => lookup([`r-${n}`], ['o-1']))],
  [
    'companies that a bank then asks for their authorization, as docs/for-banks.md has it',
    times(6, (n) => [lookup([`o-${n}`], [`o-${n}`]), about(`o-${n}`, 'Mutation.requestAuthorization', 'authorizations')]),
  ],
  ['looks at subjects, in the log', times(6, logged)],
  [
    'subjects that the policy lets nobody look up for the purpose',
    times(6, (n) => ({
      ...lookup([`o-${n}`]),
      fields: [{ coordinate: 'Query.subject', treatment: 'WITHHOLD', count: 0 }],
      departments: [],
    })),
  ],
  ['a document of no form', times(6, () => impossible({ purpose: null }))],
  ['a flood of them, gathered in one entry', [impossible({ purpose: null, count: 41 })]],
  ['an act that its department refuses', times(6, () => impossible({ departments: ['operations'] }))],
  [
    'an authorization of a genuine subject, with a date of no form',
    times(6, (n) => impossible({ subjects: { asked: [`o-${n}`], returned: [] } })),
  ],
])('leaves alone whoever asks for %s', (_what, changes) => {
  expect(found(changes)).toEqual([]);
});
