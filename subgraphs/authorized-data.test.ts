import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Db } from '../database/db.ts';
import type { AuthorizedData } from '../schema/signed-context.ts';
import { openTestDatabase } from '../test/support/database.ts';
import { CALLERS, insert, madeUpId, testSubgraph } from './kit/test-subgraph.ts';
import { registry } from './registry/department.ts';
import { socialSecurity } from './social-security/department.ts';
import { tax } from './tax/department.ts';
import { utilities } from './utilities/department.ts';

const A = madeUpId('A');
/** Nothing of it lies in the window of the tests. */
const OLD = madeUpId('old');
let db: Db;
let departments: Record<'tax' | 'social' | 'utilities', ReturnType<typeof testSubgraph>>;

beforeAll(async () => {
  db = await openTestDatabase();
  departments = {
    tax: testSubgraph(tax, db),
    social: testSubgraph(socialSecurity, db),
    utilities: testSubgraph(utilities, db),
  };
  await insert(
    db,
    'tax.arrears',
    [
      ['the day before', '2024-05-31'],
      ['the first day', '2024-06-01'],
      ['the last day', '2026-05-31'],
      ['the day after', '2026-06-01'],
      ['no day', null],
    ].map(([tax_type, since]) => ({ subject_id: A, tax_type: tax_type ?? '', since: since ?? null, amount_fen: 100n })),
  );
  await insert(db, 'tax.arrears', [{ subject_id: OLD, tax_type: 'old', since: '2020-01-01', amount_fen: 100n }]);
  await insert(
    db,
    'tax.credit_grade',
    [2023, 2024, 2025, 2026].map((year) => ({ subject_id: A, year, grade: year === 2023 ? 'A' : 'C' })),
  );
  const months = ['2024-05', '2024-06', '2025-01', '2025-12', '2026-05', '2026-06'];
  await insert(
    db,
    'tax.payment',
    months.map((month) => ({ subject_id: A, month, tax_type: '增值税', amount_fen: 60_000_00n })),
  );
  await insert(
    db,
    'tax.declared_sales',
    [2024, 2025, 2026].map((year) => ({ subject_id: A, year, amount_fen: 1n })),
  );
  await insert(
    db,
    'social_security.contribution',
    months.map((month, index) => ({
      subject_id: A,
      month,
      insured_count: 10 * (index + 1),
      due_fen: 100n,
      paid_fen: month === '2025-01' || month === '2026-06' ? 0n : 100n,
    })),
  );
  await insert(db, 'utilities.account', [
    { subject_id: A, kind: 'WATER', account_no: '1' },
    { subject_id: A, kind: 'GAS', account_no: '2' },
  ]);
  const bill = (account_no: string, kind: string, month: string, arrears_periods: number) => ({
    subject_id: A,
    kind,
    account_no,
    month,
    arrears_periods,
    amount_fen: 1n,
  });
  await insert(db, 'utilities.bill', [
    ...months.map((month) => bill('1', 'WATER', month, month === '2026-06' ? 1 : 0)),
    bill('2', 'GAS', '2024-05', 3),
  ]);
});
afterAll(() => db.close());

const WINDOW: AuthorizedData = { from: '2024-06-01', to: '2026-05-31', categories: ['TAX', 'SOCIAL_SECURITY', 'UTILITY'] };
const authorized = (change: Partial<AuthorizedData> = {}) => ({ ...CALLERS.bank, authorization: { ...WINDOW, ...change } });

const TAX = 'hasArrears arrears { taxType } payments { month } paidByYear { year amount } declaredSales { year }';
const SOCIAL = 'hasArrears arrearsMonths paidToMonth insuredCount contributions { month paidInFull }';
const UTILITY = 'hasArrears arrearsPeriods accounts { kind bills { month } }';

