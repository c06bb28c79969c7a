import { buildSchema, graphql, parse, validate } from 'graphql';
import { describe, expect, test } from 'vitest';
import type { DepartmentAnswer, DepartmentRequest } from './department-transport.ts';
import { commonVariables, countSubjects, joinRequests } from './joined-request.ts';
import { Passage } from './passages/passage.ts';

const rootOf = (id: string): DepartmentRequest => ({
  query: 'query Q($id: ID!, $year: Int) { s: subject(id: $id, year: $year) { id } ... on Query { __typename } }',
  operationName: 'Q',
  variables: { id },
});
const LONG = `query ($id: ID!) { subject(id: $id) { ${'aVeryLongFieldName '.repeat(2_000)} } }`;
const subject = (id: string) => ({ __typename: 'CreditSubject', id });
const asking = (...ids: string[]): DepartmentRequest => ({
  query:
    'query Q($representations: [_Any!]!, $year: Int) { _entities(representations: $representations) { grade(year: $year) } }',
  operationName: 'Q',
  variables: { year: 2024, representations: ids.map(subject) },
});
const entity = (id: string) => ({ grade: `grade of ${id}`, list: [{ of: id }] });
const answer = (...ids: string[]): DepartmentAnswer => ({ data: { _entities: ids.map(entity) }, errors: [] });
const joined = joinRequests(asking('a', 'b'), [asking('b', 'c'), asking('a')]);

describe('requests for entities, joined,', () => {
  test('ask for each subject once, with the variables they have in common', () => {
    expect(joined.request).toEqual(asking('a', 'b', 'c'));
  });

  test('each get the subjects they asked for, in their order', () => {
    expect(joined.share(answer('a', 'b', 'c'))).toEqual([answer('a', 'b'), answer('b', 'c'), answer('a')]);
  });

  test('share no object, so that whoever joins data into an answer changes no other', () => {
    const [first, second, third] = joined.share(answer('a', 'b', 'c')) ?? [];
    const mutate = (share: DepartmentAnswer | undefined) => {
      for (const each of (share?.data?.['_entities'] ?? []) as { list: { of: string }[] }[]) each.list[0]!.of = 'changed';
    };
    mutate(first);
    mutate(third);
    expect(second).toEqual(answer('b', 'c'));
  });

  test.each([
    [
      'an error of a subject goes to those who asked for it, at its place there',
      ['_entities', 1, 'grade'],
      [['_entities', 1, 'grade'], ['_entities', 0, 'grade'], null],
    ],
    ['an error of a whole subject too', ['_entities', 2], [null, ['_entities', 1], null]],
    ['an error of the whole list goes to all', ['_entities'], [['_entities'], ['_entities'], ['_entities']]],
    ['an error at a subject nobody asked for goes to nobody', ['_entities', 7, 'grade'], [null, null, null]],
  ])('%s', (_, path, paths) => {
    const shares = joined.share({ ...answer('a', 'b', 'c'), errors: [{ path, code: 'INTERNAL' }] });
    expect(shares?.map(({ errors }) => errors)).toEqual(
      paths.map((each) => (each === null ? [] : [{ path: each, code: 'INTERNAL' }])),
    );
  });

  test('all learn what is refused to the caller they have in common', () => {
    const refused: DepartmentAnswer = { data: null, errors: [{ code: 'PURPOSE_NOT_ACCEPTED' }] };
    expect(joined.share(refused)).toEqual([refused, refused, refused]);
  });

  test.each<[string, DepartmentAnswer]>([
    ['no data', { data: null, errors: [{ code: 'INPUT_INVALID' }] }],
    ['one subject too few', answer('a', 'b')],
    ['one subject too many', answer('a', 'b', 'c', 'd')],
    ['no list', { data: { _entities: null }, errors: [{ path: ['_entities'], code: 'INTERNAL' }] }],
  ])('must each ask alone after an answer with %s, which one of them may have spoilt', (_, spoilt) => {
    expect(joined.share(spoilt)).toBeUndefined();
  });
});

test('the same question, joined, is asked once, and each gets an answer of its own', () => {
  const request: DepartmentRequest = { query: '{ subject(id: "a") { list { of } } }', variables: {} };
  const same = joinRequests(request, [request]);
  expect(same.request).toBe(request);
  const [first, second] = same.share({ data: { subject: entity('a') }, errors: [{ path: ['subject'], code: null }] }) ?? [];
  expect(first).toEqual(second);
  expect(first?.data?.['subject']).not.toBe(second?.data?.['subject']);
});

