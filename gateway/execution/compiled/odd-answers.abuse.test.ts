import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import { expect, test } from 'vitest';
import { createExecution, type SubgraphAnswer } from '../index.ts';

const LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])';
const { supergraphSdl = '' } = composeServices(
  Object.entries({
    a: 'type Query { good: Good name: String list: [Int!] } type Good @key(fields: "id") { id: ID! }',
    b: 'type Query { other: Int } type Good @key(fields: "id") { id: ID! price: Int }',
  }).map(([name, sdl]) => ({ name, url: `http://${name}.example`, typeDefs: parse(`${LINK} ${sdl}`) })),
);

/** What is answered, with `path code` of each error, where the subgraphs answer so. */
async function ask(query: string, answers: Readonly<Record<string, unknown>>, variables: Record<string, unknown> = {}) {
  const execution = createExecution<undefined>({
    supergraphSdl,
    transport: async (subgraph) => structuredClone(answers[subgraph]) as SubgraphAnswer,
  });
  const { data, errors } = await execution.execute({ document: parse(query), variables, context: undefined });
  return { data, errors: errors.map(({ path, extensions }) => `${path?.join('.') ?? '-'} ${String(extensions['code'])}`) };
}

const NO_ANSWER = ['- DOWNSTREAM_SERVICE_ERROR'];
const good = { data: { good: { __typename: 'Good', id: '1' } } };

test.each([[{}], [{ data: null }], [{ data: [] }], [[]], ['x'], [null], [undefined]])(
  'a subgraph that answers %j, neither data nor errors, has failed',
  async (answer) => {
    expect(await ask('{ name }', { a: answer })).toEqual({ data: { name: null }, errors: NO_ANSWER });
    expect(await ask('{ good { id price } }', { a: good, b: answer })).toEqual({
      data: { good: { id: '1', price: null } },
      errors: NO_ANSWER,
    });
  },
);

test.each([
  ['not a list', { message: 'x' }],
  ['no objects', [null, 'x', 5]],
  ['without a message that is a text', [{ message: { secret: 1 } }]],
  [
    'with a path that is none',
    [
      { message: 'x', path: null },
      { message: 'y', path: 5 },
      { message: 'z', path: [null] },
    ],
  ],
  ['with extensions that are none', [{ message: 'x', extensions: 'y' }]],
])('errors that are %s cost nobody else an answer', async (_what, errors) => {
  const { data, errors: told } = await ask('{ name good { price } }', {
    a: { data: { name: 'n', ...good.data } },
    b: { data: { _entities: null }, errors },
  });
  expect(data).toEqual({ name: 'n', good: { price: null } });
  expect(new Set(told)).toEqual(new Set(NO_ANSWER));
});

test('errors that are null are none', async () => {
  expect(await ask('{ name }', { a: { data: { name: 'n' }, errors: null } })).toEqual({ data: { name: 'n' }, errors: [] });
});

test('an error without a place explains no fault of another subgraph', async () => {
  const answers = { a: { data: { name: { no: 'text' }, list: [null] } }, b: { errors: [{ message: 'down' }] } };
  expect(await ask('{ name list other }', answers)).toEqual({
    data: { name: null, list: null, other: null },
    errors: ['- DOWNSTREAM_SERVICE_ERROR', 'name INVALID_GRAPHQL', 'list.0 INVALID_GRAPHQL'],
  });
  const own = { a: { ...answers.a, errors: [{ message: 'half', path: [] }] } };
  expect((await ask('{ name list }', own)).errors).toEqual([' DOWNSTREAM_SERVICE_ERROR']);
});

test('a condition that is null although it has a default is an error', async () => {
  const query = 'query ($on: Boolean = true) { name @include(if: $on) }';
  const answers = { a: { data: { name: 'n' } } };
  expect(await ask(query, answers)).toEqual({ data: { name: 'n' }, errors: [] });
  expect(await ask(query, answers, { on: null })).toMatchObject({ data: null, errors: [expect.anything()] });
});
