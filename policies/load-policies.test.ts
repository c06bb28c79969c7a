import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PolicyError } from './fault.ts';
import { compileFiles, loadPolicies } from './load-policies.ts';
import { catalogue, mutated, POLICIES_DIRECTORY, policies, policyFiles } from './policies.fixture.ts';

const AAC = 'purposes/ADMIN_APPROVAL_CHECK.yaml';

function faultsOf(files: ReadonlyMap<string, string>): string {
  try {
    compileFiles(files, catalogue);
  } catch (error) {
    if (error instanceof PolicyError) return error.message;
    throw error;
  }
  return 'none';
}

it("the project's own policies load, all of them by their codes", () => {
  expect(loadPolicies(POLICIES_DIRECTORY, catalogue).hash).toBe(policies.hash);
  expect(policies.purposes.map(({ code }) => code)).toEqual([
    'ADMIN_APPROVAL_CHECK',
    'AUDIT_SUPERVISION',
    'AUTHORIZATION_HANDLING',
    'BIDDING',
    'DAILY_SUPERVISION',
    'DATA_QUALITY',
    'DOUBLE_RANDOM',
    'FISCAL_FUND',
    'GOV_PROCUREMENT',
    'INCIDENT_RESPONSE',
    'LOAN_POST',
    'LOAN_PRE',
    'PUBLIC_QUERY',
    'QUERY_REGISTRATION',
    'SELF_QUERY',
    'STATISTICS',
  ]);
});

