import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readCatalogue } from './classification.ts';

const catalogue = readCatalogue(readFileSync(new URL('./supergraph.graphql', import.meta.url), 'utf8'));

test.each([
  ['CreditSubject.id', { kind: 'field', owner: null, isKey: true, as: 'PUBLIC' }],
  ['CreditSubject.tax', { owner: 'tax', typeName: 'TaxStanding', isComposite: true, isStringScalar: false }],
  ['UtilityAccount.kind', { owner: 'utilities', isComposite: false, isStringScalar: false }],
  ['Provenance.responsibleOfficer', { owner: null, mask: 'PERSON_NAME', isStringScalar: true, isKey: false }],
  ['SocialSecurityStanding.insuredCount', { owner: 'social-security', as: 'COMMERCIAL', ofPerson: 'COMMERCIAL' }],
  ['AdministrativePenalty.fineAmount', { as: 'PUBLIC', ofPerson: 'PERSONAL', mask: 'MONEY' }],
  ['TaxStanding.creditGrades(first:)', { kind: 'argument', owner: 'tax', typeName: 'Int', isStringScalar: false }],
  ['SubjectBy.residentIdNumber', { kind: 'input', owner: 'registry', as: 'PERSONAL', typeName: 'ResidentId' }],
])('%s is in the catalogue as the department declared it', (coordinate, expected) => {
  expect(catalogue.get(coordinate)).toMatchObject({ coordinate, ...expected });
});

test('federation’s own types are not in the catalogue', () => {
  expect([...catalogue.keys()].filter((coordinate) => /__|^_/.test(coordinate))).toEqual([]);
});

test('a supergraph with an unclassified field has no catalogue', () => {
  expect(() => readCatalogue('type Query { a: Int }')).toThrow('Query.a carries no @classified class and category');
});
