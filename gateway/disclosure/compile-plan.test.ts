import { type OperationDefinitionNode, print, validate } from 'graphql';
import { describe, expect, it, test } from 'vitest';
import { compileFiles } from '../../policies/load-policies.ts';
import { catalogue, mutated, policies } from '../../policies/policies.fixture.ts';
import { CALLERS, COMPANY, createPlanner, plan, requestOf } from './planner.fixture.ts';

const BY = `by: {unifiedSocialCreditCode: "${COMPANY}"}`;

const FOUND = '_xinqiao_found: edges { node { _xinqiao_id: id } }';

it.each([
  ['edges {cursor}', `${FOUND} edges { cursor }`],
  ['pageInfo {endCursor}', `${FOUND} pageInfo { endCursor }`],
  ['__typename', `${FOUND} __typename`],
  ['edges {node {name}}', `${FOUND} edges { node { _xinqiao_id: id name } }`],
])('whom a search found is fetched for the record, whatever of the page is asked for: %s', (selection, expected) => {
  const { operation } = plan(`{searchSubjects(name: "云汀") {${selection}}}`).plan;
  expect(operation.text.replaceAll(/\s+/g, ' ')).toBe(`{ searchSubjects(name: "云汀") { ${expected} } }`);
});

it.each([
  [
    '{authorizations {grantee matter}}',
    'AUDIT_SUPERVISION',
    'auditor',
    '{ authorizations { _xinqiao_id: subject grantee matter } }',
  ],
  ['{authorizations {grantee matter}}', 'AUTHORIZATION_HANDLING', 'bank', '{ authorizations { grantee matter } }'],
  [
    '{unsealedLooks(unsealing: "1") {subjectNames {name}}}',
    'AUDIT_SUPERVISION',
    'auditor',
    '{ unsealedLooks(unsealing: "1") { subjectNames { _xinqiao_id: subject name } } }',
  ],
] as const)('whom %s tells of for %s is fetched for the record, unless a party asks', (text, purpose, who, expected) => {
  const { operation } = plan(text, { caller: CALLERS[who], purpose }).plan;
  expect(operation.text.replaceAll(/\s+/g, ' ')).toBe(expected);
});

test.each([
  [`query($by: SubjectBy = {unifiedSocialCreditCode: "${COMPANY}"}) {subject(by: $by) {name}}`, '$by: SubjectBy!'],
  [`query($by: [SubjectBy!] = [{unifiedSocialCreditCode: "${COMPANY}"}]) {subjects(by: $by) {name}}`, '$by: [SubjectBy!]!'],
  [`query($by: SubjectBy = {unifiedSocialCreditCode: "${COMPANY}"}) {subjects(by: [$by]) {name}}`, '$by: SubjectBy!'],
  ['query($name: String = "云汀") {searchSubjects(name: $name) {edges {cursor}}}', '$name: String!'],
  ['query($n: Int = 3) {searchSubjects(name: "云汀", first: $n) {edges {cursor}}}', '$n: Int'],
  [`query($code: USCC = "${COMPANY}") {subject(by: {unifiedSocialCreditCode: $code}) {name}}`, '$code: USCC'],
])('a variable that stood only by its default stands without it where departments are asked: %s', (text, expected) => {
  const { document } = plan(text, { caller: CALLERS.public, purpose: 'PUBLIC_QUERY' }).plan.operation;
  const [operation] = document.definitions as [OperationDefinitionNode];
  expect(operation.variableDefinitions?.map(print)).toEqual([expected]);
  expect(validate(requestOf(text).schema, document)).toEqual([]);
});

