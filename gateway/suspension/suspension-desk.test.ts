import { expect, test } from 'vitest';
import type { Queryable } from '../../database/db.ts';
import { policies } from '../../policies/policies.fixture.ts';
import type { Acts } from '../acts/acts.ts';
import { suspensionDesk } from './suspension-desk.ts';
import type { SuspensionTarget } from './suspension.ts';

const OFFICER = {
  actor: 'CREDIT_OFFICE',
  organization: 'credit-office',
  operator: 'duty',
  purpose: 'INCIDENT_RESPONSE',
  requestId: 'r',
} as const;
const tx = { query: async (_: string, [, kind, target]: string[]) => ({ rows: [{ kind, target }] }) } as unknown as Queryable;
const acts: Acts = { record: (_by, _act, change) => change(tx) };
const desk = suspensionDesk({
  db: tx,
  acts,
  suspended: { refresh: async () => undefined },
  policies: { current: () => policies },
  clock: () => 0,
});

test.each<[string, SuspensionTarget]>([
  ['a purpose', { purpose: 'LOAN_PRE' }],
  ['a department', { department: 'tax' }],
  ['a subgraph of the gateway’s own', { department: 'authorizations' }],
  ['an organisation, of which only tokens know', { organization: 'any-bank' }],
  ['a colleague', { organization: 'credit-office', operator: 'night' }],
])('%s can be suspended', async (_, target) => {
  const [name] = Object.values(target);
  expect(await desk.suspend(OFFICER, target, '疑似泄露')).toMatchObject({ target: name });
});

test.each<[string, SuspensionTarget]>([
  ['the purpose it acts under', { purpose: 'INCIDENT_RESPONSE' }],
  ['its organisation', { organization: 'credit-office' }],
  ['its account', { organization: 'credit-office', operator: 'duty' }],
  ['the subgraph that resumes', { department: 'oversight' }],
  ['a purpose that is none', { purpose: 'LOAN_PRO' }],
  ['a department that is none', { department: 'taxes' }],
])('nobody suspends %s', async (_, target) => {
  await expect(desk.suspend(OFFICER, target, '疑似泄露')).rejects.toMatchObject({ code: 'INPUT_INVALID' });
});
