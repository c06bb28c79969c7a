import { describe, expect, test } from 'vitest';
import type { DepartmentAnswer, DepartmentRequest } from './department-transport.ts';
import { commonVariables, countSubjects, joinRequests } from './joined-request.ts';

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

test('a poisoned answer changes no prototype by being copied', () => {
  const data = JSON.parse('{"subject":{"__proto__":{"polluted":1},"name":"a"}}');
  const [, second] =
    joinRequests({ query: '{ a }', variables: {} }, [{ query: '{ a }', variables: {} }]).share({ data, errors: [] }) ?? [];
  expect(second?.data).toEqual({ subject: { name: 'a' } });
  expect(second?.data?.['subject']).not.toHaveProperty('polluted');
});

test.each([
  ['two lists of subjects', asking('a'), asking('b', 'c'), true],
  ['another year', asking('a'), { ...asking('a'), variables: { ...asking('a').variables, year: 2023 } }, false],
  ['another subject of a root field', { query: '', variables: { id: 'a' } }, { query: '', variables: { id: 'b' } }, false],
])('%s have their variables in common: %s', (_, one, other, inCommon) => {
  expect(commonVariables(one) === commonVariables(other)).toBe(inCommon);
});

test('a request counts the subjects it names, and one at least', () => {
  expect([asking('a', 'b'), { query: '', variables: { id: 'a' } }].map(countSubjects)).toEqual([2, 1]);
});
