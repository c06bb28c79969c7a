import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Db, SqlValue } from '../../database/db.ts';
import { openTestDatabase } from '../../test/support/database.ts';
import type { SignedContext } from '../../schema/signed-context.ts';
import { CALLERS, insert, madeUpId, self, testSubgraph } from '../kit/test-subgraph.ts';
import { penalties } from './department.ts';

const FIELDS = 'decisionDocumentNo tier publicityStatus repairStatus publicityEndDate';
const OWNER = {
  actor: 'DEPARTMENT',
  organization: 'enforcement',
  department: 'penalties',
  purpose: 'DAILY_SUPERVISION',
} as const;
const COMPANY = madeUpId('company');
const MANY = madeUpId('many');
const AUTHORITY = '11999900MB00000001';

interface Penalty {
  no: string;
  decision_date: string;
  categories?: string[];
  [column: string]: SqlValue | undefined;
}

/** Each case is a penalty on its own subject, judged on 2026-06-15. */
const CASES: {
  title: string;
  penalty: Omit<Penalty, 'no'>;
  outcome?: Record<string, string>;
  expected: [string, string, string, string | null];
}[] = [
  // Order 36, decided since 2026-04-01: general 12 months, serious 36, minor never.
  {
    title: 'a fine under the new order',
    penalty: { decision_date: '2026-04-01', categories: ['FINE'], fine_fen: 5_000_00n },
    expected: ['GENERAL', 'PUBLISHED', 'NOT_REPAIRED', '2027-04-01'],
  },
  {
    title: 'a fine on the last day of the old order',
    penalty: { decision_date: '2026-03-31', categories: ['FINE'], fine_fen: 5_000_00n },
    expected: ['GENERAL', 'PUBLISHED', 'NOT_REPAIRED', '2029-03-31'],
  },
  {
    title: 'a revoked licence',
    penalty: { decision_date: '2026-05-31', categories: ['FINE', 'LICENSE_REVOCATION'] },
    expected: ['SERIOUS', 'PUBLISHED', 'NOT_REPAIRED', '2029-05-31'],
  },
  {
    title: 'a huge fine',
    penalty: { decision_date: '2026-05-01', categories: ['FINE'], fine_fen: 100_000_000n },
    expected: ['SERIOUS', 'PUBLISHED', 'NOT_REPAIRED', '2029-05-01'],
  },
  {
    title: 'one fen less than a huge fine',
    penalty: { decision_date: '2026-05-01', categories: ['FINE'], fine_fen: 99_999_999n },
    expected: ['GENERAL', 'PUBLISHED', 'NOT_REPAIRED', '2027-05-01'],
  },
  {
    title: 'a small fine',
    penalty: { decision_date: '2026-05-01', categories: ['FINE'], fine_fen: 3_000_00n },
    expected: ['MINOR', 'NOT_PUBLISHED', 'NOT_REPAIRED', null],
  },
  {
    title: 'one fen more than a small fine',
    penalty: { decision_date: '2026-05-01', categories: ['FINE'], fine_fen: 3_000_01n },
    expected: ['GENERAL', 'PUBLISHED', 'NOT_REPAIRED', '2027-05-01'],
  },
  {
    title: 'a warning',
    penalty: { decision_date: '2026-05-01', categories: ['WARNING'] },
    expected: ['MINOR', 'NOT_PUBLISHED', 'NOT_REPAIRED', null],
  },
  {
    title: 'the simple procedure',
    penalty: { decision_date: '2026-05-01', categories: ['FINE'], fine_fen: 9_000_00n, procedure: 'SIMPLE' },
    expected: ['MINOR', 'NOT_PUBLISHED', 'NOT_REPAIRED', null],
  },
  {
    title: 'a minor one with an end in the file',
    penalty: { decision_date: '2026-05-01', categories: ['WARNING'], publicity_end_date: '2027-01-01' },
    expected: ['MINOR', 'NOT_PUBLISHED', 'NOT_REPAIRED', null],
  },
  {
    title: 'a penalty without a category',
    penalty: { decision_date: '2026-05-01', categories: [] },
    expected: ['GENERAL', 'PUBLISHED', 'NOT_REPAIRED', '2027-05-01'],
  },
  // Old order: a small fine is published, at most three years.
  {
    title: 'a small fine under the old order',
    penalty: { decision_date: '2026-03-01', categories: ['FINE'], fine_fen: 100_00n },
    expected: ['GENERAL', 'PUBLISHED', 'NOT_REPAIRED', '2029-03-01'],
  },
  {
    title: 'public to this day',
    penalty: { decision_date: '2023-06-15', categories: ['FINE'], fine_fen: 5_000_00n },
    expected: ['GENERAL', 'PUBLISHED', 'NOT_REPAIRED', '2026-06-15'],
  },
  {
    title: 'public to yesterday',
    penalty: { decision_date: '2023-06-14', categories: ['FINE'], fine_fen: 5_000_00n },
    expected: ['GENERAL', 'EXPIRED', 'NOT_REPAIRED', '2026-06-14'],
  },
  {
    title: 'a decision on a leap day',
    penalty: { decision_date: '2024-02-29', categories: ['FINE'], fine_fen: 5_000_00n },
    expected: ['GENERAL', 'PUBLISHED', 'NOT_REPAIRED', '2027-02-28'],
  },
  {
    title: 'an earlier end in the file',
    penalty: { decision_date: '2026-05-01', categories: ['FINE'], fine_fen: 5_000_00n, publicity_end_date: '2026-06-14' },
    expected: ['GENERAL', 'EXPIRED', 'NOT_REPAIRED', '2026-06-14'],
  },
  {
    title: 'a later end in the file',
    penalty: { decision_date: '2020-05-01', categories: ['FINE'], fine_fen: 5_000_00n, publicity_end_date: '2030-01-01' },
    expected: ['GENERAL', 'PUBLISHED', 'NOT_REPAIRED', '2030-01-01'],
  },
  {
    title: 'repaired today',
    penalty: { decision_date: '2026-04-02', categories: ['FINE'], fine_fen: 5_000_00n },
    outcome: { repaired_on: '2026-06-15' },
    expected: ['GENERAL', 'PUBLISHED', 'REPAIRED', '2027-04-02'],
  },
  {
    title: 'to be repaired tomorrow',
    penalty: { decision_date: '2026-04-02', categories: ['FINE'], fine_fen: 5_000_00n },
    outcome: { repaired_on: '2026-06-16' },
    expected: ['GENERAL', 'PUBLISHED', 'NOT_REPAIRED', '2027-04-02'],
  },
  {
    title: 'withdrawn',
    penalty: { decision_date: '2026-04-02', categories: ['FINE'], fine_fen: 5_000_00n },
    outcome: { withdrawn_on: '2026-06-01' },
    expected: ['GENERAL', 'WITHDRAWN', 'NOT_REPAIRED', '2027-04-02'],
  },
  {
    title: 'withdrawn in a file of 2015',
    penalty: { decision_date: '2026-04-02', categories: ['FINE'], fine_fen: 5_000_00n, status: 'WITHDRAWN' },
    expected: ['GENERAL', 'WITHDRAWN', 'NOT_REPAIRED', '2027-04-02'],
  },
  {
    title: 'objected to',
    penalty: { decision_date: '2026-04-02', categories: ['FINE'], fine_fen: 5_000_00n, status: 'IN_OBJECTION' },
    expected: ['GENERAL', 'PUBLISHED', 'NOT_REPAIRED', '2027-04-02'],
  },
  {
    title: 'filed as not published',
    penalty: { decision_date: '2026-04-02', categories: ['FINE'], fine_fen: 5_000_00n, status: 'NOT_PUBLISHED' },
    expected: ['GENERAL', 'NOT_PUBLISHED', 'NOT_REPAIRED', null],
  },
  {
    title: 'filed as published long enough',
    penalty: { decision_date: '2026-04-02', categories: ['FINE'], fine_fen: 5_000_00n, status: 'EXPIRED' },
    expected: ['GENERAL', 'EXPIRED', 'NOT_REPAIRED', '2027-04-02'],
  },
  {
    title: 'a fine of an amount that was not filed',
    penalty: { decision_date: '2026-05-01', categories: ['WARNING', 'FINE'], fine_fen: null },
    expected: ['GENERAL', 'PUBLISHED', 'NOT_REPAIRED', '2027-05-01'],
  },
];
const caseId = (index: number) => madeUpId(`case${index}`);

