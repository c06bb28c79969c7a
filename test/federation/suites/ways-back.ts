import { federation2, type FederationSuite } from '../federation.ts';

/** Value types whose fields stand in two subgraphs below an entity: the way back leads through the parent. */
export const parentCalls: FederationSuite = {
  name: 'fields of a value behind its parent',
  subgraphs: {
    one: {
      sdl: federation2(`
        type Query { product: Product products: [Product!]! }
        type Product @key(fields: "id") { id: ID! category: Category @shareable }
        type Category @shareable { details: Details @shareable }
        type Details { long: String short: String @shareable }`),
      entities: { Product: [{ id: 'p', category: { details: { long: 'long', short: 's' } } }] },
      resolvers: {
        Query: {
          product: () => ({ id: 'p', category: { details: { long: 'long', short: 's' } } }),
          products: () => [
            { id: 'p', category: { details: { long: 'long', short: 's' } } },
            { id: 'q', category: null },
          ],
        },
      },
    },
    two: {
      sdl: federation2(`
        type Product @key(fields: "id") { id: ID! category: Category @shareable }
        type Category @shareable { details: Details name: String }
        type Details { rank: Int short: String @shareable }`),
      entities: {
        Product: [
          { id: 'p', category: { details: { rank: 3, short: 's' }, name: 'n' } },
          { id: 'q', category: null },
        ],
      },
    },
    three: {
      sdl: federation2('type Product @key(fields: "id") { id: ID! label: String } type Query { best: Product }'),
      entities: { Product: [{ id: 'p', label: 'L' }] },
      resolvers: { Query: { best: () => ({ id: 'p', label: 'L' }) } },
    },
  },
  cases: [
    {
      what: 'both halves of a value',
      query: '{ product { category { details { long rank } } } }',
      data: { product: { category: { details: { long: 'long', rank: 3 } } } },
      asked: 'one two',
    },
    {
      what: 'both halves from a third side',
      query: '{ best { label category { name details { rank long } } } }',
      data: { best: { label: 'L', category: { name: 'n', details: { rank: 3, long: 'long' } } } },
      asked: 'one three two',
    },
    {
      what: 'a list with a null value',
      query: '{ products { category { details { short rank } } } }',
      data: { products: [{ category: { details: { short: 's', rank: 3 } } }, { category: null }] },
    },
    {
      what: 'one value under two aliases',
      query: '{ product { a: category { details { rank } } b: category { name details { long } } } }',
      data: { product: { a: { details: { rank: 3 } }, b: { name: 'n', details: { long: 'long' } } } },
    },
    {
      what: 'a condition on one half',
      query: 'query ($c: Boolean!) { product { category { details { long rank @include(if: $c) } } } }',
      variables: { c: false },
      data: { product: { category: { details: { long: 'long' } } } },
      asked: 'one',
    },
  ],
};

const POST_1: Record<string, unknown> = { id: '1', author: { id: 'a' } };
const POST_2 = { id: '2', author: { id: 'b' }, next: POST_1 };
POST_1['next'] = POST_2;

/** Entities that lead to one another in a ring. */
export const circles: FederationSuite = {
  name: 'entities in a ring, @requires in a chain',
  subgraphs: {
    feed: {
      sdl: federation2(`
        type Query { feed: [Post!]! }
        type Post @key(fields: "id") { id: ID! author: Author! next: Post byNovice: Boolean @external
          byExpert: Boolean @requires(fields: "byNovice") rank: Int @external badge: String @requires(fields: "rank") }
        type Author @key(fields: "id") { id: ID! }`),
      entities: { Post: [POST_1, POST_2] },
      resolvers: {
        Query: { feed: () => [POST_1, POST_2] },
        Post: { byExpert: ({ byNovice }: { byNovice: boolean }) => !byNovice, badge: ({ rank }: { rank: number }) => `#${rank}` },
      },
    },
    authors: {
      sdl: federation2(`
        type Author @key(fields: "id") { id: ID! years: Int name: String }
        type Post @key(fields: "id") { id: ID! author: Author! @external byExpert: Boolean @external
          byNovice: Boolean @requires(fields: "author { id }") rank: Int @requires(fields: "byExpert") }`),
      entities: {
        Author: [
          { id: 'a', years: 1, name: 'A' },
          { id: 'b', years: 9, name: 'B' },
        ],
        Post: [{ id: '1' }, { id: '2' }],
      },
      resolvers: {
        Post: {
          byNovice: ({ author }: { author: { id: string } }) => author.id === 'a',
          rank: ({ byExpert }: { byExpert: boolean }) => (byExpert ? 1 : 2),
        },
      },
    },
  },
  cases: [
    { what: 'one step', query: '{ feed { byNovice } }', data: { feed: [{ byNovice: true }, { byNovice: false }] } },
    {
      what: 'two steps',
      query: '{ feed { byExpert } }',
      data: { feed: [{ byExpert: false }, { byExpert: true }] },
      asked: 'authors feed feed',
    },
    {
      what: 'nothing rather than a wrong answer, three steps deep',
      query: '{ feed { rank } }',
      data: null,
      errors: ['- undefined'],
      asked: '',
    },
    {
      what: 'nothing rather than a wrong answer, four steps deep',
      query: '{ feed { id badge } }',
      data: null,
      errors: ['- undefined'],
      asked: '',
    },
    {
      what: 'each step under the name of another',
      query: '{ feed { byNovice: byExpert author: byNovice byExpert: id } }',
      data: {
        feed: [
          { byNovice: false, author: true, byExpert: '1' },
          { byNovice: true, author: false, byExpert: '2' },
        ],
      },
    },
    {
      what: 'the ring twice around',
      query: '{ feed { next { next { id byExpert author { name } } } } }',
      data: {
        feed: [
          { next: { next: { id: '1', byExpert: false, author: { name: 'A' } } } },
          { next: { next: { id: '2', byExpert: true, author: { name: 'B' } } } },
        ],
      },
    },
  ],
};
