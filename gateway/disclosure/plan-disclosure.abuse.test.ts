import { describe, expect, it } from 'vitest';
import { subjectId } from '../../schema/identifiers/subject-id.ts';
import { compileFiles } from '../../policies/load-policies.ts';
import { catalogue, policies, policyFiles } from '../../policies/policies.fixture.ts';
import { createBoundedCache } from './bounded-cache.ts';
import { CALLERS, COMPANY, createPlanner, plan, requestOf, RESIDENT, SUBJECT_KEY } from './planner.fixture.ts';

const BY = `by: {unifiedSocialCreditCode: "${COMPANY}"}`;

describe('an argument that is not revealed to the caller refuses the operation', () => {
  it.each([
    [
      'a resident number from the public',
      CALLERS.public,
      'PUBLIC_QUERY',
      `{subject(by: {residentIdNumber: "${RESIDENT}"}) {name}}`,
      'SubjectBy.residentIdNumber',
    ],
    [
      'a resident number from a bank',
      CALLERS.bank,
      'LOAN_PRE',
      `{subject(by: {residentIdNumber: "${RESIDENT}"}) {name}}`,
      'SubjectBy.residentIdNumber',
    ],
    [
      'a resident number hidden in a list',
      CALLERS.public,
      'PUBLIC_QUERY',
      `{subjects(by: [{unifiedSocialCreditCode: "${COMPANY}"}, {residentIdNumber: "${RESIDENT}"}]) {name}}`,
      'SubjectBy.residentIdNumber',
    ],
    [
      'a wrong resident number, before it is checked',
      CALLERS.public,
      'PUBLIC_QUERY',
      '{subject(by: {residentIdNumber: "110105194912310021"}) {name}}',
      'SubjectBy.residentIdNumber',
    ],
    [
      "a person's opaque id from a bank",
      CALLERS.bank,
      'LOAN_PRE',
      `{subject(by: {id: "p-${'A'.repeat(22)}"}) {name}}`,
      'SubjectBy.id',
    ],
    [
      'a month that is only shown as a year',
      CALLERS.auditor,
      'AUDIT_SUPERVISION',
      `{subject(${BY}) {tax {payments(fromMonth: "2024-01") {amount}}}}`,
      'TaxStanding.payments(fromMonth:)',
    ],
    [
      'a draw by resident number',
      CALLERS.clerk,
      'DOUBLE_RANDOM',
      `{subject(by: {residentIdNumber: "${RESIDENT}"}) {name}}`,
      'SubjectBy.residentIdNumber',
    ],
  ])('%s', (_what, caller, purpose, text, coordinate) => {
    const attempt = () => plan(text, { caller, purpose });
    expect(attempt).toThrow(
      expect.objectContaining({ code: 'ARGUMENT_FORBIDDEN', details: expect.objectContaining({ coordinate }) as object }),
    );
    expectSilence(attempt);
  });

  it.each([
    ['by variable', 'query($r: ResidentId) {subject(by: {residentIdNumber: $r}) {name}}', { r: RESIDENT }],
    ['by variable object', 'query($by: SubjectBy!) {subject(by: $by) {name}}', { by: { residentIdNumber: RESIDENT } }],
    ['by default value', `query($r: ResidentId = "${RESIDENT}") {subject(by: {residentIdNumber: $r}) {name}}`, {}],
    ['by default object', `query($by: SubjectBy = {residentIdNumber: "${RESIDENT}"}) {subjects(by: [$by]) {name}}`, {}],
    ['in a fragment', `{...F} fragment F on Query {subject(by: {residentIdNumber: "${RESIDENT}"}) {name}}`, {}],
  ])('%s', (_what, text, variables) => {
    if (text.includes('$by: SubjectBy =')) text = text.replace('$by: SubjectBy =', '$by: SubjectBy! =');
    expect(() => plan(text, { caller: CALLERS.public, purpose: 'PUBLIC_QUERY', variables })).toThrow(
      expect.objectContaining({ code: 'ARGUMENT_FORBIDDEN' }),
    );
  });

  it.each([
    ['as a value', `query($__proto__: ResidentId = "${RESIDENT}") {subject(by: {residentIdNumber: $__proto__}) {name}}`],
    ['as an object', `query($__proto__: SubjectBy! = {residentIdNumber: "${RESIDENT}"}) {subject(by: $__proto__) {name}}`],
    ['as a condition', `query($__proto__: Boolean = true) {subject(${BY}) {name @skip(if: $__proto__)}}`],
  ])('and a variable that no object can hold is none, %s', (_what, text) => {
    for (const variables of [{}, JSON.parse(`{"__proto__": "${RESIDENT}"}`) as Record<string, unknown>]) {
      expect(() => plan(text, { caller: CALLERS.public, purpose: 'PUBLIC_QUERY', variables })).toThrow(
        expect.objectContaining({ code: 'INPUT_INVALID', details: { argument: '$__proto__' } }),
      );
    }
  });

  it('and no default travels on, where it would be a value that nobody has looked at', () => {
    const { operation } = plan(`query($by: SubjectBy! = {unifiedSocialCreditCode: "${COMPANY}"}) {subject(by: $by) {name}}`).plan;
    expect(operation.text).toContain('$by: SubjectBy!)');
    expect(operation.text).not.toContain(COMPANY);
  });

  it('and the departments that have the right are answered', () => {
    expect(plan(`{subject(by: {residentIdNumber: "${RESIDENT}"}) {name}}`).asked).toEqual([expect.stringMatching(/^p-/)]);
    expect(() =>
      plan(`{subject(${BY}) {tax {payments(first: 3) {amount}}}}`, { caller: CALLERS.auditor, purpose: 'AUDIT_SUPERVISION' }),
    ).not.toThrow();
  });
});

