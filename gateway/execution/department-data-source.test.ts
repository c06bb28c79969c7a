import { describe, expect, test } from 'vitest';
import { Cancellation } from './cancellation.ts';
import { departmentDataSource, type QueryScope } from './department-data-source.ts';
import type { DepartmentAnswer } from './department-transport.ts';

const TEXT = `query ($representations: [_Any!]!) { _entities(representations: $representations) {
  ... on CreditSubject { __typename tax { hasArrears } grade } ... on Officer { __typename name } } }`;

async function ask(types: readonly string[], answer: DepartmentAnswer) {
  const scope: QueryScope = {
    requestId: 'r-1',
    cancellation: new Cancellation(),
    idempotent: true,
    contextToken: () => 'jwt',
    asked: new Set(),
    unavailable: new Set(),
  };
  const representations = types.map((__typename, index) => ({ __typename, id: `o-${index}` }));
  const source = departmentDataSource('tax', async () => answer);
  const { data, errors = [] } = await source({ query: TEXT, variables: { representations } }, scope);
  return { data, paths: errors.map(({ path }) => path?.join('.')), unavailable: [...scope.unavailable] };
}

describe('what a department answers of several subjects', () => {
  test('an error of one of them is about everything that was asked of it, and of nobody else', async () => {
    const answer = { data: { _entities: [null, { grade: 'A' }] }, errors: [{ path: ['_entities', 0], code: 'INPUT_INVALID' }] };
    expect(await ask(['CreditSubject', 'CreditSubject'], answer)).toEqual({
      data: answer.data,
      paths: ['_entities.0.tax', '_entities.0.grade', '_entities.0.name'],
      unavailable: [],
    });
  });

  test('an error of the whole is about everything that was asked of all', async () => {
    const { paths } = await ask(['CreditSubject', 'CreditSubject'], { data: null, errors: [{ code: null }] });
    expect(paths).toHaveLength(6);
  });

  test.each([
    ['in turn', ['CreditSubject', 'Officer'], true],
    ['in another order', ['Officer', 'CreditSubject'], false],
    ['of a type that nobody asked for, as one of an interface is', ['CreditSubject', 'PublicOfficer'], true],
    ['that are not there', [null, 'Officer'], true],
    ['one too few', ['CreditSubject'], false],
    ['one too many', ['CreditSubject', 'Officer', 'Officer'], false],
  ])('entities %s are used or not: %j, %s', async (_, types, usable) => {
    const entities = types.map((__typename) => __typename && { __typename });
    const { data, unavailable } = await ask(['CreditSubject', 'Officer'], { data: { _entities: entities }, errors: [] });
    expect(data).toEqual(usable ? { _entities: entities } : null);
    expect(unavailable).toEqual(usable ? [] : ['tax']);
  });
});
