import { GraphQLError } from 'graphql';
import { federation2, type FederationSuite } from '../federation.ts';

const counted: number[] = [];
const add = (_: unknown, { n }: { n: number }) => {
  counted.push(n);
  return { id: String(counted.length), total: counted.reduce((sum, each) => sum + each, 0) };
};
const drop = () => ({ id: '0', total: counted.splice(0).length });

/** Mutations one after another, across subgraphs, each with what follows from it. */
export const mutations: FederationSuite = {
  name: 'mutations',
  subgraphs: {
    a: {
      sdl: federation2(
        'type Query { none: Int } type Mutation { add(n: Int!): Sum drop: Sum! bad: Sum } type Sum @key(fields: "id") { id: ID! total: Int }',
      ),
      resolvers: {
        Mutation: {
          add,
          drop,
          bad: () => {
            throw new GraphQLError('bad', { extensions: { code: 'BAD' } });
          },
        },
      },
    },
    b: {
      sdl: federation2(
        'type Mutation { twice(n: Int!): Sum } type Sum @key(fields: "id") { id: ID! label: String } type Query { nil: Int }',
      ),
      entities: { Sum: ['0', '1', '2', '3', '4', '5'].map((id) => ({ id, label: `sum ${id}` })) },
      resolvers: {
        Mutation: {
          twice: (_: unknown, { n }: { n: number }) => {
            counted.push(n, n);
            return { id: String(counted.length), label: 'twice' };
          },
        },
      },
    },
  },
  cases: [
    { what: 'one', query: 'mutation { drop { id } add(n: 2) { total } }', data: { drop: { id: '0' }, add: { total: 2 } } },
    {
      what: 'four in the order that is written, over two subgraphs',
      query: 'mutation { drop { id } a: add(n: 1) { total label } b: twice(n: 5) { label } c: add(n: 1) { total } }',
      data: { drop: { id: '0' }, a: { total: 1, label: 'sum 1' }, b: { label: 'twice' }, c: { total: 12 } },
      asked: 'a a b b',
    },
    {
      what: 'the others when one fails',
      query: 'mutation { drop { id } bad { id } add(n: 3) { total } }',
      data: { drop: { id: '0' }, bad: null, add: { total: 3 } },
      errors: ['bad BAD'],
    },
    {
      what: 'one under a condition',
      query: 'mutation ($c: Boolean!) { drop { id } add(n: 9) @include(if: $c) { total } twice(n: 1) { id label } }',
      variables: { c: false },
      data: { drop: { id: '0' }, twice: { id: '2', label: 'twice' } },
    },
    {
      what: 'the mutation’s name',
      query: 'mutation { m: __typename drop { total } }',
      data: { m: 'Mutation', drop: { total: 2 } },
    },
    {
      what: 'through a fragment and variables',
      query: 'mutation ($n: Int! = 4) { drop { id } ...M } fragment M on Mutation { add(n: $n) { total label } }',
      data: { drop: { id: '0' }, add: { total: 4, label: 'sum 1' } },
    },
  ],
};

const fails = (message: string, code?: string) => () => {
  throw new GraphQLError(message, code === undefined ? {} : { extensions: { code } });
};

/** Errors: their places in lists and lists of lists, their codes, and how far null climbs. */
export const failures: FederationSuite = {
  name: 'errors and null propagation',
  subgraphs: {
    a: {
      sdl: federation2(`
        type Query { list: [Row!] strict: [Row!]! grid: [[Row]!] root: Int! soft: Int box: Box text: String enum: Tone wrong: [Int!] }
        type Row @key(fields: "id") { id: ID! own: Int must: Int! } type Box { inner: Inner! soft: Int } type Inner { row: Row! rows: [Row!]! }
        enum Tone { UP }`),
      resolvers: {
        Query: {
          list: () => [
            { id: '1', own: 1, must: 1 },
            { id: '2', must: 2 },
            { id: '1', own: 1, must: 1 },
          ],
          strict: () => [{ id: '1' }, { id: '2' }],
          grid: () => [[{ id: '2' }, null, { id: '1' }], [{ id: '2' }]],
          root: fails('no root', 'ROOTLESS'),
          soft: fails('soft'),
          box: () => ({ inner: { row: { id: '2' }, rows: [{ id: '1' }] }, soft: 1 }),
          text: () => 'text',
          enum: () => 'UP',
        },
        Row: { own: ({ id }: { id: string }) => (id === '2' ? fails('own', 'OWN')() : 1) },
      },
    },
    b: {
      sdl: federation2(
        'type Row @key(fields: "id") { id: ID! far: Int hard: Int! deep: [Deep!] } type Deep { leaf: Int! ok: Int }',
      ),
      entities: {
        Row: [
          { id: '1', far: 1, hard: 1, deep: [{ leaf: 1 }] },
          { id: '2', deep: [{ leaf: 1, ok: 2 }, { leaf: 'x' }] },
        ],
      },
      resolvers: {
        Row: {
          far: ({ id }: { id: string }) => (id === '2' ? fails('far', 'FAR')() : 1),
          hard: ({ id }: { id: string }) => (id === '2' ? fails('hard', 'HARD')() : 1),
        },
      },
    },
  },
  cases: [
    {
      what: 'an error of one element',
      query: '{ list { id own } }',
      data: {
        list: [
          { id: '1', own: 1 },
          { id: '2', own: null },
          { id: '1', own: 1 },
        ],
      },
      errors: ['list.1.own OWN'],
    },
    {
      what: 'an error of one entity, at its place',
      query: '{ list { far } }',
      data: { list: [{ far: 1 }, { far: null }, { far: 1 }] },
      errors: ['list.1.far FAR'],
    },
    {
      what: 'an error that costs a list',
      query: '{ list { hard } soft }',
      data: { list: null, soft: null },
      errors: ['list.1.hard HARD', 'soft DOWNSTREAM_SERVICE_ERROR'],
    },
    { what: 'an error that costs everything', query: '{ strict { hard } text }', data: null, errors: ['strict.1.hard HARD'] },
    { what: 'an error of a non-null root field', query: '{ root text }', data: null, errors: ['root ROOTLESS'] },
    {
      what: 'errors in lists of lists, as far as null climbs',
      query: '{ grid { hard } }',
      data: { grid: [[null, null, { hard: 1 }], [null]] },
      errors: ['grid.0.0.hard HARD', 'grid.1.0.hard HARD'],
    },
    {
      what: 'errors under aliases at their response keys',
      query: '{ l: list { id: far f: own } }',
      data: {
        l: [
          { id: 1, f: 1 },
          { id: null, f: null },
          { id: 1, f: 1 },
        ],
      },
      errors: ['l.1.id FAR', 'l.1.f OWN'],
    },
    {
      what: 'null that climbs three levels',
      query: '{ box { soft inner { row { hard } } } }',
      data: { box: null },
      errors: ['box.inner.row.hard HARD'],
    },
    {
      what: 'an error inside an entity’s list',
      query: '{ box { inner { row { deep { ok leaf } } } } }',
      data: { box: { inner: { row: { deep: null } } } },
      errors: ['box.inner.row.deep.1.leaf DOWNSTREAM_SERVICE_ERROR'],
    },
    {
      what: 'one failing field beside good ones',
      query: '{ soft text enum list { must } }',
      data: { soft: null, text: 'text', enum: 'UP', list: [{ must: 1 }, { must: 2 }, { must: 1 }] },
      errors: ['soft DOWNSTREAM_SERVICE_ERROR'],
    },
    {
      what: 'the same error under two aliases',
      query: '{ a: soft b: soft }',
      data: { a: null, b: null },
      errors: ['a DOWNSTREAM_SERVICE_ERROR', 'b DOWNSTREAM_SERVICE_ERROR'],
    },
  ],
};

