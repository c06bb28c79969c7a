import { composeServices } from '@apollo/composition';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { graphql, parse } from 'graphql';
import { expect, describe, test } from 'vitest';
import { createExecution, type SubgraphAnswer, type SubgraphRequest, type Transport } from './index.ts';

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9",
  import: ["@key", "@shareable", "@external", "@requires", "@interfaceObject"])`;
const SHOP = `${LINK}
  enum Currency { CNY USD }
  interface Item { id: ID! label: String }
  type Book implements Item @key(fields: "id") { id: ID! label: String price(currency: Currency = CNY): Int pages: Int! constructor: String }
  type Film implements Item @key(fields: "id") { id: ID! label: String minutes: Int }
  union Anything = Book | Film
  type Query { book(id: ID! = "1"): Book best: Book items: [Item] grid: [[Book!]] anything: Anything numbers: [Int!] same: String @shareable }
  type Mutation { first(n: Int): Int third: Book }`;
const TAX = `${LINK}
  enum Currency { CNY USD }
  type Book @key(fields: "id") { id: ID! price(currency: Currency = CNY): Int @external duty: Int @requires(fields: "price(currency: USD)") strict: Int! }
  type Query { same: String @shareable }
  type Mutation { second: Int }`;
const SUPERGRAPH = compose({ shop: SHOP, tax: TAX });

function compose(subgraphs: Record<string, string>): string {
  const { supergraphSdl, errors } = composeServices(
    Object.entries(subgraphs).map(([name, sdl]) => ({ name, url: `http://${name}.example`, typeDefs: parse(sdl) })),
  );
  if (supergraphSdl === undefined) throw new Error(errors?.join('\n'));
  return supergraphSdl;
}

const book = (id: string) => ({ __typename: 'Book', id, label: `book ${id}`, pages: 10, constructor: null });
const SCHEMAS = {
  shop: buildSubgraphSchema({
    typeDefs: parse(SHOP),
    resolvers: {
      Query: {
        book: (_: unknown, { id }: { id: string }) => book(id),
        best: () => book('1'),
        items: () => [book('1'), { __typename: 'Film', id: '2', label: 'film', minutes: 90 }, null, book('3')],
        grid: () => [[book('1'), book('2')], [], null],
        anything: () => book('1'),
        numbers: () => [1, 2],
      },
      Book: { price: (_: unknown, { currency }: { currency: string }) => (currency === 'USD' ? 7 : 50) },
      Mutation: { first: (_: unknown, { n }: { n: number }) => n, third: () => book('3') },
    },
  }),
  tax: buildSubgraphSchema({
    typeDefs: parse(TAX),
    resolvers: {
      Book: {
        __resolveReference: (reference: object) => reference,
        duty: ({ price }: { price: number }) => price * 2,
        strict: ({ id }: { id: string }) => {
          if (id === '3') throw new Error('not for sale');
          return Number(id);
        },
      },
      Mutation: { second: () => 2 },
    },
  }),
};

/** An execution over the two, what they were sent, and a way to answer otherwise. */
function shopAndTax(answers: Partial<Record<string, (request: SubgraphRequest) => unknown>> = {}) {
  const sent: [subgraph: string, request: SubgraphRequest][] = [];
  const transport: Transport<unknown> = async (subgraph, request) => {
    sent.push([subgraph, request]);
    const { query, variables, operationName } = request;
    expect(JSON.parse(request.body?.() ?? '')).toEqual({
      query,
      variables,
      ...(operationName !== undefined && { operationName }),
    });
    const answer = answers[subgraph]?.(request);
    if (answer !== undefined) return JSON.parse(JSON.stringify(answer)) as SubgraphAnswer;
    const result = await graphql({ schema: SCHEMAS[subgraph as 'shop'], source: query, variableValues: variables });
    return JSON.parse(JSON.stringify(result)) as SubgraphAnswer;
  };
  const execution = createExecution({ supergraphSdl: SUPERGRAPH, transport });
  const ask = (query: string, variables = {}, operationName?: string) =>
    execution.execute({
      document: parse(query),
      variables,
      context: undefined,
      ...(operationName !== undefined && { operationName }),
    });
  return { execution, sent, ask };
}