let db: Db;
let department: ReturnType<typeof testSubgraph>;

beforeAll(async () => {
  db = await openTestDatabase();
  department = testSubgraph(penalties, db);
  const row = (subject_id: string, { no, ...columns }: Penalty) =>
    ({ subject_id, decision_document_no: no, authority_code: AUTHORITY, ...columns }) as Record<string, SqlValue>;
  await insert(
    db,
    'penalties.penalty',
    CASES.map(({ penalty }, index) => row(caseId(index), { no: `case ${index}`, ...penalty } as Penalty)),
  );
  await insert(
    db,
    'penalties.outcome',
    CASES.flatMap(({ outcome }, index) =>
      outcome
        ? [{ subject_id: caseId(index), decision_document_no: `case ${index}`, authority_code: AUTHORITY, ...outcome }]
        : [],
    ),
  );
  // Repaired, then offended again; and many hidden ones before the visible ones.
  await insert(db, 'penalties.penalty', [
    row(COMPANY, { no: 'first', decision_date: '2026-04-10', categories: ['FINE'], fine_fen: 5_000_00n }),
    row(COMPANY, {
      no: 'again',
      decision_date: '2026-06-10',
      categories: ['FINE', 'CONFISCATION'],
      fine_fen: 6_000_05n,
      confiscated_fen: 1n,
      case_handlers: ['李四', '王五'],
    }),
    ...Array.from({ length: 30 }, (_, index) =>
      row(MANY, { no: `hidden ${index}`, decision_date: '2026-06-01', categories: ['WARNING'] }),
    ),
    ...Array.from({ length: 3 }, (_, index) =>
      row(MANY, { no: `seen ${index}`, decision_date: '2026-05-01', categories: ['CLOSURE'] }),
    ),
  ]);
  await insert(db, 'penalties.outcome', [
    { subject_id: COMPANY, decision_document_no: 'first', authority_code: AUTHORITY, repaired_on: '2026-05-01' },
  ]);
});
afterAll(() => db.close());