describe('under an authorization of the subject', () => {
  const loan = { caller: CALLERS.bank, purpose: 'LOAN_PRE' };
  const LOAN = `{subject(${BY}) {tax {hasArrears refundAccountNo arrears(sinceFrom: "2026-01-01") {amount}} utilities {hasArrears}}}`;
  const sent = (text: string, authorization?: { categories: string[]; fields?: string[] }) =>
    plan(text, { ...loan, ...(authorization && { authorization }) }).plan.operation.text.replaceAll(/\s+/g, ' ');

  it.each([
    [
      'a category',
      { categories: ['TAX'] },
      'tax { hasArrears arrears(sinceFrom: "2026-01-01") { amount } } utilities { __typename }',
    ],
    ['another category', { categories: ['UTILITY'] }, 'tax { __typename } utilities { hasArrears }'],
    ['single fields', { categories: ['TAX'], fields: ['TaxStanding.hasArrears'] }, 'tax { hasArrears } utilities { __typename }'],
    [
      'fields of no category of its own',
      { categories: [], fields: ['TaxStanding.hasArrears'] },
      'tax { __typename } utilities { __typename }',
    ],
  ])('only what it covers is fetched: %s', (_what, authorization, selection) => {
    expect(sent(LOAN, authorization)).toContain(selection);
  });

  it('without one nothing but what is public is fetched', () => {
    expect(sent(LOAN)).toContain('tax { __typename } utilities { __typename }');
  });

  it('nothing of another subject is opened, and nothing of what a search comes upon', () => {
    const authorization = { categories: ['REGISTRATION', 'TAX'] };
    const policy = compileFiles(
      mutated(
        'purposes/LOAN_PRE.yaml',
        '- Registration.employees\n',
        '- Registration.employees\n      - Registration.successor\n',
      ),
      catalogue,
    );
    const stepping = plan(`{subject(${BY}) {tax {hasArrears} registration {successor {tax {hasArrears}}}}}`, {
      ...loan,
      authorization,
      policy,
    }).plan.operation.text.replaceAll(/\s+/g, ' ');
    expect(stepping).toContain('tax { hasArrears } registration { successor { _xinqiao_id: id tax { __typename } } }');
    const found = `{searchSubjects(name: "云汀") {edges {node {tax {hasArrears}}}} subject(${BY}) {tax {hasArrears}}}`;
    expect(sent(found, authorization)).not.toContain('searchSubjects');
    const searchable = mutated(
      'purposes/LOAN_PRE.yaml',
      'fields: [Query.searchSubjects, CreditSubjectConnection.*, CreditSubjectEdge.*, PageInfo.*]',
      'fields: [PageInfo.*]',
    );
    const searching = plan(found, {
      ...loan,
      authorization,
      policy: compileFiles(searchable, catalogue),
    }).plan.operation.text.replaceAll(/\s+/g, ' ');
    expect(searching).toMatch(/node \{ _xinqiao_id: id tax \{ __typename \} \}.*subject.*tax \{ hasArrears \}/);
  });

  it('an argument that filters by a field it does not cover is refused', () => {
    const fields = ['TaxStanding.arrears', 'TaxArrears.amount'];
    expect(() => sent(LOAN, { categories: ['TAX'], fields })).toThrow(
      expect.objectContaining({ code: 'ARGUMENT_FORBIDDEN', details: expect.objectContaining({ rule: 'LPRE-1' }) as object }),
    );
    expect(sent(LOAN, { categories: ['TAX'], fields: [...fields, 'TaxArrears.since'] })).toContain('sinceFrom');
  });

  it('plans are shared by authorizations that cover the same, in whatever order, and by no others', () => {
    const planner = createPlanner();
    const of = (authorization?: { categories: string[]; fields?: string[] }) =>
      planner(
        requestOf(LOAN),
        { caller: CALLERS.bank, purpose: { code: 'LOAN_PRE' }, ...(authorization && { authorization }) },
        policies,
      ).plan;
    const first = of({ categories: ['TAX', 'UTILITY'] });
    expect(of({ categories: ['UTILITY', 'TAX'] })).toBe(first);
    expect(of({ categories: ['TAX'] })).not.toBe(first);
    expect(of({ categories: ['TAX', 'UTILITY'], fields: ['TaxStanding.hasArrears'] })).not.toBe(first);
    expect(of({ categories: ['TAX', 'UTILITY'], fields: [] })).not.toBe(first);
    expect(of()).not.toBe(first);
  });
});
