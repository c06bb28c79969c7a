import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { departments } from '../departments.ts';
import { loadAccepts } from './accepts.ts';

const PURPOSES = [
  'ADMIN_APPROVAL_CHECK',
  'DAILY_SUPERVISION',
  'DOUBLE_RANDOM',
  'GOV_PROCUREMENT',
  'BIDDING',
  'FISCAL_FUND',
  'AUTHORIZATION_HANDLING',
  'LOAN_PRE',
  'LOAN_POST',
  'SELF_QUERY',
  'PUBLIC_QUERY',
  'AUDIT_SUPERVISION',
  'DATA_QUALITY',
  'STATISTICS',
];

test.each(Object.values(departments).map(({ name, accepts }) => [name, accepts] as const))(
  '%s has decided about every purpose',
  (_, accepts) => {
    expect(accepts.decisions.map(({ code }) => code).sort()).toEqual([...PURPOSES].sort());
  },
);

test('tax takes no part in random inspections, and nobody refuses a subject or an auditor', () => {
  expect(departments.tax.accepts.has('DOUBLE_RANDOM')).toBe(false);
  for (const { accepts } of Object.values(departments))
    expect(['SELF_QUERY', 'AUDIT_SUPERVISION', 'DATA_QUALITY'].map(accepts.has)).toEqual([true, true, true]);
});

test.each([
  ['a decision without a reason', 'purposes: [{ code: BIDDING, accept: false, reason: " " }]', 'reason'],
  ['a decision that is neither', 'purposes: [{ code: BIDDING, accept: maybe, reason: 因为 }]', 'accept'],
  [
    'a purpose decided twice',
    'purposes: [{ code: A, accept: true, reason: 一 }, { code: A, accept: false, reason: 二 }]',
    'twice',
  ],
  ['no purposes', 'other: 1', 'purposes'],
])('refuses %s', (_, rest, message) => {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'accepts-')), 'accepts.yaml');
  writeFileSync(file, `department: tax\n${rest}\n`);
  expect(() => loadAccepts(file, 'tax')).toThrow(message);
});

test('refuses another department’s file', () => {
  expect(() => loadAccepts(new URL('../tax/accepts.yaml', import.meta.url), 'penalties')).toThrow('for tax');
});
