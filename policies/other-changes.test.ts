import { expect, it } from 'vitest';
import { compileFiles } from './load-policies.ts';
import { otherChanges } from './other-changes.ts';
import { catalogue, mutated, policies, policyFiles, TODAY } from './policies.fixture.ts';

const PUBLIC = 'purposes/PUBLIC_QUERY.yaml';
const changed = (name: string, ...members: string[]) => ({ name, direction: 'CHANGED', members });

it.each([
  [
    'what a purpose requires',
    'purposes/SELF_QUERY.yaml',
    'self: true',
    'self: false',
    changed('SELF_QUERY 2026-01-01', 'requires'),
  ],
  ['how much it allows', PUBLIC, 'subjectsPerDay: 1000', 'subjectsPerDay: 100000', changed('PUBLIC_QUERY 2026-01-01', 'limits')],
  ['until when', PUBLIC, 'from: 2026-01-01', 'from: 2026-01-01, to: 2099-12-31', changed('PUBLIC_QUERY 2026-01-01', 'effective')],
  [
    'who runs registered operations only',
    'policy-set.yaml',
    'inDevelopment: true',
    'inDevelopment: false',
    changed('REG-1', 'inDevelopment'),
  ],
  ['whose tokens are bound', 'policy-set.yaml', 'proofSeconds: 60', 'proofSeconds: 300', changed('CLIENT-1', 'proofSeconds')],
  ['what is kept from a subject', 'policy-set.yaml', 'days: 180', 'days: 18', changed('SEAL-1', 'days')],
  [
    'by what one may ask',
    'masks.yaml',
    "['0', '10', '50', '100', '500', '1000']",
    "['0', '10', '20', '50', '100', '500', '1000']",
    changed('SocialSecurityStanding.insuredAtLeast(count:)', 'offered'),
  ],
])('a version that changes %s differs, though it may decide every cell alike', (_what, file, from, to, change) => {
  expect(otherChanges(policies, compileFiles(mutated(file, from, to), catalogue), TODAY)).toContainEqual(change);
});

it('a period of a purpose that begins later is told, and so is a change of its rules', () => {
  const text = policyFiles.get(PUBLIC) ?? '';
  const ended = [PUBLIC, text.replace('from: 2026-01-01', 'from: 2026-01-01, to: 2026-12-31')] as const;
  const from2027 = (treatment: string) => {
    const next = text.replace('from: 2026-01-01', 'from: 2027-01-01').replace('PERSONAL: mask', `PERSONAL: ${treatment}`);
    return compileFiles(new Map([...policyFiles, ended, ['purposes/NEXT.yaml', next]]), catalogue);
  };
  expect(otherChanges(policies, from2027('mask'), TODAY)).toEqual([
    changed('PUBLIC_QUERY 2026-01-01', 'effective'),
    { name: 'PUBLIC_QUERY 2027-01-01', direction: 'ADDED', members: [] },
  ]);
  expect(otherChanges(from2027('mask'), from2027('reveal'), TODAY)).toEqual([changed('PUBLIC_QUERY 2027-01-01', 'rules')]);
  expect(otherChanges(from2027('mask'), from2027('reveal'), '2027-01-01')).toEqual([]);
});

it('a version does not differ from itself, nor by a comment', () => {
  const commented = new Map([...policyFiles].map(([name, text]) => [name, `# another comment\n${text}`]));
  expect(otherChanges(policies, compileFiles(commented, catalogue), TODAY)).toEqual([]);
});
