import { federation2, type FederationSuite } from '../federation.ts';

let added = 0;
const box = { wide: 1, high: 2 };

/** Fields of one response key are one field, however each is written (spec, sections 5.3.2 and 6.3.2). */
export const merging: FederationSuite = {
  name: 'fields that are one',
  subgraphs: {
    a: {
      sdl: federation2(`
        directive @loud on FIELD
        input Size { a: Int b: Int inner: Size }
        type Query { box(size: Size): Box plain: Box }
        type Mutation { add(size: Size): Box reset: Int }
        type Box { wide: Int high: Int! }`),
      resolvers: {
        Query: { box: () => box, plain: () => box },
        Mutation: { add: () => ({ wide: ++added, high: added }), reset: () => (added = 0) },
      },
    },
  },
  cases: [
    {
      what: 'an input object whose fields stand in another order',
      query: '{ box(size: { a: 1, b: 2 }) { wide } box(size: { b: 2, a: 1 }) { high } }',
      data: { box: { wide: 1, high: 2 } },
      asked: 'a',
    },
    {
      what: 'one further in',
      query: '{ box(size: { inner: { a: 1, b: 2 } }) { wide } box(size: { inner: { b: 2, a: 1 } }) { high } }',
      data: { box: { wide: 1, high: 2 } },
    },
    {
      what: 'a mutation written twice, once',
      query: 'mutation { reset add(size: { a: 1, b: 2 }) { wide } add(size: { b: 2, a: 1 }) { high } }',
      data: { reset: 0, add: { wide: 1, high: 1 } },
    },
    {
      what: 'a field with and without a directive of the subgraph’s',
      query: '{ plain @loud { wide } plain { high } }',
      data: { plain: { wide: 1, high: 2 } },
    },
    {
      what: 'a mutation with and without one, once',
      query: 'mutation { reset add @loud { wide } add { high } }',
      data: { reset: 0, add: { wide: 1, high: 1 } },
    },
  ],
};

/** The query object as the value of a field: below the root, in lists, behind a mutation. */
export const queryObjects: FederationSuite = {
  name: 'query objects below the root',
  subgraphs: {
    a: {
      sdl: federation2(
        'type Query { self: Query selves: [Query] own: Int } type Mutation { pay: Payment payAll: [Payment!] } type Payment { query: Query! }',
      ),
      resolvers: {
        Query: { self: () => ({}), selves: () => [{}, {}], own: () => 1 },
        Mutation: { pay: () => ({ query: {} }), payAll: () => [{ query: {} }, { query: {} }] },
      },
    },
    b: {
      sdl: federation2('type Query { other: Int broken: Int }'),
      resolvers: {
        Query: {
          other: () => 2,
          broken: () => {
            throw new Error('broken');
          },
        },
      },
    },
  },
  cases: [
    { what: 'fields of two subgraphs there', query: '{ self { own other } }', data: { self: { own: 1, other: 2 } } },
    {
      what: 'the schema there',
      query: '{ self { __schema { queryType { name } } self { t: __type(name: "Payment") { name } } } }',
      data: { self: { __schema: { queryType: { name: 'Query' } }, self: { t: { name: 'Payment' } } } },
    },
    {
      what: 'the schema behind a mutation',
      query: 'mutation { pay { query { __schema { queryType { name } } other } } }',
      data: { pay: { query: { __schema: { queryType: { name: 'Query' } }, other: 2 } } },
    },
    {
      what: 'an error there at each of its places',
      query: '{ selves { b: broken } }',
      data: { selves: [{ b: null }, { b: null }] },
      errors: ['selves.0.b DOWNSTREAM_SERVICE_ERROR', 'selves.1.b DOWNSTREAM_SERVICE_ERROR'],
    },
    {
      what: 'an error behind a mutation under the client’s names',
      query: 'mutation { p: payAll { query { self { b: broken } } } }',
      data: { p: [{ query: { self: { b: null } } }, { query: { self: { b: null } } }] },
      errors: ['p.0.query.self.b DOWNSTREAM_SERVICE_ERROR', 'p.1.query.self.b DOWNSTREAM_SERVICE_ERROR'],
    },
  ],
};
