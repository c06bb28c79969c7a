import { federation2, type FederationSuite } from '../federation.ts';

const BOOK = { __typename: 'Book', id: '1', title: '书', price: 7, author: { id: 'x', name: '张', city: '云汀' } };
const FILM = { __typename: 'Film', id: '2', title: '影', price: 9, author: { id: 'x', name: '张', city: '云汀' } };

/** `@provides`: what one path gives of another subgraph's entity, flat, nested, on an interface and on a union. */
export const provides: FederationSuite = {
  name: '@provides',
  subgraphs: {
    shop: {
      sdl: federation2(
        `
        type Query { top: Book @provides(fields: "title author { name }") plain: Book
          any: Item @provides(fields: "... on Book { title } ... on Film { title }") found: Found @provides(fields: "... on Book { title }")
          tops: [Book!]! @provides(fields: "title") }
        interface Item { id: ID! title: String }
        union Found = Book | Film
        type Book implements Item @key(fields: "id") { id: ID! title: String @external author: Author @external stock: Int }
        type Film implements Item @key(fields: "id") { id: ID! title: String @external }
        type Author @key(fields: "id") { id: ID! @external name: String @external }`.replace(
          'id: ID! @external name',
          'id: ID! name',
        ),
      ),
      entities: { Book: [{ ...BOOK, stock: 3 }], Film: [FILM] },
      resolvers: {
        Query: {
          top: () => ({ ...BOOK, stock: 3 }),
          plain: () => BOOK,
          any: () => FILM,
          found: () => BOOK,
          tops: () => [BOOK, BOOK],
        },
      },
    },
    titles: {
      sdl: federation2(`
        type Book @key(fields: "id") { id: ID! title: String @shareable price: Int author: Author @shareable }
        type Film @key(fields: "id") { id: ID! title: String @shareable price: Int }
        type Author @key(fields: "id") { id: ID! name: String @shareable city: String }`),
      entities: { Book: [BOOK], Film: [FILM], Author: [BOOK.author] },
    },
  },
  cases: [
    {
      what: 'the given field without asking its owner',
      query: '{ top { id title } }',
      data: { top: { id: '1', title: '书' } },
      asked: 'shop',
    },
    {
      what: 'a given field below a given field',
      query: '{ top { author { name } } }',
      data: { top: { author: { name: '张' } } },
      asked: 'shop',
    },
    {
      what: 'a given and a foreign field',
      query: '{ top { title price author { name city } } }',
      data: { top: { title: '书', price: 7, author: { name: '张', city: '云汀' } } },
      asked: 'shop titles',
    },
    {
      what: 'the owner’s where nothing is given',
      query: '{ plain { title stock } }',
      data: { plain: { title: '书', stock: null } },
      asked: 'shop titles',
    },
    {
      what: 'both paths at once',
      query: '{ top { title } plain { title } }',
      data: { top: { title: '书' }, plain: { title: '书' } },
      asked: 'shop titles',
    },
    {
      what: 'a field given on an interface',
      query: '{ any { ... on Film { title } ... on Book { title } } }',
      data: { any: { title: '影' } },
      asked: 'shop',
    },
    {
      what: 'a field given on a union',
      query: '{ found { ... on Book { title } } }',
      data: { found: { title: '书' } },
      asked: 'shop',
    },
    {
      what: 'a field not given on a union',
      query: '{ found { ... on Book { price } ... on Film { title } } }',
      data: { found: { price: 7 } },
      asked: 'shop titles',
    },
    {
      what: 'a given field under aliases',
      query: '{ tops { a: title b: title id } }',
      data: {
        tops: [
          { a: '书', b: '书', id: '1' },
          { a: '书', b: '书', id: '1' },
        ],
      },
      asked: 'shop',
    },
  ],
};

/** `@override` of fields that keys, `@requires` and interfaces use. */
export const overrides: FederationSuite = {
  name: '@override',
  subgraphs: {
    old: {
      sdl: federation2(`
        type Query { feed: [Post!]! @shareable oldFeed: [Post!]! }
        interface Dated { on: String }
        type Post implements Dated @key(fields: "id") { id: ID! on: String words: Int }`),
      entities: {
        Post: [
          { id: '1', on: 'NEVER', words: -1 },
          { id: '2', on: 'NEVER', words: -1 },
        ],
      },
      resolvers: { Query: { feed: () => [{ id: '1', on: 'NEVER' }], oldFeed: () => [{ id: '2', on: 'NEVER', words: -1 }] } },
    },
    new: {
      sdl: federation2(`
        type Query { feed: [Post!]! @shareable @override(from: "old") }
        type Post @key(fields: "id") { id: ID! on: String @override(from: "old") words: Int @override(from: "old") }`),
      entities: {
        Post: [
          { id: '1', on: '2026', words: 10 },
          { id: '2', on: '2027', words: 20 },
        ],
      },
      resolvers: { Query: { feed: () => [{ id: '1', on: '2026', words: 10 }] } },
    },
    reader: {
      sdl: federation2('type Post @key(fields: "id") { id: ID! words: Int @external minutes: Int @requires(fields: "words") }'),
      entities: { Post: [{ id: '1' }, { id: '2' }] },
      resolvers: { Post: { minutes: ({ words }: { words: number }) => words / 10 } },
    },
  },
  cases: [
    { what: 'a root field’s new owner', query: '{ feed { id on } }', data: { feed: [{ id: '1', on: '2026' }] }, asked: 'new' },
    {
      what: 'a field’s new owner from the old side',
      query: '{ oldFeed { id on words } }',
      data: { oldFeed: [{ id: '2', on: '2027', words: 20 }] },
      asked: 'new old',
    },
    {
      what: 'a requirement of a moved field',
      query: '{ oldFeed { minutes } }',
      data: { oldFeed: [{ minutes: 2 }] },
      asked: 'new old reader',
    },
    {
      what: 'both feeds',
      query: '{ oldFeed { on } feed { minutes } }',
      data: { oldFeed: [{ on: '2027' }], feed: [{ minutes: 1 }] },
    },
  ],
};

