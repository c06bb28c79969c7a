import { describe, expect, it } from 'vitest';
import { stringify, parse } from 'yaml';
import { decisionTable } from './decision-table.ts';
import { compileFiles } from './load-policies.ts';
import { catalogue, policies, policyFiles, TODAY } from './policies.fixture.ts';

const key = { purpose: 'PUBLIC_QUERY', actor: 'PUBLIC', own: false, person: false, coordinate: 'CreditSubject.name' } as const;

it('the order of files and of rules changes no decision and not the hash', () => {
  const reversed = [...policyFiles].reverse().map(([name, text]) => {
    if (!name.startsWith('purposes/')) return [name, text] as const;
    const yaml = parse(text) as { discloses: unknown[]; own?: unknown[]; authorized?: unknown[] };
    yaml.discloses.reverse();
    yaml.authorized?.reverse();
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

it('the public is limited in how many subjects it is shown a day, not only in how many requests it makes', () => {
  expect(policies.purpose('PUBLIC_QUERY', TODAY)?.limits).toEqual({
    subjectsPerRequest: 10,
    subjectsPerDay: 1000,
    requestsPerHour: 300,
    requestsPerMiss: 5,
  });
});

it.each(['LOAN_PRE', 'LOAN_POST', 'AUTHORIZATION_HANDLING'])(
  'for %s a bank that tries out codes is soon done, whatever it calls its tellers',
  (code) => {
    expect(policies.purpose(code, TODAY)?.limits).toMatchObject({
      requestsPerHour: 600,
      requestsPerMiss: 10,
      organization: { requestsPerHour: 6000, subjectsPerDay: expect.any(Number) as number },
    });
  },
);

it('decisions cannot be changed by who receives them', () => {
  const cell = policies.decide(key, TODAY);
  expect(Object.isFrozen(cell)).toBe(true);
  expect(cell).toEqual({
    treatment: 'REVEAL',
    rule: 'PUB-1',
    basis: expect.arrayContaining(['山东省社会信用条例第二十条']) as string[],
  });
});

describe('an authorization of the subject', () => {
  const bank = { purpose: 'LOAN_PRE', actor: 'BANK', own: false, person: false } as const;
  it.each([
    ['opens what the purpose says it does', 'TaxArrears.amount', 'WITHHOLD LPRE-1', 'REVEAL LPRE-11'],
    ['leaves what is public as it was', 'AdministrativePenalty.authority', 'REVEAL LPRE-1', 'REVEAL LPRE-1'],
    ['opens nothing that the purpose does not need', 'UtilityBill.usage', 'WITHHOLD LPRE-1', 'WITHHOLD LPRE-14'],
    ['opens nothing that is withheld from everybody by name', 'Officer.subject', 'WITHHOLD LPRE-3', 'WITHHOLD LPRE-3'],
    ['opens the filter with the field', 'TaxStanding.arrears(sinceFrom:)', 'WITHHOLD LPRE-1', 'REVEAL LPRE-1'],
    ['opens no filter by what stays withheld', 'TaxStanding.payments(fromMonth:)', 'WITHHOLD LPRE-1', 'WITHHOLD LPRE-14'],
  ])('%s', (_what, coordinate, without, with_) => {
    const say = (authorized: boolean) => {
      const { treatment, rule } = policies.decide({ ...bank, authorized, coordinate }, TODAY);
      return `${treatment} ${rule}`;
    };
    expect([say(false), say(true)]).toEqual([without, with_]);
  });

  it('changes nothing where a purpose has no rules for it', () => {
    const without = policies.purposes.filter(({ authorizes }) => !authorizes);
    expect(without.length).toBeGreaterThan(5);
    for (const { code, actors } of without)
      for (const actor of actors)
        for (const coordinate of catalogue.keys()) {
          const asked = { purpose: code, actor, own: false, person: false, coordinate };
          expect(policies.decide({ ...asked, authorized: true }, TODAY)).toBe(policies.decide(asked, TODAY));
        }
  });

  it('of a purpose that knows none leaves its hash as it was', () => {
    const text = policyFiles.get('purposes/LOAN_PRE.yaml') ?? '';
    const untemplated = [...policyFiles].filter(([name]) => !name.startsWith('authorization-templates/'));
    const without = new Map([...untemplated, ['purposes/LOAN_PRE.yaml', text.slice(0, text.indexOf('authorized:'))]]);
    const empty = new Map([...without, ['purposes/LOAN_PRE.yaml', `${without.get('purposes/LOAN_PRE.yaml')}\nauthorized: []\n`]]);
    expect(compileFiles(empty, catalogue).hash).toBe(compileFiles(without, catalogue).hash);
    expect(compileFiles(without, catalogue).hash).not.toBe(policies.hash);
  });
});

describe('ways to a natural person', () => {
  // SELF_QUERY reveals the number: the subject names itself by it.
  it.each(['Officer.subject', 'SubjectBy.residentIdNumber'])(
    '%s is granted, or withheld by name and on a basis, from everybody',
    (coordinate) => {
      for (const { code, actors, effective } of policies.purposes)
        for (const actor of actors)
          for (const own of actor === 'DEPARTMENT' ? [false, true] : [false])
            for (const person of [false, true]) {
              const cell = policies.decide({ purpose: code, actor, own, person, coordinate }, effective.from);
              if (coordinate !== 'Officer.subject' && cell.treatment === 'REVEAL') continue;
              const rule = policies.source.purposes.flatMap(({ discloses }) => discloses).find(({ id }) => id === cell.rule);
              expect({ code, treatment: cell.treatment, byName: rule && 'fields' in rule.scope }).toEqual({
                code,
                treatment: 'WITHHOLD',
                byName: true,
              });
              expect(cell.basis).not.toEqual([]);
            }
    },
  );

  it.each([
    ['the owner may not be refused by category', 'categories: [REGISTRATION]', 'REVEAL', 'X-9'],
    ['the owner is refused by name', 'fields: [Officer.subject]', 'WITHHOLD', 'X-1'],
    ['the owner is refused by Type.*', 'fields: [Officer.*]', 'WITHHOLD', 'X-1'],
  ])('%s', (_what, scope, treatment, rule) => {
    expect(ofTwoRules(scope, '')).toMatchObject({ treatment, rule });
  });

  it('only an override on a basis of its own lets the owner see what is refused by name', () => {
    const override = '\n    override: true\n    basis: [某法第一条]\n    fields: [Officer.subject]';
    expect(ofTwoRules('fields: [Officer.subject]', override)).toMatchObject({ treatment: 'REVEAL', rule: 'X-9' });
  });
});

/** What the registry may see of Officer.subject where `discloses` withholds a scope and `own` reveals. */
function ofTwoRules(scope: string, own: string) {
  const text = `
code: X
name: 测试
description: 测试
basis: [某法]
effective: { from: 2026-01-01 }
actors: [DEPARTMENT]
requires: { matter: false, authorization: none }
limits: {}
discloses:
  - id: X-1
    ${scope}
    treatment: withhold
own:
  - id: X-9${own}
    treatment: reveal
`;
  const set = compileFiles(new Map([...policyFiles, ['purposes/X.yaml', text]]), catalogue);
  return set.decide({ purpose: 'X', actor: 'DEPARTMENT', own: true, person: false, coordinate: 'Officer.subject' }, TODAY);
}
