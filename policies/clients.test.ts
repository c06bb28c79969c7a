import { expect, test } from 'vitest';
import { type ClientRule, clientTimes } from './clients.ts';
import { policies } from './policies.fixture.ts';

const rule: ClientRule = {
  id: 'CLIENT-1',
  note: '外部机构',
  basis: ['数据安全法第二十七条'],
  actors: ['BANK'],
  effective: { from: '2026-01-01', to: '2026-12-31' },
  tokenSeconds: 300,
  proofSeconds: 60,
};
const bound = { tokenSeconds: 300, proofSeconds: 60 };

test.each<[string, Parameters<typeof clientTimes>[1], string, object | undefined]>([
  ['on the first day', 'BANK', '2026-01-01', bound],
  ['on the last day', 'BANK', '2026-12-31', bound],
  ['not before', 'BANK', '2025-12-31', undefined],
  ['not afterwards', 'BANK', '2027-01-01', undefined],
  ['not for others', 'DEPARTMENT', '2026-06-01', undefined],
])('a rule binds the tokens of its actors: %s', (_, actor, today, times) => {
  expect(clientTimes([rule], actor, today)).toEqual(times);
});

test('of several rules the shorter times hold, whatever their order', () => {
  const other = { ...rule, id: 'CLIENT-2', tokenSeconds: 60, proofSeconds: 90 };
  for (const rules of [
    [rule, other],
    [other, rule],
  ])
    expect(clientTimes(rules, 'BANK', '2026-06-01')).toEqual({ tokenSeconds: 60, proofSeconds: 60 });
});

test('the policies bind the tokens of banks, for five minutes at most', () => {
  expect(clientTimes(policies.source.clients, 'BANK', '2026-11-22')).toEqual(bound);
});
