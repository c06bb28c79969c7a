import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Db } from '../../database/db.ts';
import { openTestDatabase } from '../../test/support/database.ts';
import { CALLERS, insert, madeUpId, self, testSubgraph } from '../kit/test-subgraph.ts';
import { utilities } from './department.ts';

const EARLIER = madeUpId('earlier', 'p');
const LATER = madeUpId('later');
const UNKNOWN = madeUpId('unknown');
const SEVERAL = madeUpId('several');
let db: Db;
let department: ReturnType<typeof testSubgraph>;

beforeAll(async () => {
  db = await openTestDatabase();
  department = testSubgraph(utilities, db);
  const account = (subject_id: string, kind: string, account_no: string) => ({
    subject_id,
    kind,
    account_no,
    address: '云汀市一街1号',
  });
  // W|"1 changed hands; its number holds characters that a key made by joining would trip over.
  await insert(db, 'utilities.account', [
    account(EARLIER, 'WATER', 'W|"1'),
    account(LATER, 'WATER', 'W|"1'),
    account(LATER, 'POWER', 'P1'),
    { ...account(SEVERAL, 'WATER', '4'), content_hash: 'a'.repeat(64) },
    { ...account(SEVERAL, 'GAS', '1'), content_hash: 'c'.repeat(64) },
    { ...account(SEVERAL, 'GAS', '2'), content_hash: 'd'.repeat(64) },
    { ...account(SEVERAL, 'GAS', '3'), content_hash: 'b'.repeat(64) },
  ]);
  const bill = (subject_id: string, kind: string, account_no: string, month: string, arrears_periods: number) => ({
    subject_id,
    kind,
    account_no,
    month,
    arrears_periods,
    usage: '12.5',
    amount_fen: 80_00n,
  });
  await insert(db, 'utilities.bill', [
    bill(EARLIER, 'WATER', 'W|"1', '2026-01', 3),
    bill(LATER, 'WATER', 'W|"1', '2026-03', 2),
    bill(LATER, 'WATER', 'W|"1', '2026-02', 9),
    bill(LATER, 'POWER', 'P1', '2026-03', 0),
    { ...bill(LATER, 'POWER', 'P1', '2026-02', 1), late_fee_fen: 5n, paid_on: '2026-03-02' },
  ]);
});
afterAll(() => db.close());

test('counts the newest bill of each account', async () => {
  const found = await department.entities(CALLERS.auditor, [LATER, EARLIER, UNKNOWN], 'utilities { hasArrears arrearsPeriods }');
  expect(found.map(({ utilities: standing }) => standing)).toEqual([
    { hasArrears: true, arrearsPeriods: '2' },
    { hasArrears: true, arrearsPeriods: '3' },
    { hasArrears: null, arrearsPeriods: null },
  ]);
});

test('keeps the bills of an account that changed hands with the holder of their time', async () => {
  const found = await department.entities(
    CALLERS.auditor,
    [EARLIER, LATER],
    'utilities { accounts { accountNo kind bills(first: 2) { month usage amount lateFee paidOn arrearsPeriods } } }',
  );
  const bill = (month: string, arrearsPeriods: string, rest = {}) => ({
    month,
    usage: '12.500',
    amount: '80.00',
    lateFee: '0.00',
    paidOn: null,
    arrearsPeriods,
    ...rest,
  });
  expect(found.map(({ utilities: standing }) => standing)).toEqual([
    { accounts: [{ accountNo: 'W|"1', kind: 'WATER', bills: [bill('2026-01', '3')] }] },
    {
      accounts: [
        {
          accountNo: 'P1',
          kind: 'POWER',
          bills: [bill('2026-03', '0'), bill('2026-02', '1', { lateFee: '0.05', paidOn: '2026-03-02' })],
        },
        { accountNo: 'W|"1', kind: 'WATER', bills: [bill('2026-03', '2'), bill('2026-02', '9')] },
      ],
    },
  ]);
});

test('accounts of a kind stand in no order that tells of their numbers', async () => {
  const [found] = await department.entities(CALLERS.auditor, [SEVERAL], 'utilities { accounts { accountNo } }');
  expect(found).toEqual({ utilities: { accounts: ['3', '1', '2', '4'].map((accountNo) => ({ accountNo })) } });
});

test('gives the bills behind those that are skipped', async () => {
  const [found] = await department.entities(
    CALLERS.auditor,
    [LATER],
    'utilities { accounts { bills(first: 1, skip: 1) { month } } }',
  );
  const bills = [{ bills: [{ month: '2026-02' }] }, { bills: [{ month: '2026-02' }] }];
  expect(found).toEqual({ utilities: { accounts: bills } });
});

test('costs one statement a level', async () => {
  await department.entities(
    CALLERS.auditor,
    [EARLIER, LATER, UNKNOWN],
    'utilities { hasArrears accounts { accountNo bills(fromMonth: "2026-02") { month provenance { hash } } } }',
  );
  expect(department.statements).toHaveLength(3);
});

test('a tenant does not see the bills of another', async () => {
  await expect(department.entities(self(LATER), [EARLIER], 'utilities { hasArrears }')).rejects.toThrow('SUBJECT_FORBIDDEN');
});
