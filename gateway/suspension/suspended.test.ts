import { afterEach, expect, test, vi } from 'vitest';
import type { Queryable, Row } from '../../database/db.ts';
import type { Caller } from '../identity/caller.ts';
import { followSuspensions } from './suspended.ts';

afterEach(() => {
  vi.useRealTimers();
});

const CALLER: Caller = { actor: 'BANK', organization: 'bank', operator: 'system', developer: false };
const PURPOSE = { code: 'LOAN_PRE' };

/** A table that holds what the test puts into it, read under a clock that the test moves. */
async function following(rows: Row[] = []) {
  vi.useFakeTimers();
  const table = { rows, fails: false };
  const failures: unknown[] = [];
  const db = {
    query: async () => (table.fails ? Promise.reject(new Error('down')) : { rows: table.rows }),
  } as unknown as Queryable;
  let now = 0;
  const suspended = await followSuspensions({ db, report: (error) => failures.push(error), monotonic: () => now });
  const pass = async (ms: number) => {
    now += ms;
    await vi.advanceTimersByTimeAsync(ms);
  };
  return { table, failures, suspended, pass };
}

test.each<[string, Row, string | undefined]>([
  ['the organisation', { kind: 'ORGANIZATION', target: 'bank', operator: null }, 'ORGANIZATION'],
  ['the account', { kind: 'CLIENT', target: 'bank', operator: 'system' }, 'CLIENT'],
  ['the purpose', { kind: 'PURPOSE', target: 'LOAN_PRE', operator: null }, 'PURPOSE'],
  ['an account of that name elsewhere', { kind: 'CLIENT', target: 'other', operator: 'system' }, undefined],
  ['a purpose that is called like the organisation', { kind: 'PURPOSE', target: 'bank', operator: null }, undefined],
])('when %s is suspended, the next request is refused if it is meant', async (_, row, kind) => {
  const { suspended } = await following([row]);
  const attempt = () => suspended.assertNot(CALLER, PURPOSE);
  if (kind === undefined) expect(attempt).not.toThrow();
  else expect(attempt).toThrow(expect.objectContaining({ code: 'SUSPENDED', details: { suspended: kind } }));
});

test('learns within a second of what another gateway suspended, and of its end', async () => {
  const { table, suspended, pass } = await following();
  table.rows = [{ kind: 'DEPARTMENT', target: 'tax', operator: null }];
  await pass(1_000);
  expect(suspended.isDepartment('tax')).toBe(true);
  table.rows = [];
  await pass(1_000);
  expect(suspended.isDepartment('tax')).toBe(false);
});

test('lets nothing pass once nobody knows for five seconds what is suspended', async () => {
  const { table, failures, suspended, pass } = await following();
  table.fails = true;
  await pass(4_500);
  expect(() => suspended.assertNot(CALLER, PURPOSE)).not.toThrow();
  await pass(1_000);
  expect(suspended.isKnown()).toBe(false);
  expect(() => suspended.assertNot(CALLER, PURPOSE)).toThrow(expect.objectContaining({ code: 'SUSPENSIONS_UNKNOWN' }));
  expect(failures).toHaveLength(1);
  table.fails = false;
  await pass(500);
  expect(() => suspended.assertNot(CALLER, PURPOSE)).not.toThrow();
});