const progressive = (name: string, override: (label: string) => boolean, from: 'old' | 'new'): FederationSuite => ({
  name,
  override,
  subgraphs: {
    old: {
      sdl: federation2('type Query { post: Post } type Post @key(fields: "id") { id: ID! on: String by: String }'),
      entities: { Post: [{ id: '1', on: 'old', by: 'old' }] },
      resolvers: { Query: { post: () => ({ id: '1', on: 'old', by: 'old' }) } },
    },
    new: {
      sdl: federation2(`type Post @key(fields: "id") { id: ID! on: String @override(from: "old", label: "percent(30)")
        by: String @override(from: "old", label: "percent(0)") }`),
      entities: { Post: [{ id: '1', on: 'new', by: 'new' }] },
    },
  },
  cases: [
    {
      what: 'by the side that the label chooses',
      query: '{ post { on } }',
      data: { post: { on: from } },
      asked: from === 'new' ? 'new old' : 'old',
    },
    { what: 'each field by its own label', query: '{ post { by on } }', data: { post: { by: 'old', on: from } } },
  ],
});

export const overridesOn = progressive('@override with a label that holds', (label) => label === 'percent(30)', 'new');
export const overridesOff = progressive('@override with a label that does not hold', () => false, 'old');

/** Root and value types that several subgraphs share, `__typename` everywhere. */
export const sharedRoots: FederationSuite = {
  name: 'shared roots and value types',
  subgraphs: {
    category: {
      sdl: federation2(
        `
        type Query { product: Product @shareable list: [Product!] @shareable now: String @shareable }
        type Product @shareable { id: ID! category: Category } type Category { id: ID! name: String }`
          .replace('category: Category }', 'category: Category @shareable }')
          .replace('type Product @shareable { id: ID!', 'type Product { id: ID! @shareable'),
      ),
      resolvers: {
        Query: {
          product: () => ({ id: '1', category: { id: 'c', name: 'C' } }),
          list: () => [{ id: '1', category: { id: 'c', name: 'C' } }],
          now: () => 'now',
        },
      },
    },
    price: {
      sdl: federation2(`
        type Query { product: Product @shareable list: [Product!] @shareable now: String @shareable }
        type Product { id: ID! @shareable price: Price } type Price { amount: Int! currency: String }`),
      resolvers: {
        Query: {
          product: () => ({ id: '1', price: { amount: 5, currency: 'CNY' } }),
          list: () => [{ id: '1', price: { amount: 5 } }],
          now: () => 'now',
        },
      },
    },
    name: {
      sdl: federation2(`
        type Query { product: Product @shareable list: [Product!] @shareable other: Int }
        type Product { id: ID! @shareable name: String }`),
      resolvers: { Query: { product: () => ({ id: '1', name: 'N' }), list: () => [{ id: '1', name: 'N' }], other: () => 4 } },
    },
  },
  cases: [
    {
      what: 'one value from three roots',
      query: '{ product { id name category { name } price { amount } } }',
      data: { product: { id: '1', name: 'N', category: { name: 'C' }, price: { amount: 5 } } },
      asked: 'category name price',
    },
    {
      what: 'one list from three roots',
      query: '{ list { name category { id } price { currency } } }',
      data: { list: [{ name: 'N', category: { id: 'c' }, price: { currency: null } }] },
    },
    {
      what: 'a shared field once',
      query: '{ now product { id } }',
      data: { now: 'now', product: { id: '1' } },
      asked: 'category',
    },
    { what: 'the root’s name alone, asking nobody', query: '{ __typename }', data: { __typename: 'Query' }, asked: '' },
    {
      what: 'names at every level, aliased',
      query: '{ r: __typename product { p: __typename category { c: __typename __typename } } }',
      data: { r: 'Query', product: { p: 'Product', category: { c: 'Category', __typename: 'Category' } } },
    },
    {
      what: 'names of objects of which nothing else is asked',
      query: '{ product { __typename price { __typename } } }',
      data: { product: { __typename: 'Product', price: { __typename: 'Price' } } },
    },
    {
      what: 'introspection beside data',
      query: '{ __schema { queryType { name } } product { name } t: __type(name: "Price") { fields { name } } }',
      data: {
        __schema: { queryType: { name: 'Query' } },
        product: { name: 'N' },
        t: { fields: [{ name: 'amount' }, { name: 'currency' }] },
      },
      asked: 'name',
    },
    {
      what: 'introspection through fragments and conditions',
      query:
        'query ($c: Boolean = false) { ...I other } fragment I on Query { __type(name: "Product") { kind name @skip(if: $c) description @include(if: $c) } }',
      data: { __type: { kind: 'OBJECT', name: 'Product' }, other: 4 },
    },
    {
      what: 'one root field under two aliases with other selections',
      query: '{ a: product { name } b: product { price { amount } } }',
      data: { a: { name: 'N' }, b: { price: { amount: 5 } } },
    },
    {
      what: 'a root fragment that repeats a field',
      query: '{ product { name } ... on Query { product { id } } ... { product { name category { id } } } }',
      data: { product: { name: 'N', id: '1', category: { id: 'c' } } },
    },
  ],
};