/** `@fromContext`: arguments that come from an object around. */
export const contexts: FederationSuite = {
  name: '@context and @fromContext',
  subgraphs: {
    a: {
      sdl: federation2(`
        type Query { users: [User!]! owner: Owner }
        union Owner = User | Firm
        type User @key(fields: "id") @context(name: "payer") { id: ID! currency: String! wallet: Wallet! wallets: [Wallet!] }
        type Firm @key(fields: "id") @context(name: "payer") { id: ID! currency: String! wallet: Wallet! }
        type Wallet @key(fields: "id") { id: ID! sum(n: Int, in: String @fromContext(field: "$payer { currency }")): String purse: Purse }
        type Purse @key(fields: "id") { id: ID! coin(in: String @fromContext(field: "$payer { currency }")): String }`),
      entities: {
        Wallet: ['1', '2', '3'].map((id) => ({ id, purse: { id: `p${id}` } })),
        Purse: ['p1', 'p2', 'p3'].map((id) => ({ id })),
      },
      resolvers: {
        Query: {
          users: () => [
            { id: 'u', currency: 'CNY', wallet: { id: '1', purse: { id: 'p1' } }, wallets: [{ id: '1' }, { id: '2' }] },
            { id: 'v', currency: 'USD', wallet: { id: '1', purse: { id: 'p1' } }, wallets: null },
          ],
          owner: () => ({ __typename: 'Firm', id: 'f', currency: 'EUR', wallet: { id: '3', purse: { id: 'p3' } } }),
        },
        Wallet: {
          sum: ({ id }: { id: string }, args: Record<string, unknown>) => `${id} ${String(args['n'])} ${String(args['in'])}`,
        },
        Purse: { coin: ({ id }: { id: string }, args: Record<string, unknown>) => `${id} ${String(args['in'])}` },
      },
    },
    b: {
      sdl: federation2('type Wallet @key(fields: "id") { id: ID! colour: String }'),
      entities: {
        Wallet: [
          { id: '1', colour: 'red' },
          { id: '2', colour: 'blue' },
          { id: '3', colour: 'black' },
        ],
      },
    },
  },
  cases: [
    {
      what: 'an argument from the object around',
      query: '{ users { wallet { sum(n: 1) } } }',
      data: { users: [{ wallet: { sum: '1 1 CNY' } }, { wallet: { sum: '1 1 USD' } }] },
      asked: 'a a a',
    },
    {
      what: 'it for each of a list',
      query: '{ users { wallets { sum colour } } }',
      data: {
        users: [
          {
            wallets: [
              { sum: '1 undefined CNY', colour: 'red' },
              { sum: '2 undefined CNY', colour: 'blue' },
            ],
          },
          { wallets: null },
        ],
      },
    },
    {
      what: 'it from a member of a union',
      query: '{ owner { ... on Firm { wallet { sum(n: 2) } } ... on User { wallet { sum(n: 3) } } } }',
      data: { owner: { wallet: { sum: '3 2 EUR' } } },
    },
    {
      what: 'it two objects up',
      query: '{ users { wallet { purse { coin } } } }',
      data: { users: [{ wallet: { purse: { coin: 'p1 CNY' } } }, { wallet: { purse: { coin: 'p1 USD' } } }] },
    },
    {
      what: 'it where the client calls the source otherwise',
      query: '{ users { currency: id wallet { sum } } }',
      data: {
        users: [
          { currency: 'u', wallet: { sum: '1 undefined CNY' } },
          { currency: 'v', wallet: { sum: '1 undefined USD' } },
        ],
      },
    },
  ],
};