describe('a faulty file does not load, and the fault is named with its file and line', () => {
  it.each([
    [
      'no legal basis',
      AAC,
      /basis:\n( {2}- .*\n)+/.exec(policyFiles.get(AAC) ?? '')?.[0] ?? '',
      'basis: []\n',
      `${AAC}:4: basis: a legal basis is required`,
    ],
    [
      'an unknown coordinate',
      AAC,
      '- TaxStanding.hasArrears',
      '- TaxStanding.hasArears',
      `${AAC}:20: AAC-2: the schema has no TaxStanding.hasArears`,
    ],
    ['an unknown type before .*', AAC, 'Provenance.*]', 'Provenence.*]', `${AAC}:32: AAC-4: the schema has no Provenence.*`],
    [
      'an unknown category',
      AAC,
      '[REGISTRATION, LICENSE, PENALTY]',
      '[REGISTRATION, LICENCE]',
      `${AAC}:16: discloses.0.categories: must be all or a list`,
    ],
    ['an unknown actor', AAC, 'actors: [DEPARTMENT]', 'actors: [CLERK]', `${AAC}:9: actors.0: must be one of DEPARTMENT`],
    ['an unknown treatment', AAC, 'PERSONAL: mask', 'PERSONAL: hide', `${AAC}:19: discloses.0.PERSONAL: must be one of reveal`],
    ['an unknown mask', AAC, 'treatment: generalize', 'treatment: generalize\n    mask: COUNTS', `there is no mask COUNTS`],
    [
      'a mask for another type',
      AAC,
      'treatment: generalize',
      'treatment: generalize\n    mask: PHONE',
      `mask PHONE is not for the type of Registration.employees`,
    ],
    [
      'a rule for the authorized without a scope',
      'purposes/LOAN_PRE.yaml',
      'id: LPRE-14\n',
      'id: LPRE-15\n    treatment: withhold\n  - id: LPRE-14\n',
      'LPRE-15: names neither categories nor fields',
    ],
    [
      'no limit of questions for an authorization',
      'purposes/LOAN_PRE.yaml',
      ' thresholdsPerAuthorization: 6,',
      '',
      'limits.thresholdsPerAuthorization is required',
    ],
    ['an unknown key', AAC, 'limits:', 'limit: {}\nlimits:', `${AAC}:11`],
    [
      'a price of a miss without a quota it is taken from',
      AAC,
      'requestsPerHour: 2000, ',
      '',
      `${AAC}:11: limits.requestsPerMiss needs limits.requestsPerHour`,
    ],
    [
      'an unknown quota of an organisation',
      AAC,
      'requestsPerMiss: 5',
      'organization: { requestsPerDay: 5 }',
      `${AAC}:11: limits.organization.requestsPerDay`,
    ],
    [
      'an override without a basis',
      AAC,
      / +basis: \[中华人民共和国个人信息保护法第十三条.*\n/.exec(policyFiles.get(AAC) ?? '')?.[0] ?? '',
      '',
      'AAC-5: an override needs a legal basis of its own',
    ],
    ['a rule without a scope', AAC, 'fields: [Registration.employees]\n', '\n', 'AAC-3: names neither categories nor fields'],
    ['a rule without a treatment', AAC, 'treatment: generalize', 'note: 见上', 'Map keys must be unique'],
    ['an id used twice', AAC, 'id: AAC-2', 'id: AAC-1', 'AAC-1: the id is used twice'],
    [
      'an end before the start',
      AAC,
      'from: 2026-01-01 }',
      'from: 2026-01-01, to: 2025-01-01 }',
      'effective.to is before effective.from',
    ],
    ['broken YAML', AAC, 'actors: [DEPARTMENT]', 'actors: [DEPARTMENT', `${AAC}:`],
    ['an alias', AAC, 'name: 行政审批信用核查', 'name: &n 行政\nx: *n', 'aliases'],
    ['a mask without examples', 'masks.yaml', "  examples: { '2024-03-05': 2024-03 }\n", '  examples: {}\n', 'needs an example'],
    ['a mask with two shapes', 'masks.yaml', '  kind: phone', '  kind: phone\n  precision: year', 'exactly one of keep, bands'],
    ['bands that fall', 'masks.yaml', "'0', '5', '25'", "'0', '50', '25'", 'must rise'],
    [
      'a mask the schema needs',
      'masks.yaml',
      '\nEMAIL:',
      '\nE_MAIL:',
      'Registration.email names mask EMAIL, which does not exist',
    ],
    [
      'a filter on nothing',
      'policy-set.yaml',
      ': DeclaredSales.year',
      ': DeclaredSales.years',
      'the schema has no DeclaredSales.years',
    ],
    [
      'a filter by itself',
      'policy-set.yaml',
      ': DeclaredSales.year',
      ': TaxStanding.declaredSales(fromYear:)',
      'TaxStanding.declaredSales(fromYear:) must filter by a field, not by TaxStanding.declaredSales(fromYear:)',
    ],
    [
      'a filter whose argument is left out',
      'policy-set.yaml',
      'TaxStanding.declaredSales(fromYear:):',
      'TaxStanding.declaredSales:',
      'TaxStanding.declaredSales is a field, not an argument',
    ],
    [
      'a threshold whose argument is left out',
      'policy-set.yaml',
      'TaxStanding.paidAtLeast(amount:):',
      'TaxStanding.paidAtLeast:',
      'TaxStanding.paidAtLeast is not an argument',
    ],
    [
      'clients bound until the day before',
      'policy-set.yaml',
      'effective: { from: 2026-01-01 }\n    tokenSeconds',
      'effective: { from: 2026-01-01, to: 2025-12-31 }\n    tokenSeconds',
      'CLIENT-1: effective.to is before effective.from',
    ],
    [
      'a registration that ends before it begins',
      'policy-set.yaml',
      'effective: { from: 2027-04-01 }',
      'effective: { from: 2027-04-01, to: 2027-03-31 }',
      'REG-2: effective.to is before effective.from',
    ],
    [
      'a seal that ends before it begins',
      'policy-set.yaml',
      'effective: { from: 2026-01-01 }\n    days: 180',
      'effective: { from: 2026-01-01, to: 2025-01-01 }\n    days: 180',
      'SEAL-1: effective.to is before effective.from',
    ],
    [
      'a seal on looks of nobody',
      'policy-set.yaml',
      '    matterPrefix: 立案',
      '    organizations: []',
      'SEAL-1: names no organization',
    ],
    [
      'an input in place of its fields',
      'purposes/LOAN_PRE.yaml',
      'SubjectBy.residentIdNumber]',
      'SubjectBy.*]',
      'LPRE-3: SubjectBy.*: the fields of an input are named one by one',
    ],
    [
      'a rule about no category',
      AAC,
      'categories: [REGISTRATION, LICENSE, PENALTY]',
      'categories: []',
      `${AAC}:16: discloses.0.categories`,
    ],
  ])('%s', (_what, file, from, to, message) => {
    expect(faultsOf(mutated(file, from, to))).toContain(message);
  });
});

it('every fault of every file is reported at once', () => {
  const both = new Map([...mutated(AAC, 'actors: [DEPARTMENT]', 'actors: []'), ['masks.yaml', 'X: 1']]);
  const faults = faultsOf(both).split('\n');
  expect(faults.some((line) => line.startsWith(AAC))).toBe(true);
  expect(faults.some((line) => line.startsWith('masks.yaml'))).toBe(true);
});

it('one purpose may stand in two files for two periods, not for one day', () => {
  const text = policyFiles.get(AAC) ?? '';
  const ended = text.replace('from: 2026-01-01', 'from: 2026-01-01, to: 2026-12-31');
  const next = text
    .replace('from: 2026-01-01', 'from: 2027-01-01')
    .replace('TaxStanding.hasArrears\n', 'TaxStanding.abnormalSince\n');
  expect(faultsOf(new Map([...policyFiles, ['purposes/NEXT.yaml', next]]))).toContain('in force on the same day');
  const two = compileFiles(new Map([...policyFiles, [AAC, ended], ['purposes/NEXT.yaml', next]]), catalogue);
  const key = {
    purpose: 'ADMIN_APPROVAL_CHECK',
    actor: 'DEPARTMENT',
    own: false,
    person: false,
    coordinate: 'TaxStanding.hasArrears',
  } as const;
  expect(two.decide(key, '2026-12-31').treatment).toBe('REVEAL');
  expect(two.decide(key, '2027-01-01').treatment).toBe('WITHHOLD');
  expect(two.decide(key, '2025-12-31').treatment).toBe('WITHHOLD');
  expect(two.decide(key).treatment).toBe('WITHHOLD');
  expect(two.purpose('ADMIN_APPROVAL_CHECK', '2026-12-31')?.effective.to).toBe('2026-12-31');
  expect(two.purpose('ADMIN_APPROVAL_CHECK', '2025-12-31')).toBeUndefined();
});

it("a code that continues another's does not hide that it stands twice on one day", () => {
  const purpose = (name: string, code: string, from: string) =>
    [
      `purposes/${name}.yaml`,
      (policyFiles.get(AAC) ?? '')
        .replace('code: ADMIN_APPROVAL_CHECK', `code: ${code}`)
        .replace('from: 2026-01-01', `from: ${from}`),
    ] as const;
  const three = [purpose('A', 'LOAN', '2026-01-01'), purpose('B', 'LOAN2026', '2026-01-01'), purpose('C', 'LOAN', '2027-01-01')];
  expect(faultsOf(new Map([...policyFiles, ...three]))).toContain('LOAN: is in force on the same day');
});

it.each(['exports.yml', 'purposes/LOAN_PRE.yml', 'authorization-templates/LOAN_PRE.YAML'])(
  'a file that would be passed over for its name is a fault: %s',
  (name) => {
    const directory = mkdtempSync(join(tmpdir(), 'policies-'));
    for (const [path, text] of [...policyFiles, [name, '']] as const) {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      writeFileSync(join(directory, path), text);
    }
    expect(() => loadPolicies(directory, catalogue)).toThrow(`${join(directory, name)}: is not read`);
    rmSync(directory, { recursive: true });
  },
);

it('a directory that cannot be read is a fault, not a crash', () => {
  expect(() => loadPolicies('/nowhere', catalogue)).toThrow(PolicyError);
});
