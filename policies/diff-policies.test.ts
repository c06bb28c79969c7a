import { expect, it } from 'vitest';
import { diffPolicies } from './diff-policies.ts';
import { compileFiles } from './load-policies.ts';
import { catalogue, mutated, policies, policyFiles, TODAY } from './policies.fixture.ts';

const against = (file: string, from: string, to: string) =>
  diffPolicies(policies, compileFiles(mutated(file, from, to), catalogue), TODAY);

it('a version does not differ from itself', () => {
  expect(diffPolicies(policies, policies, TODAY)).toEqual([]);
});

it('exactly the cells that are decided differently are listed, a loosened one as such', () => {
  const changes = against(
    'purposes/ADMIN_APPROVAL_CHECK.yaml',
    'fields: [Registration.employees]\n    treatment: generalize',
    'fields: [Registration.employees]\n    treatment: reveal',
  );
  expect(changes.map(({ coordinate, own, person, direction }) => ({ coordinate, own, person, direction }))).toEqual([
    { coordinate: 'Registration.employees', own: false, person: false, direction: 'LOOSENED' },
    { coordinate: 'Registration.employees', own: false, person: true, direction: 'LOOSENED' },
  ]);
  expect(changes[0]?.before).toMatchObject({ treatment: 'GENERALIZE', mask: 'COUNT', rule: 'AAC-3' });
});

it('a stricter rule is listed as tightened', () => {
  const changes = against('purposes/PUBLIC_QUERY.yaml', 'PERSONAL: mask', 'PERSONAL: withhold');
  expect(new Set(changes.map(({ direction }) => direction))).toEqual(new Set(['TIGHTENED']));
  expect(changes).toHaveLength(5);
});

it('a mask redefined under its name changes every cell that uses it', () => {
  const changes = against('masks.yaml', "'0', '5', '25'", "'0', '10', '25'");
  expect(new Set(changes.map(({ coordinate, direction }) => `${coordinate} ${direction}`))).toEqual(
    new Set(['Officer.share CHANGED']),
  );
});

it('a new basis or a comment changes no decision', () => {
  expect(
    against('purposes/PUBLIC_QUERY.yaml', '  - 山东省社会信用条例第二十条\n', '  - 山东省社会信用条例第二十条第一款\n'),
  ).toEqual([]);
});

it('a purpose that was taken away withholds what it disclosed', () => {
  // The review rules name it, and go with it.
  const gone = ['purposes/DOUBLE_RANDOM.yaml', 'review-rules.yaml'];
  const fewer = compileFiles(new Map([...policyFiles].filter(([name]) => !gone.includes(name))), catalogue);
  const changes = diffPolicies(policies, fewer, TODAY);
  expect(changes.length).toBeGreaterThan(0);
  expect(changes.every(({ purpose, direction }) => purpose === 'DOUBLE_RANDOM' && direction === 'TIGHTENED')).toBe(true);
  expect(diffPolicies(fewer, policies, TODAY).every(({ direction }) => direction === 'LOOSENED')).toBe(true);
});

it('what an authorization newly opens is listed alone, not what whoever has one saw before', () => {
  const text = policyFiles.get('purposes/LOAN_PRE.yaml') ?? '';
  // Without what they authorize, the templates would not load.
  const others = [...policyFiles].filter(([name]) => !name.startsWith('authorization-templates/'));
  const before = compileFiles(
    new Map([...others, ['purposes/LOAN_PRE.yaml', text.slice(0, text.indexOf('authorized:'))]]),
    catalogue,
  );
  const changes = diffPolicies(before, policies, TODAY);
  expect(changes.every(({ authorized, direction }) => authorized === true && direction === 'LOOSENED')).toBe(true);
  const opened = new Set(changes.map(({ coordinate }) => coordinate));
  expect(opened.has('TaxArrears.amount')).toBe(true);
  expect(opened.has('AdministrativePenalty.authority')).toBe(false);
});
