import { describe, expect, it } from 'vitest';
import { stringify, parse } from 'yaml';
import { decisionTable } from './decision-table.ts';
import { compileFiles } from './load-policies.ts';
import { catalogue, policies, policyFiles, TODAY } from './policies.fixture.ts';

const key = { purpose: 'PUBLIC_QUERY', actor: 'PUBLIC', own: false, person: false, coordinate: 'CreditSubject.name' } as const;

it('the order of files and of rules changes no decision and not the hash', () => {
  const reversed = [...policyFiles].reverse().map(([name, text]) => {
    if (!name.startsWith('purposes/')) return [name, text] as const;
    const yaml = parse(text) as { discloses: unknown[]; own?: unknown[] };
    yaml.discloses.reverse();
    return [name, `# another comment\n${stringify(yaml)}`] as const;
  });
  const other = compileFiles(new Map(reversed), catalogue);
  expect(other.hash).toBe(policies.hash);
  expect(decisionTable(other, TODAY)).toEqual(decisionTable(policies, TODAY));
});

describe('what nothing names is withheld by default', () => {
  it.each([
    ['an unknown purpose', { ...key, purpose: 'CURIOSITY' }],
    ['an unknown coordinate', { ...key, coordinate: 'CreditSubject.diary' }],
    ['a caller the purpose is not for', { ...key, actor: 'BANK' as const }],
    ['an inherited name as purpose', { ...key, purpose: 'constructor' }],
    ['an inherited name as actor', { ...key, actor: '__proto__' as 'PUBLIC' }],
    ['an inherited name as coordinate', { ...key, coordinate: 'toString' }],
  ])('%s', (_what, asked) => {
    expect(policies.decide(asked, TODAY)).toEqual({ treatment: 'WITHHOLD', rule: 'default', basis: [] });
  });
});

it('a purpose tells the stages what it requires, its quotas and who must answer', () => {
  expect(policies.purpose('GOV_PROCUREMENT', TODAY)).toMatchObject({
    name: '政府采购资格审查',
    requires: { matter: true, authorization: 'none', self: false },
    limits: { subjectsPerRequest: 100, subjectsPerDay: 2000 },
    requiredDepartments: ['penalties', 'registry', 'social-security', 'tax'],
  });
});

it('decisions cannot be changed by who receives them', () => {
  const cell = policies.decide(key, TODAY);
  expect(Object.isFrozen(cell)).toBe(true);
  expect(cell).toEqual({
    treatment: 'REVEAL',
    rule: 'PUB-1',
    basis: expect.arrayContaining(['山东省社会信用条例第二十条']) as string[],
  });
});