describe('by an authorization a bank is told what lies in its window whole, to the edge days', () => {
  test('of tax', async () => {
    const [a] = await departments.tax.entities(authorized(), [A], `tax { ${TAX} creditGrades { year } }`);
    expect(a?.['tax']).toEqual({
      hasArrears: true,
      arrears: [{ taxType: 'the last day' }, { taxType: 'the first day' }],
      payments: ['2026-05', '2025-12', '2025-01', '2024-06'].map((month) => ({ month })),
      paidByYear: [{ year: 2025, amount: '120000.00' }],
      declaredSales: [{ year: 2025 }],
      // What is published is published; the other grades are those of the window.
      creditGrades: [{ year: 2025 }, { year: 2023 }],
    });
  });

  test('of social security', async () => {
    const [a] = await departments.social.entities(authorized(), [A], `socialSecurity { ${SOCIAL} }`);
    expect(a?.['socialSecurity']).toEqual({
      hasArrears: true,
      arrearsMonths: '1',
      paidToMonth: '2026-05',
      insuredCount: '50',
      contributions: ['2026-05', '2025-12', '2025-01', '2024-06'].map((month) => ({ month, paidInFull: month !== '2025-01' })),
    });
  });

  test('of utilities, and of the accounts that have a bill in it', async () => {
    const [a] = await departments.utilities.entities(authorized(), [A], `utilities { ${UTILITY} }`);
    expect(a?.['utilities']).toEqual({
      hasArrears: false,
      arrearsPeriods: '0',
      accounts: [{ kind: 'WATER', bills: ['2026-05', '2025-12', '2025-01', '2024-06'].map((month) => ({ month })) }],
    });
  });

  test('a day less on either side and the month is gone', async () => {
    const narrower = authorized({ from: '2024-06-02', to: '2026-05-30' });
    const [a] = await departments.tax.entities(narrower, [A], 'tax { arrears { taxType } payments { month } }');
    expect(a?.['tax']).toEqual({ arrears: [], payments: [{ month: '2025-12' }, { month: '2025-01' }] });
  });

  test('what the client asks for narrows the window and never widens it', async () => {
    const [a] = await departments.tax.entities(
      authorized(),
      [A],
      `tax { payments(fromMonth: "2020-01", toMonth: "2025-06") { month } arrears(sinceFrom: "2020-01-01", sinceTo: "2025-01-01") { taxType }
        declaredSales(fromYear: 2020) { year } paidByYear(fromYear: -5, toYear: 12025) { year } }`,
    );
    expect(a?.['tax']).toEqual({
      payments: [{ month: '2025-01' }, { month: '2024-06' }],
      arrears: [{ taxType: 'the first day' }],
      declaredSales: [{ year: 2025 }],
      paidByYear: [{ year: 2025 }],
    });
  });

  test('arrears of before are not told, not even that there are any', async () => {
    const [old] = await departments.tax.entities(authorized(), [OLD], 'tax { hasArrears arrears { taxType } }');
    expect(old?.['tax']).toEqual({ hasArrears: null, arrears: [] });
  });
});

test.each([
  ['without an authorization', undefined],
  ['by one of other categories', { categories: ['LICENSE'] }],
  ['by one of other fields', { fields: ['TaxPaidYear.amount'] }],
])('%s a bank is told nothing that is not public, and the database is not asked for it', async (_what, change) => {
  const bank = change === undefined ? CALLERS.bank : authorized(change);
  const all = [
    [departments.tax, `tax { ${TAX} paidAtLeast(amount: "0", year: 2025) }`],
    [departments.social, `socialSecurity { ${SOCIAL} insuredAtLeast(count: "0") }`],
    [
      departments.utilities,
      `utilities { ${UTILITY} noArrearsSince(month: "2025-01") }`.replace(/accounts \{.*?\} \}/, 'accounts { kind }'),
    ],
  ] as const;
  for (const [department, selection] of all) {
    const [a = {}] = await department.entities(bank, [A], selection);
    for (const standing of Object.values(a)) expect(new Set(Object.values(standing as object))).toEqual(new Set([null]));
    expect(department.statements).toEqual([]);
  }
  const [a] = await departments.tax.entities(bank, [A], 'tax { abnormalSince creditGrades { year grade } }');
  expect(a?.['tax']).toEqual({ abnormalSince: null, creditGrades: [{ year: 2023, grade: 'A' }] });
});