describe('invalid input is refused without repeating it', () => {
  it.each([
    ['no identifier', '{subject(by: {}) {id}}', {}],
    ['two identifiers', `{subject(by: {unifiedSocialCreditCode: "${COMPANY}", residentIdNumber: "${RESIDENT}"}) {id}}`, {}],
    ['a wrong check character', '{subject(by: {unifiedSocialCreditCode: "91350100M000100Y44"}) {id}}', {}],
    ['a malformed opaque id', '{subject(by: {id: "o-secret-91350100"}) {id}}', {}],
    ['a wrong old number', '{subject(by: {businessRegistrationNo: "110108000000011"}) {id}}', {}],
    ['a variable of the wrong type', 'query($n: Int) {subject(by: {id: "o-0"}) {licenses(first: $n) {status}}}', { n: 'secret' }],
    ['a variable that is missing', 'query($by: SubjectBy!) {subject(by: $by) {id}}', {}],
    [
      'an identifier that is an object',
      'query($by: SubjectBy!) {subject(by: $by) {id}}',
      { by: { unifiedSocialCreditCode: { secret: 1 } } },
    ],
    ['null where a default let it stand', 'query($by: SubjectBy = {id: "o-0"}) {subject(by: $by) {id}}', { by: null }],
    ['an unknown input field', 'query($by: SubjectBy!) {subject(by: $by) {id}}', { by: { passport: 'secret' } }],
    ['a text that PostgreSQL cannot hold', 'query($a: String!) {searchSubjects(name: $a) {edges {cursor}}}', { a: 'a\0secret' }],
    ['an alias of ours', `{subject(${BY}) {_xinqiao_id: kind}}`, {}],
    ['an alias that begins as ours', `{subject(${BY}) {_xinqiaoX: kind}}`, {}],
    ["an alias that is an entity's key", `{subject(${BY}) {id: name penalties {facts}}}`, {}],
    ['such an alias of an object', `{subject(${BY}) {id: registration {status}}}`, {}],
    ['an alias that is __typename', `{subject(${BY}) {__typename: unifiedSocialCreditCode}}`, {}],
  ])('%s', (_what, text, variables) => {
    const attempt = () => plan(text, { variables });
    expect(attempt).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }));
    expectSilence(attempt);
  });

  it('an operation that is not there', () => {
    expect(() => plan('query A {__typename} query B {__typename}', { operationName: 'C' })).toThrow(
      expect.objectContaining({ code: 'INPUT_INVALID' }),
    );
    expect(() => plan('query A {__typename} query B {__typename}')).toThrow(expect.objectContaining({ code: 'INPUT_INVALID' }));
    expect(plan('query A {a: __typename} query B {b: __typename}', { operationName: 'B' }).plan.operation.text).toContain(
      'b: __typename',
    );
  });
});

