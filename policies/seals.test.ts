import { expect, test } from 'vitest';
import { policies } from './policies.fixture.ts';
import { sealOf, type SealRule } from './seals.ts';

const rule: SealRule = {
  id: 'SEAL-1',
  note: '调查期间',
  basis: ['个人信息保护法第十八条'],
  purposes: ['AUDIT_SUPERVISION'],
  matterPrefix: '立案',
  effective: { from: '2026-01-01', to: '2026-12-31' },
  days: 30,
};
const look = { date: '2026-03-01', purpose: 'AUDIT_SUPERVISION', organization: 'AUDIT', matter: '立案〔2026〕1号' };

test.each<
  [
    what: string,
    change: Partial<typeof look> & { purpose?: string | null; matter?: string | null },
    today: string,
    opens: string | null,
  ]
>([
  ['is sealed on the day', {}, '2026-03-01', '2026-03-31'],
  ['is sealed until the last day', {}, '2026-03-30', '2026-03-31'],
  ['opens on the day that was said', {}, '2026-03-31', null],
  ['is told for another purpose', { purpose: 'PUBLIC_QUERY' }, '2026-03-01', null],
  ['is told for another matter', { matter: '年度〔2026〕1号' }, '2026-03-01', null],
  ['is told before the rule was in force', { date: '2025-12-31' }, '2025-12-31', null],
  ['is told after the rule was in force', { date: '2027-01-01' }, '2027-01-01', null],
])('a look %s', (_, change, today, opens) => {
  expect(sealOf([rule], { ...look, ...change } as typeof look, today)?.unsealsOn ?? null).toBe(opens);
});

test('the rule that keeps a look longest counts, and a rule for some organisations speaks of no others', () => {
  const longer = { ...rule, id: 'SEAL-2', days: 90, organizations: ['AUDIT'] };
  expect(sealOf([rule, longer], look, '2026-03-01')).toEqual({ unsealsOn: '2026-05-30', rule: 'SEAL-2', basis: rule.basis });
  expect(sealOf([rule, longer], { ...look, organization: 'OTHER' }, '2026-03-01')?.rule).toBe('SEAL-1');
});

test('the city’s own rules name purposes that there are', () => {
  const { source, purposes } = policies;
  expect(source.seals.length).toBeGreaterThan(0);
  const codes = purposes.map(({ code }) => code);
  expect(source.seals.flatMap((seal) => seal.purposes).filter((code) => !codes.includes(code))).toEqual([]);
});
