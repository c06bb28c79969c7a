import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Db } from '../../database/db.ts';
import { openTestDatabase } from '../../test/support/database.ts';
import { CALLERS, insert, madeUpId, self, testSubgraph } from '../kit/test-subgraph.ts';
import { tax } from './department.ts';

const A = madeUpId('A');
const CLEAN = madeUpId('clean');
const UNKNOWN = madeUpId('unknown');
const OWING = madeUpId('owing');
let db: Db;
let department: ReturnType<typeof testSubgraph>;

const owed = (tax_type: string, since: string, hash: string, amount_fen: bigint) => ({
  subject_id: OWING,
  tax_type,
  since,
  amount_fen,
  content_hash: hash.repeat(64),
});

beforeAll(async () => {
  db = await openTestDatabase();
  department = testSubgraph(tax, db);
  await insert(db, 'tax.taxpayer', [{ subject_id: A, abnormal_since: '2025-03-01', refund_account_no: '6222000011112222' }]);
  await insert(db, 'tax.credit_grade', [
    ...(['B', 'A', 'D', 'A'] as const).map((grade, index) => ({ subject_id: A, year: 2022 + index, grade })),
    { subject_id: CLEAN, year: 2025, grade: 'M' },
  ]);
  await insert(db, 'tax.arrears', [
    { subject_id: A, tax_type: '增值税', amount_fen: 123_45n, since: '2026-01-01' },
    { subject_id: A, tax_type: '企业所得税', amount_fen: 999_999_999_999_99n },
    { subject_id: A, tax_type: '印花税', amount_fen: 0n },
    { subject_id: CLEAN, tax_type: '增值税', amount_fen: 0n },
    owed('甲', '2025-03-15', '2', 9n),
    owed('乙', '2025-03-31', '1', 1n),
    owed('丙', '2025-03-02', '0', 5n),
    owed('丁', '2025-02-28', '3', 7n),
  ]);
  await insert(
    db,
    'tax.payment',
    ['2025-11', '2025-12', '2026-01'].map((month) => ({
      subject_id: A,
      month,
      tax_type: '增值税',
      amount_fen: -5n,
      paid_on: '2026-02-01',
    })),
  );
  await insert(
    db,
    'tax.payment',
    [
      ['甲', 'a'],
      ['乙', 'b'],
    ].map(([tax_type = '', hash = '']) => ({
      subject_id: OWING,
      month: '2026-01',
      tax_type,
      amount_fen: 1n,
      content_hash: hash.repeat(64),
    })),
  );
  await insert(
    db,
    'tax.declared_sales',
    [2024, 2025].map((year) => ({ subject_id: A, year, amount_fen: 1n })),
  );
});
afterAll(() => db.close());

test('tells whether tax is owed, apart from subjects tax knows nothing of', async () => {
  const found = await department.entities(CALLERS.clerk, [A, CLEAN, UNKNOWN], 'tax { hasArrears abnormalSince refundAccountNo }');
  expect(found.map(({ tax: standing }) => standing)).toEqual([
    { hasArrears: true, abnormalSince: '2025-03-01', refundAccountNo: '6222000011112222' },
    { hasArrears: false, abnormalSince: null, refundAccountNo: null },
    { hasArrears: null, abnormalSince: null, refundAccountNo: null },
  ]);
  expect(department.statements).toHaveLength(1);
});

test.each([
  ['the public', CALLERS.public, [2025, 2023]],
  ['a bank', CALLERS.bank, [2025, 2023]],
  ['another company', { ...self(CLEAN), purpose: 'PUBLIC_QUERY' }, [2025, 2023]],
  ['a department', CALLERS.clerk, [2025, 2024, 2023, 2022]],
  ['the credit office', CALLERS.office, [2025, 2024, 2023, 2022]],
  ['an auditor', CALLERS.auditor, [2025, 2024, 2023, 2022]],
  ['the company itself', self(A), [2025, 2024, 2023, 2022]],
] as const)('shows %s the grades it may see, newest first', async (_, caller, years) => {
  const [a] = await department.entities(caller, [A], 'tax { creditGrades { year grade } }');
  expect(a).toEqual({ tax: { creditGrades: years.map((year) => expect.objectContaining({ year })) } });
});

test('hidden grades do not use up the page', async () => {
  const [a] = await department.entities(CALLERS.public, [A], 'tax { creditGrades(first: 1, toYear: 2024) { year } }');
  expect(a).toEqual({ tax: { creditGrades: [{ year: 2023 }] } });
});

test('lists what is still owed, to the fen', async () => {
  const [a] = await department.entities(self(A), [A], 'tax { arrears { taxType amount since } }');
  expect(a).toEqual({
    tax: {
      arrears: [
        { taxType: '增值税', amount: '123.45', since: '2026-01-01' },
        { taxType: '企业所得税', amount: '999999999999.99', since: null },
      ],
    },
  });
});

test.each([
  ['newest month first, and within one by nothing that is masked', '', ['丙', '乙', '甲', '丁']],
  ['from a date on', '(sinceFrom: "2025-03-15")', ['乙', '甲']],
  ['up to a date', '(sinceTo: "2025-03-15")', ['丙', '甲', '丁']],
  ['of a span, one of it', '(first: 1, sinceFrom: "2025-03-01", sinceTo: "2025-03-15")', ['丙']],
])('lists arrears %s', async (_, args, types) => {
  const [owing] = await department.entities(CALLERS.auditor, [OWING], `tax { arrears${args} { taxType } }`);
  expect(owing).toEqual({ tax: { arrears: types.map((taxType) => ({ taxType })) } });
});

test('the payments of a month stand in no order that tells of the tax', async () => {
  const [owing] = await department.entities(CALLERS.auditor, [OWING], 'tax { payments { taxType } }');
  expect(owing).toEqual({ tax: { payments: [{ taxType: '甲' }, { taxType: '乙' }] } });
});

test('bounds months and years', async () => {
  const [a] = await department.entities(
    self(A),
    [A],
    'tax { payments(fromMonth: "2025-12", toMonth: "2025-12") { month amount paidOn } declaredSales(fromYear: 2025) { year amount } }',
  );
  expect(a).toEqual({
    tax: {
      payments: [{ month: '2025-12', amount: '-0.05', paidOn: '2026-02-01' }],
      declaredSales: [{ year: 2025, amount: '0.01' }],
    },
  });
});

test.each([
  ['creditGrades { year }', 1],
  [
    'hasArrears creditGrades { year provenance { batch } } arrears { amount } payments { month } declaredSales { year } abnormalSince',
    5,
  ],
  ['__typename', 0],
])('costs one statement for each part that is selected, however many subjects: %s', async (selection, statements) => {
  await department.entities(
    CALLERS.office,
    [A, CLEAN, UNKNOWN, ...Array.from({ length: 30 }, (_, index) => madeUpId(`x${index}`))],
    `tax { ${selection} }`,
  );
  expect(department.statements).toHaveLength(statements);
});