test.each<[what: string, query: string, data: unknown, variables?: Record<string, unknown>]>([
  ['an alias that is a key’s name', '{ book { id: label duty } }', { book: { id: 'book 1', duty: 14 } }],
  ['a field beside a @requires with other arguments', '{ book { price duty } }', { book: { price: 50, duty: 14 } }],
  ['one field with two arguments', '{ book { a: price(currency: USD) price } }', { book: { a: 7, price: 50 } }],
  [
    'one name for fields of two types',
    '{ items { ... on Book { x: pages } ... on Film { x: label } } }',
    { items: [{ x: 10 }, { x: 'film' }, null, { x: 10 }] },
  ],
  ['lists of lists', '{ grid { strict } }', { grid: [[{ strict: 1 }, { strict: 2 }], [], null] }],
  [
    'a union',
    '{ anything { __typename ... on Book { id } ... on Film { minutes } } }',
    { anything: { __typename: 'Book', id: '1' } },
  ],
  [
    'an object without fields',
    '{ anything { ... on Film { minutes } } book { id @skip(if: true) } }',
    { anything: {}, book: {} },
  ],
  [
    'keys in the client’s order',
    '{ book { pages ... on Book { id label } pages id } }',
    { book: { pages: 10, id: '1', label: 'book 1' } },
  ],
  [
    'default variables',
    'query ($id: ID! = "9", $c: Currency) { book(id: $id) { id price(currency: $c) } }',
    { book: { id: '9', price: 50 } },
  ],
  ['a given variable', 'query ($id: ID! = "9") { book(id: $id) { id } }', { book: { id: '4' } }, { id: '4' }],
  ['a condition by default', 'query ($with: Boolean! = false) { book { id pages @include(if: $with) } }', { book: { id: '1' } }],
  [
    'a condition given',
    'query ($with: Boolean! = false) { book { id pages @include(if: $with) } }',
    { book: { id: '1', pages: 10 } },
    { with: true },
  ],
  ['everything left out', '{ book @include(if: false) { id } }', {}],
  ['the type of the root', '{ __typename kind: __typename }', { __typename: 'Query', kind: 'Query' }],
  [
    'introspection under an alias',
    'query ($t: String!) { x: __type(name: $t) { name ...F } } fragment F on __Type { kind }',
    { x: { name: 'Book', kind: 'OBJECT' } },
    { t: 'Book' },
  ],
  [
    'names of JavaScript’s own',
    '{ book { constructor __proto__: label } }',
    JSON.parse('{"book":{"constructor":null,"__proto__":"book 1"}}'),
  ],
])('answers %s', async (_, query, data, variables) => {
  const answer = await shopAndTax().ask(query, variables);
  expect(answer.errors).toEqual([]);
  expect(JSON.stringify(answer.data)).toBe(JSON.stringify(data));
});

test('mutations run in the order of the operation, across subgraphs', async () => {
  const { ask, sent } = shopAndTax();
  const { data } = await ask('mutation { a: first(n: 1) second b: first(n: 3) third { strict duty } }');
  expect(data).toEqual({ a: 1, second: 2, b: 3, third: null });
  expect(sent.map(([subgraph]) => subgraph)).toEqual(['shop', 'tax', 'shop', 'tax']);
});

test('an entity that is needed twice is asked for once, and its error stands in both places', async () => {
  const { ask, sent } = shopAndTax();
  const { data, errors } = await ask('{ items { ... on Book { strict } } book(id: "3") { strict } }');
  expect(data).toEqual({ items: [{ strict: 1 }, {}, null, null], book: null });
  expect(errors.map(({ path }) => path)).toEqual([
    ['items', 3, 'strict'],
    ['book', 'strict'],
  ]);
  const twice = shopAndTax({
    shop: () => ({ data: { items: [{ __typename: 'Book', id: '3' }, { __typename: 'Film' }, { __typename: 'Book', id: '3' }] } }),
  });
  const answer = await twice.ask('{ items { ... on Book { strict } } }');
  expect(answer.errors.map(({ path }) => path?.join('.'))).toEqual(['items.0.strict', 'items.2.strict']);
  expect(twice.sent[1]?.[1].variables['representations']).toEqual([{ __typename: 'Book', id: '3' }]);
  expect(sent).toHaveLength(3);
});

