import { isObjectType } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Db, Queryable, SqlValue } from '../database/db.ts';
import { openTestDatabase } from '../test/support/database.ts';
import { DEPARTMENTS } from '../schema/signed-context.ts';
import { departments } from './departments.ts';
import { wholeSelection } from './kit/check/selections.ts';
import { CALLERS, insert, madeUpId, testSubgraph } from './kit/test-subgraph.ts';

type Asked = ReturnType<typeof testSubgraph>;
const A = madeUpId('A');
let db: Db;
beforeAll(async () => {
  db = await openTestDatabase();
  // Enough for every nested list to be reached.
  await insert(db, 'registry.subject', [
    { subject_id: A, kind: 'ENTERPRISE_LEGAL_PERSON', name: '云汀公司', unified_social_credit_code: '91350100M000100Y43' },
  ]);
  await insert(db, 'utilities.account', [{ subject_id: A, kind: 'WATER', account_no: '1' }]);
  await insert(db, 'utilities.bill', [{ subject_id: A, kind: 'WATER', account_no: '1', month: '2025-01', amount_fen: 1n }]);
});
afterAll(() => db.close());

/** The plans of every statement a request costs, when the planner may scan a whole table only if there is no other way. */
async function plans(name: (typeof DEPARTMENTS)[number], ask?: (department: Asked) => Promise<unknown>): Promise<string[]> {
  const sent: { sql: string; params: readonly SqlValue[] }[] = [];
  const watching: Queryable = {
    query: (sql, params = []) => {
      sent.push({ sql, params });
      return db.query(sql, params);
    },
  };
  const department = testSubgraph(departments[name], watching);
  const type = department.subgraph.schema.getType('CreditSubject');
  if (ask !== undefined) await ask(department);
  else await department.entities(CALLERS.auditor, [A, madeUpId('B', 'p')], isObjectType(type) ? wholeSelection(type) : '');
  return db.transaction(async (tx) => {
    await tx.query('set local enable_seqscan = off');
    const explained = [];
    for (const { sql, params } of sent)
      explained.push((await tx.query(`explain ${sql}`, params)).rows.map((row) => Object.values(row)[0]).join('\n'));
    return explained;
  });
}

test.each([
  ['registry', 6],
  ['licensing', 1],
  ['penalties', 1],
  ['tax', 6],
  ['social-security', 2],
  ['utilities', 3],
] as const)('everything %s knows of several subjects costs %i statements, each by an index', async (name, count) => {
  const found = await plans(name);
  expect(found).toHaveLength(count);
  for (const plan of found) expect(plan).not.toMatch(/Seq Scan on/);
});

const authorization = { from: '2024-06-01', to: '2026-05-31', categories: ['TAX', 'SOCIAL_SECURITY', 'UTILITY'] };
const byAuthorization = (selection: string) => (department: Asked) =>
  department.entities({ ...CALLERS.bank, authorization }, [A, madeUpId('B', 'p')], selection);

test.each([
  [
    'tax',
    'tax { hasArrears arrears { amount } paidByYear { year } paidAtLeast(amount: "0", year: 2025) creditGrades { year } }',
    5,
  ],
  ['social-security', 'socialSecurity { hasArrears contributions { month } insuredAtLeast(count: "10") }', 3],
  ['utilities', 'utilities { hasArrears accounts { kind bills { month } } noArrearsSince(month: "2025-01") }', 4],
] as const)(
  'what %s tells of several subjects within a window, and answers about them, goes by an index',
  async (name, selection, count) => {
    const found = await plans(name, byAuthorization(selection));
    expect(found).toHaveLength(count);
    for (const plan of found) expect(plan).not.toMatch(/Seq Scan on/);
  },
);

const search = (department: Asked) => department.ask(CALLERS.auditor, '{ searchSubjects(name: "云汀") { edges { cursor } } }');

test('a search by name goes by an index', async () => {
  const [plan] = await plans('registry', search);
  expect(plan).toMatch(/subject_by_(bigram|name)/);
  expect(plan).not.toMatch(/Seq Scan on/);
});

test('a sole proprietor’s whole name is looked up in the index of names', async () => {
  const plan = (await plans('registry', search))[0] ?? '';
  expect(plan.slice(plan.lastIndexOf('Limit'))).toMatch(/Index.*subject_by_name/);
});
