import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Db } from '../../database/db.ts';
import { openTestDatabase } from '../../test/support/database.ts';
import { CALLERS, insert, madeUpId, self, testSubgraph } from '../kit/test-subgraph.ts';
import { socialSecurity } from './department.ts';

const LATE = madeUpId('late');
const PAID = madeUpId('paid');
const UNKNOWN = madeUpId('unknown');
let db: Db;
let department: ReturnType<typeof testSubgraph>;

beforeAll(async () => {
  db = await openTestDatabase();
  department = testSubgraph(socialSecurity, db);
  const month = (subject_id: string, month: string, insured_count: number, due_fen: bigint, paid_fen: bigint) => ({
    subject_id,
    month,
    insured_count,
    due_fen,
    paid_fen,
  });
  await insert(db, 'social_security.contribution', [
    month(LATE, '2026-03', 12, 1_200_00n, 1_200_00n),
    month(LATE, '2026-05', 14, 1_400_00n, 0n),
    month(LATE, '2026-04', 13, 1_300_00n, 1_299_99n),
    month(PAID, '2026-04', 3, 300_00n, 300_00n),
    month(PAID, '2026-05', 4, 400_00n, 500_00n),
  ]);
});
afterAll(() => db.close());

test('sums up the months: in arrears when a fen is missing, paid to the newest month that is whole', async () => {
  const found = await department.entities(
    CALLERS.auditor,
    [LATE, PAID, UNKNOWN],
    'socialSecurity { hasArrears arrearsMonths paidToMonth insuredCount }',
  );
  expect(found.map(({ socialSecurity: standing }) => standing)).toEqual([
    { hasArrears: true, arrearsMonths: '2', paidToMonth: '2026-03', insuredCount: '14' },
    { hasArrears: false, arrearsMonths: '0', paidToMonth: '2026-05', insuredCount: '4' },
    { hasArrears: null, arrearsMonths: null, paidToMonth: null, insuredCount: null },
  ]);
  expect(department.statements).toHaveLength(1);
});

test('lists contributions newest first, within the months asked for', async () => {
  const [late] = await department.entities(
    self(LATE),
    [LATE],
    'socialSecurity { contributions(first: 1, toMonth: "2026-04") { month insuredCount dueAmount paidAmount } }',
  );
  expect(late).toEqual({
    socialSecurity: { contributions: [{ month: '2026-04', insuredCount: '13', dueAmount: '1300.00', paidAmount: '1299.99' }] },
  });
});

test('costs two statements for standing and contributions of many subjects', async () => {
  await department.entities(
    CALLERS.office,
    [LATE, PAID, UNKNOWN],
    'socialSecurity { hasArrears contributions { month provenance { line } } }',
  );
  expect(department.statements).toHaveLength(2);
});

test('takes no part in random inspections', async () => {
  const { data, errors } = await department.ask({ ...CALLERS.clerk, purpose: 'DOUBLE_RANDOM' }, '{ __typename }');
  expect([data, errors]).toEqual([undefined, [expect.objectContaining({ extensions: { code: 'PURPOSE_NOT_ACCEPTED' } })]]);
});