describe('a refusal carries to the log the opaque ids of those who were asked for', () => {
  const person = subjectId(SUBJECT_KEY, { type: 'RESIDENT_ID', value: RESIDENT });
  it.each([
    ['forbidden argument', CALLERS.public, 'PUBLIC_QUERY', { residentIdNumber: RESIDENT }, 'ARGUMENT_FORBIDDEN', [person]],
    ['forbidden id', CALLERS.public, 'PUBLIC_QUERY', { id: person }, 'ARGUMENT_FORBIDDEN', [person]],
    [
      'somebody else',
      { ...CALLERS.bank, actor: 'SUBJECT' as const, subject: 'o-me' },
      'SELF_QUERY',
      { id: person },
      'PURPOSE_FORBIDDEN',
      [person],
    ],
    ['number that cannot be genuine', CALLERS.clerk, 'ADMIN_APPROVAL_CHECK', { id: 'nobody' }, 'INPUT_INVALID', []],
  ])('%s', (_what, caller, purpose, by, code, asked) => {
    const attempt = () => plan('query($by: SubjectBy!) {subject(by: $by) {kind}}', { caller, purpose, variables: { by } });
    expect(attempt).toThrow(expect.objectContaining({ code, asked }));
  });
});

it('`id` and `__typename` under their own names, and aliases like them elsewhere, are not refused', () => {
  const text = `{subject(${BY}) {id __typename ID: id registration {id: status}}}`;
  expect(plan(text).plan.operation.text).toContain('id: status');
});

it('arguments are governed however often plans and operations were forgotten', () => {
  const planner = createPlanner(1);
  const ask = (text: string, by: object) =>
    planner(requestOf(text, { by }), { caller: CALLERS.public, purpose: { code: 'PUBLIC_QUERY' } }, policies);
  const text = 'query($by: SubjectBy!) {subject(by: $by) {kind}}';
  for (let round = 0; round < 3; round++) {
    expect(() => ask(text, { residentIdNumber: RESIDENT })).toThrow(expect.objectContaining({ code: 'ARGUMENT_FORBIDDEN' }));
    ask('{__typename}', {});
    ask(text, { unifiedSocialCreditCode: COMPANY });
  }
});

it('a purpose that is not in force is refused here too', () => {
  expect(() => plan('{__typename}', { purpose: 'CURIOSITY' })).toThrow(expect.objectContaining({ code: 'PURPOSE_UNKNOWN' }));
});

it('fragments that multiply are refused before they exhaust the process', () => {
  const levels = Array.from(
    { length: 20 },
    (_, i) => `fragment F${i} on CreditSubject {registration {a: predecessors {...F${i + 1}} b: predecessors {...F${i + 1}}}}`,
  );
  const text = `{subject(${BY}) {...F0}} ${levels.join(' ')} fragment F20 on CreditSubject {id}`;
  expect(() => plan(text)).toThrow(expect.objectContaining({ code: 'QUERY_TOO_COSTLY' }));
});

it('a variable with an inherited name is absent unless given', () => {
  expect(
    plan('query($constructor: Int) {subjects(by: []) {licenses(first: $constructor) {status}}}').plan.operation.text,
  ).toContain('$constructor');
});

it('a field a client calls by a name of Object is a field like any other', () => {
  const { fields } = plan(`{subject(${BY}) {__proto__: name constructor: kind}}`).plan;
  expect(fields[0]?.fields?.map(({ responseKey }) => responseKey)).toEqual(['__proto__', 'constructor']);
});

it('the cache forgets what was not used for longest and keeps no failure', () => {
  const cache = createBoundedCache<number>(2);
  cache.remember('a', () => 1);
  cache.remember('b', () => 2);
  cache.remember('a', () => 9);
  cache.remember('c', () => 3);
  expect(cache.size).toBe(2);
  expect(cache.remember('a', () => 9)).toBe(1);
  expect(cache.remember('b', () => 9)).toBe(9);
  expect(() =>
    cache.remember('d', () => {
      throw new Error('no');
    }),
  ).toThrow('no');
  expect(cache.remember('d', () => 4)).toBe(4);
});