test('what passes unread is in every answer that has it', () => {
  const passage = new Passage(
    { kind: 'leaf', nullable: true, isText: true, endOf: () => 6 },
    { bytes: Buffer.from('"text"'), json: '"text"', hasEscapes: false, marks: [6] },
    { from: 0, to: 6, mark: 0 },
  );
  const joined = joinRequests(asking('a'), [asking('a')]);
  const answer = { data: { _entities: [{ grade: passage }] }, errors: [] };
  expect(joined.share(answer)).toStrictEqual([answer, answer]);
});

test('a poisoned answer changes no prototype by being copied', () => {
  const data = JSON.parse('{"subject":{"__proto__":{"polluted":1},"name":"a"}}');
  const [, second] =
    joinRequests({ query: '{ a }', variables: {} }, [{ query: '{ a }', variables: {} }]).share({ data, errors: [] }) ?? [];
  expect(second?.data).toEqual({ subject: { name: 'a' } });
  expect(second?.data?.['subject']).not.toHaveProperty('polluted');
});

describe('requests for different subjects of a root field, joined,', () => {
  const { request, share } = joinRequests(rootOf('a'), [rootOf('b'), rootOf('a'), rootOf('c')]);
  const answers = (data: Record<string, unknown>, errors: DepartmentAnswer['errors'] = []) => share({ data, errors });
  const whole = { each0_s: { id: 'a' }, each0___typename: 'Query', each1_s: { id: 'b' }, each2_s: null };

  test('ask for each subject once, in a text for a power of two of them', async () => {
    const schema = buildSchema('type Query { subject(id: ID!, year: Int): Subject } type Subject { id: ID }');
    expect(validate(schema, parse(request.query))).toEqual([]);
    const rootValue = { subject: ({ id }: { id: string }) => ({ id }) };
    const { data } = await graphql({ schema, source: request.query, variableValues: { ...request.variables }, rootValue });
    expect(Object.keys(data ?? {})).toEqual(['a', 'b', 'c'].flatMap((_, time) => [`each${time}_s`, `each${time}___typename`]));
    expect(share({ data: data ?? null, errors: [] })?.map((answer) => answer.data)).toMatchObject(
      ['a', 'b', 'a', 'c'].map((id) => ({ s: { id }, __typename: 'Query' })),
    );
    expect(request.query).toBe(joinRequests(rootOf('p'), ['q', 'r', 's'].map(rootOf)).request.query);
  });

  test('each get their own subject, and no object is in two of them', () => {
    const shares = answers(whole) ?? [];
    expect(shares.map(({ data }) => data?.['s'])).toEqual([{ id: 'a' }, { id: 'b' }, { id: 'a' }, null]);
    expect(shares[0]?.data?.['s']).not.toBe(shares[2]?.data?.['s']);
  });

  test('each get their own errors, at their own paths, and those of the whole', () => {
    const errors = [{ path: ['each1_s', 'name'], code: 'SUBJECT_FORBIDDEN' }, { code: 'INTERNAL' }];
    expect(answers(whole, errors)?.map((answer) => answer.errors)).toEqual([
      [{ code: 'INTERNAL' }],
      [{ path: ['s', 'name'], code: 'SUBJECT_FORBIDDEN' }, { code: 'INTERNAL' }],
      [{ code: 'INTERNAL' }],
      [{ code: 'INTERNAL' }],
    ]);
  });

  test.each<[string, DepartmentAnswer]>([
    ['no data', { data: null, errors: [{ code: 'INPUT_INVALID' }] }],
    ['a field of nobody', { data: { each7_s: null }, errors: [] }],
    ['a field that was not asked for', { data: { s: null }, errors: [] }],
  ])('must each ask alone after an answer with %s', (_, spoilt) => {
    expect(share(spoilt)).toBeUndefined();
  });

  test('all learn what is refused to the caller they have in common', () => {
    const refused: DepartmentAnswer = { data: null, errors: [{ code: 'PURPOSE_NOT_ACCEPTED' }] };
    expect(share(refused)).toEqual([refused, refused, refused, refused]);
  });
});

test.each([
  ['two lists of subjects', asking('a'), asking('b', 'c'), true],
  ['another year', asking('a'), { ...asking('a'), variables: { ...asking('a').variables, year: 2023 } }, false],
  ['another subject of a root field', rootOf('a'), rootOf('b'), true],
  ['what is too long to be repeated', { ...rootOf('a'), query: LONG }, { ...rootOf('b'), query: LONG }, false],
])('%s have their variables in common: %s', (_, one, other, inCommon) => {
  expect(commonVariables(one) === commonVariables(other)).toBe(inCommon);
});

test('a request counts the subjects it names, and one at least', () => {
  const lists = { query: '', variables: { by: ['a', 'b', 'c'], first: 2 } };
  expect([asking('a', 'b'), { query: '', variables: { id: 'a' } }, lists].map(countSubjects)).toEqual([2, 1, 3]);
});
