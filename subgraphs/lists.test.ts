import { afterAll, beforeAll, expect, test } from 'vitest';
import { isObjectType } from 'graphql';
import type { Db, SqlValue } from '../database/db.ts';
import { openTestDatabase } from '../test/support/database.ts';
import { DEPARTMENTS } from '../schema/signed-context.ts';
import { departments } from './departments.ts';
import { pagedLists } from './kit/check/selections.ts';
import { CALLERS, insert, madeUpId, testSubgraph } from './kit/test-subgraph.ts';

const CODE = '91350100M000100Y43';
const COMPANY = madeUpId('company');
let db: Db;
beforeAll(async () => {
  db = await openTestDatabase();
  const company = { subject_id: COMPANY, name: '云汀公司', kind: 'ENTERPRISE_LEGAL_PERSON', unified_social_credit_code: CODE };
  await insert(db, 'registry.subject', [company]);
});
afterAll(() => db.close());

type Rows = (n: number) => Record<string, SqlValue>;
const decided: Rows = (n) => ({ decision_document_no: `第${n}号`, authority_code: CODE, decision_date: '2025-01-01' });

/** Each list: whose it is, what it is called, a field of it, and its rows. */
const LISTS: [name: (typeof DEPARTMENTS)[number], path: string, field: string, table: string, count: number, row: Rows][] = [
  ['licensing', 'licenses', 'decisionDocumentNo', 'licensing.license', 5, decided],
  ['penalties', 'penalties', 'decisionDocumentNo', 'penalties.penalty', 5, decided],
  ['registry', 'registration.officers', 'name', 'registry.officer', 5, (n) => ({ role: 'SHAREHOLDER', name: `股东${n}` })],
  ['registry', 'registration.previousNames', '', 'registry.previous_name', 5, (n) => ({ name: `云汀${n}厂` })],
  [
    'registry',
    'registration.predecessors',
    'id',
    'registry.succession',
    5,
    (n) => ({ subject_id: madeUpId(`merged${n}`), successor_id: COMPANY, kind: 'MERGER' }),
  ],
  ['tax', 'tax.creditGrades', 'year', 'tax.credit_grade', 5, (n) => ({ year: 2020 + n, grade: 'B' })],
  ['tax', 'tax.arrears', 'taxType', 'tax.arrears', 5, (n) => ({ tax_type: `税${n}`, amount_fen: 1n })],
  ['tax', 'tax.payments', 'taxType', 'tax.payment', 5, (n) => ({ tax_type: `税${n}`, amount_fen: 1n, month: '2025-01' })],
  ['tax', 'tax.paidByYear', 'year', 'tax.payment', 5, (n) => ({ tax_type: '增值税', amount_fen: 1n, month: `201${n}-01` })],
  ['tax', 'tax.declaredSales', 'year', 'tax.declared_sales', 5, (n) => ({ year: 2020 + n, amount_fen: 1n })],
  [
    'social-security',
    'socialSecurity.contributions',
    'month',
    'social_security.contribution',
    5,
    (n) => ({ month: `2025-0${n}`, insured_count: 1, due_fen: 1n, paid_fen: 1n }),
  ],
  ['utilities', 'utilities.accounts', 'accountNo', 'utilities.account', 130, (n) => ({ kind: 'POWER', account_no: `${n}` })],
];

test.each(LISTS)(
  '%s: %s is read to its end, part by part and several parts at once',
  async (name, path, field, table, count, row) => {
    const rows = Array.from({ length: count }, (_, n) => ({
      subject_id: COMPANY,
      content_hash: `hash ${(n * 7) % count}`,
      ...row(n + 1),
    }));
    await db.query(`delete from ${table}`);
    await insert(db, table, rows);
    const department = testSubgraph(departments[name], db);
    const above = path.split('.');
    const list = above.pop() ?? '';
    const read = async (...parts: string[]) => {
      const lists = parts.map((part, at) => `part${at}: ${list}(${part}) ${field && `{ ${field} }`}`).join(' ');
      const selection = above.reduceRight((below, outer) => `${outer} { ${below} }`, lists);
      const [found] = await department.entities(CALLERS.auditor, [COMPANY, madeUpId('another')], selection);
      const standing = above.reduce((at, outer) => at[outer] as Record<string, unknown>, found ?? {});
      return Object.values(standing) as unknown[][];
    };
    const size = Math.min(count - 1, 100);
    const [start, rest, behind] = await read(`first: ${size}`, `first: ${size}, skip: ${size}`, `first: 1, skip: ${count}`);
    expect([start?.length, rest?.length, behind]).toEqual([size, count - size, []]);
    expect(new Set([...(start ?? []), ...(rest ?? [])].map((entry) => JSON.stringify(entry))).size).toBe(count);
    expect(await read(`first: 2, skip: ${size - 1}`)).toEqual([[start?.at(-1), rest?.[0]]]);
    expect(await read(`first: ${size}, skip: null`)).toEqual([start]);
    await expect(read('skip: -1')).rejects.toThrow('INPUT_INVALID');
  },
);

test('there is no other list of a subject, but the bills below its accounts', () => {
  const known = DEPARTMENTS.flatMap((name) => {
    const type = testSubgraph(departments[name], db).subgraph.schema.getType('CreditSubject');
    return isObjectType(type) ? pagedLists(type).map(({ path }) => path) : [];
  });
  expect(known.sort()).toEqual(LISTS.map(([, path]) => path).sort());
});