it('the cache makes room by weight, and keeps nothing that is heavier than all of it', () => {
  const cache = createBoundedCache<number>(10, (weight) => weight);
  for (const [key, weight] of Object.entries({ a: 3, b: 3, c: 3, d: 6 })) cache.remember(key, () => weight);
  expect(cache.size).toBe(2);
  expect(cache.remember('c', () => 1)).toBe(3);
  cache.remember('huge', () => 11);
  expect(cache.size).toBe(2);
  expect(cache.remember('huge', () => 1)).toBe(1);
});

it('large operations take the room of several plans, so that a stranger cannot fill the memory with them', () => {
  const planner = createPlanner(4);
  const ask = (text: string) =>
    planner(requestOf(text), { caller: CALLERS.clerk, purpose: { code: 'ADMIN_APPROVAL_CHECK' } }, policies).plan;
  const small = `query Small {subject(${BY}) {name}}`;
  const large = (name: string) =>
    `query ${name} {${Array.from({ length: 50 }, (_, index) => `a${index}: subject(${BY}) {id name kind}`).join(' ')}}`;
  const [kept, first] = [ask(small), ask(large('A'))];
  expect(ask(small)).toBe(kept);
  expect(ask(large('A'))).toBe(first);
  ask(large('B'));
  expect(ask(small)).not.toBe(kept);
});

function expectSilence(attempt: () => unknown): void {
  try {
    attempt();
  } catch (error) {
    const told = JSON.stringify([String(error), error]);
    for (const secret of [COMPANY, RESIDENT, 'secret', '110105', '91350100', '2024-01']) expect(told).not.toContain(secret);
  }
}

describe('a value that its scalar does not admit', () => {
  it.each([
    [
      'an impossible date',
      `{subject(${BY}) {licenses(decidedFrom: "2024-02-30") {content}}}`,
      'CreditSubject.licenses(decidedFrom:)',
    ],
    [
      'an impossible date in a variable',
      `query($d: Date) {subject(${BY}) {licenses(decidedTo: $d) {content}}}`,
      'CreditSubject.licenses(decidedTo:)',
    ],
    [
      'a number for a date',
      `{subject(${BY}) {licenses(decidedFrom: 20240101) {content}}}`,
      'CreditSubject.licenses(decidedFrom:)',
    ],
  ])('%s is refused before a department is asked', (_what, text, coordinate) => {
    expect(() => plan(text, { caller: CALLERS.public, purpose: 'PUBLIC_QUERY', variables: { d: '2023-13-01' } })).toThrow(
      expect.objectContaining({ code: 'INPUT_INVALID', details: expect.objectContaining({ coordinate }) as object }),
    );
  });

  it('costs nothing where the field is withheld, for it is never sent', () => {
    const text = `{subject(${BY}) {tax {payments(fromMonth: "2024-99") {amount}}}}`;
    expect(() => plan(text, { caller: CALLERS.public, purpose: 'PUBLIC_QUERY' })).not.toThrow();
  });
});

it('an authorization that the rules of the day require is required, though those of the next day require none', () => {
  const text = policyFiles.get('purposes/LOAN_PRE.yaml') ?? '';
  const required = text
    .replace('from: 2026-01-01', 'from: 2026-01-01, to: 2026-06-01')
    .replace('authorization: none', 'authorization: subject');
  const next = ['purposes/NEXT.yaml', text.replace('from: 2026-01-01', 'from: 2026-06-02')] as const;
  const policy = compileFiles(new Map([...policyFiles, ['purposes/LOAN_PRE.yaml', required], next]), catalogue);
  expect(() => plan(`{subject(${BY}) {name}}`, { caller: CALLERS.bank, purpose: 'LOAN_PRE', policy })).toThrow(
    expect.objectContaining({ code: 'AUTHORIZATION_REQUIRED' }),
  );
});