describe('what has no day of its own', () => {
  const SHOP = madeUpId('shop', 'p');
  const REGISTRATION = 'employees contactPhone email legalRepresentativeName officers { role }';
  beforeAll(async () => {
    const registered = { contact_phone: '13800001234', email: 'a@example.cn', employees: 3, legal_representative_name: '张三' };
    const subject = (subject_id: string, kind: string) => ({
      ...registered,
      subject_id,
      kind,
      name: '云汀',
      unified_social_credit_code: '91350100M000100Y43',
    });
    await insert(db, 'registry.subject', [subject(A, 'ENTERPRISE_LEGAL_PERSON'), subject(SHOP, 'INDIVIDUAL_BUSINESS')]);
    await insert(db, 'registry.succession', [{ subject_id: SHOP, successor_id: A, kind: 'CONVERSION' }]);
    await insert(db, 'registry.officer', [{ subject_id: A, role: 'DIRECTOR', name: '张三' }]);
    await insert(db, 'tax.taxpayer', [{ subject_id: A, refund_account_no: '6222' }]);
  });
  const told = async (caller: Parameters<typeof departments.tax.entities>[0]) => {
    const [registered] = await testSubgraph(registry, db).entities(
      caller,
      [A],
      `name registration { ${REGISTRATION} predecessors { name registration { legalRepresentativeName } } }`,
    );
    const [taxed] = await departments.tax.entities(caller, [A], 'tax { refundAccountNo }');
    return { ...registered, ...taxed };
  };
  const PUBLIC = { name: '云汀', registration: { legalRepresentativeName: '张三' } };
  const NOTHING = { employees: null, contactPhone: null, email: null, officers: null, predecessors: null };

  test('is told a bank without an authorization of it only where it is public', async () => {
    const nothing = { ...PUBLIC, registration: { ...PUBLIC.registration, ...NOTHING }, tax: { refundAccountNo: null } };
    expect(await told(CALLERS.bank)).toEqual(nothing);
    expect(await told(authorized({ categories: ['UTILITY'] }))).toEqual(nothing);
    expect(await told(authorized({ categories: ['REGISTRATION'], fields: ['Registration.employees'] }))).toEqual({
      ...nothing,
      registration: { ...nothing.registration, employees: '3' },
    });
  });

  test('of a sole proprietor is told it as a sole proprietor’s, also where a company leads to it', async () => {
    const fields = ['Registration.predecessors'];
    expect(await told(authorized({ categories: ['REGISTRATION'], fields }))).toMatchObject({
      registration: { predecessors: [{ name: null, registration: { legalRepresentativeName: null } }] },
    });
  });

  test('is told others whole', async () => {
    expect(await told(CALLERS.auditor)).toEqual({
      ...PUBLIC,
      registration: {
        ...PUBLIC.registration,
        employees: '3',
        contactPhone: '13800001234',
        email: 'a@example.cn',
        officers: [{ role: 'DIRECTOR' }],
        predecessors: [PUBLIC],
      },
      tax: { refundAccountNo: '6222' },
    });
  });
});

describe('questions are answered yes or no', () => {
  test.each([
    ['tax', 'tax { answer: paidAtLeast(amount: "120000", year: 2025) }', true],
    ['tax', 'tax { answer: paidAtLeast(amount: "120000.01", year: 2025) }', false],
    ['tax', 'tax { answer: paidAtLeast(amount: "0", year: 2023) }', null],
    // Of 2024 and 2026 the window has a part: neither that part nor the whole is told.
    ['tax', 'tax { answer: paidAtLeast(amount: "0", year: 2024) }', null],
    ['tax', 'tax { answer: paidAtLeast(amount: "0", year: 2026) }', null],
    ['social', 'socialSecurity { answer: insuredAtLeast(count: "50") }', true],
    ['social', 'socialSecurity { answer: insuredAtLeast(count: "51") }', false],
    ['utilities', 'utilities { answer: noArrearsSince(month: "2025-01") }', true],
    ['utilities', 'utilities { answer: noArrearsSince(month: "2024-06") }', true],
    // Before the window.
    ['utilities', 'utilities { answer: noArrearsSince(month: "2024-05") }', null],
  ] as const)('%s: %s is %s', async (department, selection, answer) => {
    const [a = {}] = await departments[department].entities(authorized(), [A], selection);
    expect(Object.values(a)).toEqual([{ answer }]);
  });

  test('utilities answer to last month, or to the last whole year of a window that ends before: never to an edge the bank may choose', async () => {
    const asked = 'utilities { answer: noArrearsSince(month: "2024-06") }';
    // It is June: the bill of June is in arrears, that of last month is not.
    for (const [to, answer] of [
      ['2026-12-31', true],
      ['2026-06-30', true],
      ['2026-05-31', true],
      ['2026-05-30', true],
      ['2025-12-31', true],
      ['2025-12-30', true],
      ['2024-12-30', null],
    ] as const) {
      const [a] = await departments.utilities.entities(authorized({ to }), [A], asked);
      expect({ to, ...(a?.['utilities'] as object) }).toEqual({ to, answer });
    }
    const [all] = await departments.utilities.entities(CALLERS.auditor, [A], asked);
    expect(all?.['utilities']).toEqual({ answer: false });
  });
});

test.each([
  ['tax', `tax { ${TAX} abnormalSince creditGrades { year } paidAtLeast(amount: "0", year: 2025) }`, 7],
  ['social', `socialSecurity { ${SOCIAL} insuredAtLeast(count: "10") }`, 3],
  ['utilities', `utilities { ${UTILITY} noArrearsSince(month: "2025-01") }`, 4],
] as const)('%s answers for thirty subjects in one statement a list or question', async (name, selection, count) => {
  const department = departments[name];
  const many = [A, OLD, ...Array.from({ length: 28 }, (_, index) => madeUpId(`x${index}`))];
  await department.entities(authorized(), many, selection);
  expect(department.statements).toHaveLength(count);
});