describe('a subgraph that answers what its schema excludes', () => {
  test.each([
    ['null for a non-null field', '{ best { pages } }', { best: { pages: null } }, { best: null }, 'best.pages'],
    ['text for an Int', '{ best { pages } }', { best: { pages: 'x' } }, { best: null }, 'best.pages'],
    ['an Int of 33 bits', '{ numbers }', { numbers: [4294967296] }, { numbers: null }, 'numbers.0'],
    ['a list for an object', '{ best { pages } }', { best: [] }, { best: null }, 'best'],
    ['an object for a list', '{ numbers }', { numbers: {} }, { numbers: null }, 'numbers'],
    ['text for an object', '{ best { pages } }', { best: 'x' }, { best: null }, 'best'],
    ['a type that is not there', '{ items { id } }', { items: [{ __typename: 'Ship', id: '1' }] }, { items: [null] }, 'items.0'],
    [
      'a type of another interface',
      '{ items { id } }',
      { items: [{ __typename: 'Query', id: '1' }] },
      { items: [null] },
      'items.0',
    ],
  ])('%s: null there, and an error', async (_, query, answered, data, path) => {
    const answer = await shopAndTax({ shop: () => ({ data: answered }) }).ask(query);
    expect(answer.data).toEqual(data);
    expect(answer.errors.map((error) => [error.path?.join('.'), error.extensions['code']])).toEqual([[path, 'INVALID_GRAPHQL']]);
  });

  test('a null that its own error explains is told once', async () => {
    const errors = [{ message: 'no', path: ['best', 'pages'], extensions: { code: 'NO' } }];
    const answer = await shopAndTax({ shop: () => ({ data: { best: null }, errors }) }).ask('{ best { pages } }');
    expect(answer).toEqual({
      data: { best: null },
      errors: [{ message: 'no', path: ['best', 'pages'], extensions: { code: 'NO', serviceName: 'shop' } }],
    });
  });

  test.each([
    ['too few entities', { _entities: [] }],
    ['no list of entities', { _entities: 'x' }],
    ['nothing', null],
  ])('%s is an error and costs its fields only', async (_, data) => {
    const answer = await shopAndTax({ tax: () => ({ data, ...(data === null && { errors: [{ message: 'no' }] }) }) }).ask(
      '{ best { id duty } }',
    );
    expect(answer.data).toEqual({ best: { id: '1', duty: null } });
    expect(answer.errors.map(({ extensions }) => extensions)).toEqual([{ code: 'DOWNSTREAM_SERVICE_ERROR', serviceName: 'tax' }]);
  });
});

test('a subgraph that cannot be asked is an error, and its text is the transport’s', async () => {
  const { ask } = shopAndTax({
    tax: () => {
      throw new Error('refused');
    },
  });
  const answer = await ask('{ best { id duty } }');
  expect(answer).toEqual({
    data: { best: { id: '1', duty: null } },
    errors: [{ message: 'refused', extensions: { code: 'DOWNSTREAM_SERVICE_ERROR', serviceName: 'tax' } }],
  });
});

test('what cannot be executed has no data: no such operation, a variable that does not fit', async () => {
  const { ask, sent } = shopAndTax();
  expect(await ask('query A { same } query B { same }')).toMatchObject({ data: null, errors: [{}] });
  expect(await ask('query A { same }', {}, 'B')).toMatchObject({ data: null, errors: [{}] });
  expect(await ask('query ($id: ID!) { book(id: $id) { id } }')).toMatchObject({
    data: null,
    errors: [{ message: expect.stringContaining('$id') }],
  });
  expect(sent).toEqual([]);
});

test('a new supergraph serves the next request, and the one under way ends on the old one', async () => {
  let release = () => {};
  const gate = new Promise<void>((resolve) => (release = resolve));
  const execution = createExecution({
    supergraphSdl: SUPERGRAPH,
    transport: async (subgraph) => {
      if (subgraph === 'shop') await gate;
      return { data: subgraph === 'shop' ? { best: { __typename: 'Book', id: '1' } } : { _entities: [{ strict: 5 }] } };
    },
  });
  const document = parse('{ best { strict } }');
  const underWay = execution.execute({ document, context: undefined });
  execution.update(
    compose({ shop: SHOP.replace('pages: Int!', 'leaves: Int!'), tax: TAX.replace('strict: Int!', 'strict: String!') }),
  );
  release();
  expect((await underWay).data).toEqual({ best: { strict: 5 } });
  const next = await execution.execute({ document, context: undefined });
  expect(next.errors).toMatchObject([{ path: ['best', 'strict'], extensions: { code: 'INVALID_GRAPHQL', subgraphs: ['tax'] } }]);
  expect(() => execution.update('type Query { x: Int }')).toThrow();
  expect(execution.apiSchema.getType('Book')?.toString()).toBe('Book');
});