async function seen(
  caller: Omit<SignedContext, 'audience'>,
  id: string,
  args = '',
  fields = FIELDS,
): Promise<Record<string, unknown>[]> {
  const [entity] = await department.entities(caller, [id], `penalties${args} { ${fields} }`);
  return entity?.['penalties'] as Record<string, unknown>[];
}

test.each(CASES.map((one, index) => ({ ...one, index })))(
  'computes tier, publicity and repair of $title',
  async ({ index, expected }) => {
    const [tier, publicityStatus, repairStatus, publicityEndDate] = expected;
    expect(await seen(OWNER, caseId(index))).toEqual([
      { decisionDocumentNo: `case ${index}`, tier, publicityStatus, repairStatus, publicityEndDate },
    ]);
  },
);

test.each(CASES.map((one, index) => ({ ...one, index })))(
  'shows $title to the public, banks and other departments only while it is published and not repaired',
  async ({ index, expected }) => {
    const [, publicityStatus, repairStatus] = expected;
    const visible = publicityStatus === 'PUBLISHED' && repairStatus === 'NOT_REPAIRED' ? 1 : 0;
    for (const caller of [CALLERS.public, CALLERS.bank, CALLERS.clerk, CALLERS.office])
      expect(await seen(caller, caseId(index))).toHaveLength(visible);
    for (const caller of [CALLERS.auditor, self(caseId(index))]) expect(await seen(caller, caseId(index))).toHaveLength(1);
  },
);

test('a company that asks about another for a public purpose sees what the public sees', async () => {
  const asPublic = (subject: string) => ({ ...self(subject), purpose: 'PUBLIC_QUERY' });
  expect(await seen(asPublic(MANY), COMPANY, '', 'decisionDocumentNo')).toEqual([{ decisionDocumentNo: 'again' }]);
  expect(await seen(asPublic(COMPANY), COMPANY, '', 'decisionDocumentNo')).toHaveLength(2);
});

test('a department claimed by another actor opens nothing', async () => {
  for (const actor of ['BANK', 'PUBLIC', 'SUBJECT', 'CREDIT_OFFICE'] as const) {
    expect(await seen({ ...OWNER, actor }, COMPANY, '', 'decisionDocumentNo')).toEqual([{ decisionDocumentNo: 'again' }]);
  }
});

test('hidden penalties do not use up the page', async () => {
  expect(await seen(CALLERS.public, MANY, '(first: 2)', 'decisionDocumentNo')).toEqual([
    { decisionDocumentNo: 'seen 0' },
    { decisionDocumentNo: 'seen 1' },
  ]);
});

test('serves amounts to the fen and lists as lists', async () => {
  expect(
    await seen(OWNER, COMPANY, '(first: 1)', 'fineAmount confiscatedAmount categories caseHandlers provenance { version }'),
  ).toEqual([
    {
      fineAmount: '6000.05',
      confiscatedAmount: '0.01',
      categories: ['FINE', 'CONFISCATION'],
      caseHandlers: ['李四', '王五'],
      provenance: { version: 1 },
    },
  ]);
});

test('publicity ends by the city’s calendar, not the server’s or UTC', async () => {
  const at = async (time: string) => {
    const then = testSubgraph(penalties, db, () => Date.parse(time));
    const [entity] = await then.entities(CALLERS.public, [caseId(12)], 'penalties { tier }');
    return entity?.['penalties'];
  };
  expect(await at('2026-06-15T23:59:59+08:00')).toHaveLength(1);
  expect(await at('2026-06-15T16:00:00Z')).toEqual([]);
});

test.each([1, 30])('costs one statement for %i subjects', async (count) => {
  await department.entities(
    CALLERS.public,
    CASES.slice(0, count).map((_, index) => caseId(index)),
    `penalties { ${FIELDS} provenance { line } }`,
  );
  expect(department.statements).toHaveLength(1);
});
