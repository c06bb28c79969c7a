import { print } from 'graphql';
import { describe, expect, it } from 'vitest';
import { compileFiles } from '../../policies/load-policies.ts';
import { catalogue, mutated, policies } from '../../policies/policies.fixture.ts';
import { subjectId, unresolvedId } from '../../schema/identifiers/subject-id.ts';
import { usccCheckCharacter } from '../../schema/identifiers/uscc.ts';
import type { Caller } from '../identity/caller.ts';
import type { PlannedField } from './disclosure.ts';
import { CALLERS, COMPANY, createPlanner, plan, requestOf, RESIDENT, SUBJECT_KEY } from './planner.fixture.ts';

const BY = `by: {unifiedSocialCreditCode: "${COMPANY}"}`;
const companyId = subjectId(SUBJECT_KEY, { type: 'USCC', value: COMPANY });
const PROPRIETOR_BODY = '92999900MA0000004';
const PROPRIETOR = PROPRIETOR_BODY + usccCheckCharacter(PROPRIETOR_BODY);

const flat = (text: string) => text.replace(/\s+/g, ' ').trim();
const fetched = (...of: Parameters<typeof plan>) => flat(plan(...of).plan.operation.text);

describe('what departments are sent', () => {
  it.each([
    [
      'a field that is withheld is not there',
      `{subject(${BY}) {name utilities {hasArrears}}}`,
      '{ subject(by: {unifiedSocialCreditCode: "C"}) { _xinqiao_id: id name } }',
    ],
    [
      'a selection of which nothing is left becomes __typename',
      `{subject(${BY}) {tax {payments {amount}}}}`,
      '{ subject(by: {unifiedSocialCreditCode: "C"}) { _xinqiao_id: id tax { __typename } } }',
    ],
    [
      'fragments are inlined and merged',
      `{subject(${BY}) {...F ... on CreditSubject {kind} registration {status}}} fragment F on CreditSubject {name registration {division}}`,
      '{ subject(by: {unifiedSocialCreditCode: "C"}) { _xinqiao_id: id name registration { division status } kind } }',
    ],
    [
      'aliases are kept',
      `{a: subject(${BY}) {n: name}}`,
      '{ a: subject(by: {unifiedSocialCreditCode: "C"}) { _xinqiao_id: id n: name } }',
    ],
    [
      'every subject tells its id, nested ones too',
      `{subject(${BY}) {registration {predecessors {name}}}}`,
      '{ subject(by: {unifiedSocialCreditCode: "C"}) { _xinqiao_id: id registration { predecessors { _xinqiao_id: id name } } } }',
    ],
    [
      'literal conditions are resolved',
      `{subject(${BY}) {name @skip(if: true) kind @include(if: true)}}`,
      '{ subject(by: {unifiedSocialCreditCode: "C"}) { _xinqiao_id: id kind } }',
    ],
    [
      'arguments of a withheld field go with it',
      `{subject(${BY}) {tax {payments(first: 3, fromMonth: "2024-01") {amount} hasArrears}}}`,
      '{ subject(by: {unifiedSocialCreditCode: "C"}) { _xinqiao_id: id tax { hasArrears } } }',
    ],
    [
      '__typename is kept where the client asks for it',
      `{subject(${BY}) {t: __typename}}`,
      '{ subject(by: {unifiedSocialCreditCode: "C"}) { _xinqiao_id: id t: __typename } }',
    ],
  ])('%s', (_what, text, expected) => {
    expect(fetched(text).replaceAll(COMPANY, 'C')).toBe(expected);
  });

  it('nothing at all when the root is withheld', () => {
    const self = { ...CALLERS.public, actor: 'SUBJECT' as const, subject: companyId };
    const { operation, departments } = plan('{searchSubjects(name: "云汀") {edges {cursor}}}', {
      caller: self,
      purpose: 'SELF_QUERY',
    }).plan;
    expect(flat(operation.text)).toBe('{ __typename }');
    expect(departments).toEqual([]);
  });

  it('only the variables that are still used', () => {
    const { operation } = plan(
      `query Q($n: Int!, $m: Month, $x: Boolean!) {subject(${BY}) {penalties(first: $n) {tier} tax {payments(fromMonth: $m) {amount}} name @include(if: $x)}}`,
      {
        variables: { n: 3, m: '2024-01', x: false },
      },
    ).plan;
    expect([...operation.variableNames]).toEqual(['n']);
    expect(flat(operation.text)).toMatch(/^query Q\(\$n: Int!\) \{/);
    expect(operation.text).not.toMatch(/\bname\b/);
    expect(operation.name).toBe('Q');
    expect(print(operation.document)).toBe(operation.text);
  });

  it('and the departments that are named are those', () => {
    expect(
      plan(`{subject(${BY}) {id penalties {tier provenance {batch}} tax {hasArrears} utilities {hasArrears}}}`).plan.departments,
    ).toEqual(['penalties', 'registry', 'tax']);
  });
});

it('the conditions are part of what a plan is kept by', () => {
  const text = `query($x: Boolean = true) {subject(${BY}) {name @include(if: $x) kind}}`;
  expect(fetched(text, { variables: { x: false } })).not.toContain('name');
  expect(fetched(text, { variables: { x: true } })).toContain('name');
  expect(fetched(text)).toContain('name');
});

it('a plan is compiled once for callers of one class, and anew for another class, purpose or policy', () => {
  const planner = createPlanner();
  const text = `{subject(${BY}) {name}}`;
  const of = (caller: Caller = CALLERS.clerk, code = 'ADMIN_APPROVAL_CHECK', policy = policies) =>
    planner(requestOf(text), { caller, purpose: { code } }, policy).plan;
  const first = of();
  expect(of({ ...CALLERS.clerk, organization: 'another', operator: 'another' })).toBe(first);
  expect(of(CALLERS.registrar)).not.toBe(first);
  expect(of(CALLERS.clerk, 'BIDDING')).not.toBe(first);
  const stricter = compileFiles(
    mutated(
      'purposes/ADMIN_APPROVAL_CHECK.yaml',
      '    PUBLIC: reveal\n    INTERNAL: reveal\n    PERSONAL: mask\n',
      '    PUBLIC: withhold\n',
    ),
    catalogue,
  );
  expect(() => of(CALLERS.clerk, 'ADMIN_APPROVAL_CHECK', stricter)).not.toThrow();
  expect(of(CALLERS.clerk, 'ADMIN_APPROVAL_CHECK', stricter).operation.text).not.toMatch(/\bname\b/);
});

it('pseudonyms are bound to the organisation that asks', () => {
  const policy = compileFiles(
    mutated(
      'purposes/DAILY_SUPERVISION.yaml',
      'fields: [Registration.employees]\n    treatment: generalize',
      'fields: [Registration.enterpriseTypeName]\n    treatment: pseudonymize',
    ),
    catalogue,
  );
  const pseudonym = (organization: string) => {
    const { fields } = plan(`{subject(${BY}) {registration {enterpriseTypeName}}}`, {
      caller: { ...CALLERS.clerk, organization },
      purpose: 'DAILY_SUPERVISION',
      policy,
    }).plan;
    return fields[0]?.fields?.[0]?.fields?.[0]?.organization.apply?.('有限责任公司');
  };
  expect(pseudonym('A')).toBe(pseudonym('A'));
  expect(pseudonym('A')).not.toBe(pseudonym('B'));
});

describe('the own column', () => {
  it('opens what the asking department owns, provenance within it included', () => {
    const text = `{subject(${BY}) {registration {contactPhone provenance {responsibleOfficer}} penalties {legalRepresentativeIdNo provenance {responsibleOfficer}}}}`;
    const treatments = (caller: typeof CALLERS.clerk) => leaves(plan(text, { caller }).plan.fields);
    expect(treatments(CALLERS.registrar)).toEqual([
      'Registration.contactPhone REVEAL',
      'Provenance.responsibleOfficer REVEAL',
      'AdministrativePenalty.legalRepresentativeIdNo MASK',
      'Provenance.responsibleOfficer MASK',
    ]);
    expect(treatments(CALLERS.clerk)).toEqual([
      'Registration.contactPhone MASK',
      'Provenance.responsibleOfficer MASK',
      'AdministrativePenalty.legalRepresentativeIdNo MASK',
      'Provenance.responsibleOfficer MASK',
    ]);
  });

  it('is for departments alone', () => {
    const bank = { ...CALLERS.bank, department: 'tax' };
    expect(fetched(`{subject(${BY}) {tax {hasArrears}}}`, { caller: bank, purpose: 'LOAN_PRE' })).not.toContain('hasArrears');
  });
});

describe('kinds of subject', () => {
  const text = 'query($by: SubjectBy!) {subject(by: $by) {name penalties {facts}}}';
  const asPublic = (by: Record<string, string>) =>
    fetched(text, { caller: CALLERS.public, purpose: 'PUBLIC_QUERY', variables: { by } });
  it('what is withheld from persons only is pruned for a sole proprietor, fetched for a company', () => {
    expect(asPublic({ unifiedSocialCreditCode: PROPRIETOR })).not.toContain('facts');
    expect(asPublic({ unifiedSocialCreditCode: COMPANY })).toContain('facts');
  });
  it('and fetched where an old number does not tell, for desensitization to drop', () => {
    expect(asPublic({ businessRegistrationNo: '110108000000016' })).toContain('facts');
  });
  it('a list of both kinds is fetched for both', () => {
    const by = [{ unifiedSocialCreditCode: PROPRIETOR }, { unifiedSocialCreditCode: COMPANY }];
    expect(
      fetched('query($by: [SubjectBy!]!) {subjects(by: $by) {penalties {facts}}}', {
        caller: CALLERS.public,
        purpose: 'PUBLIC_QUERY',
        variables: { by },
      }),
    ).toContain('facts');
  });
});

describe('the subjects asked for', () => {
  it('are opaque ids, each once, from literals, variables and lists', () => {
    const text = `query($r: ResidentId!, $n: BusinessRegistrationNo) {a: subject(${BY}) {id} subjects(by: [{unifiedSocialCreditCode: " ${COMPANY.toLowerCase()} "}, {residentIdNumber: $r}, {businessRegistrationNo: $n, id: null}, {id: "${companyId}"}]) {id}}`;
    const number = '110108000000016';
    const { asked } = plan(text, { variables: { r: RESIDENT, n: number } });
    expect(asked).toEqual([
      companyId,
      subjectId(SUBJECT_KEY, { type: 'RESIDENT_ID', value: RESIDENT }),
      unresolvedId(SUBJECT_KEY, { type: 'BUSINESS_REGISTRATION_NO', value: number }),
    ]);
  });

  it('are at most as many as the purpose allows', () => {
    const by = Array.from({ length: 11 }, (_, index) => ({ id: `o-${String(index).padStart(22, '0')}` }));
    const ask = (list: unknown[]) =>
      plan('query($by: [SubjectBy!]!) {subjects(by: $by) {id}}', {
        caller: CALLERS.public,
        purpose: 'PUBLIC_QUERY',
        variables: { by: list },
      });
    expect(() => ask(by)).toThrow(expect.objectContaining({ code: 'SUBJECTS_TOO_MANY', details: { limit: 10 } }));
    expect(ask(by.slice(1)).asked).toHaveLength(10);
    expect(ask([...by.slice(1), ...by.slice(1)]).asked).toHaveLength(10);
  });

  it('are the caller itself in a self-query', () => {
    const self = { ...CALLERS.public, actor: 'SUBJECT' as const, subject: companyId };
    const ask = (by: string, caller: typeof self | Omit<typeof self, 'subject'> = self) =>
      plan(`{subject(by: {${by}}) {id}}`, { caller, purpose: 'SELF_QUERY' });
    expect(ask(`unifiedSocialCreditCode: "${COMPANY}"`).asked).toEqual([companyId]);
    for (const other of [
      `unifiedSocialCreditCode: "${PROPRIETOR}"`,
      `residentIdNumber: "${RESIDENT}"`,
      'businessRegistrationNo: "110108000000016"',
    ])
      expect(() => ask(other)).toThrow(expect.objectContaining({ code: 'PURPOSE_FORBIDDEN' }));
    const { subject: _subject, ...nobody } = self;
    expect(() => ask(`id: "${companyId}"`, nobody)).toThrow(expect.objectContaining({ code: 'PURPOSE_FORBIDDEN' }));
  });
});

describe('why a field is not shown as it is', () => {
  it('is told with rule and basis, for the kinds asked for', () => {
    const { notices } = plan(
      `{subject(${BY}) {name registration {employees officers {name subject {id}}} utilities {hasArrears}}}`,
    ).plan;
    expect(notices.map(({ coordinate, treatment, rule, subjects }) => `${coordinate} ${treatment} ${rule} ${subjects}`)).toEqual([
      'Registration.employees GENERALIZE AAC-3 organizations',
      'Officer.name MASK AAC-1 organizations',
      'Officer.subject WITHHOLD AAC-6 organizations',
      'CreditSubject.utilities WITHHOLD default organizations',
    ]);
    expect(notices[0]?.basis).toContain('山东省社会信用条例第二十二条第（一）项');
  });
  it('is told for both kinds where both may come', () => {
    const { notices } = plan('{searchSubjects(name: "云汀") {edges {node {name registration {employees}}}}}').plan;
    expect(notices.map(({ coordinate, treatment, subjects }) => `${coordinate} ${treatment} ${subjects}`)).toEqual([
      'CreditSubject.name MASK persons',
      'Registration.employees GENERALIZE both',
    ]);
  });
});

it('introspection passes untouched and is marked', () => {
  const { plan: planned } = plan(
    '{__schema {queryType {...N}} __type(name: "Query") {name} __typename} fragment N on __Type {name}',
  );
  expect(planned.introspects).toBe(true);
  expect(flat(planned.operation.text)).toBe('{ __schema { queryType { name } } __type(name: "Query") { name } __typename }');
  expect(planned.fields.every(({ coordinate, fields }) => coordinate === null && fields === undefined)).toBe(true);
  expect(plan(`{subject(${BY}) {__typename}}`).plan.introspects).toBe(false);
});

function leaves(fields: readonly PlannedField[]): string[] {
  return fields.flatMap((field) =>
    field.fields ? leaves(field.fields) : [`${field.coordinate} ${field.organization.treatment}`],
  );
}
