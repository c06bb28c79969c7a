import { federation2, type FederationSuite } from '../federation.ts';

const FIRMS = [
  { id: '1', code: 'C1', office: { town: 'N', no: 1 }, name: '青禾' },
  { id: '2', code: 'C2', office: { town: 'S', no: 2 }, name: '云锦' },
];

/** One entity, three subgraphs, three kinds of key: by id, by code, by a nested object. */
export const keys: FederationSuite = {
  name: 'keys: several, compound and nested',
  subgraphs: {
    names: {
      sdl: federation2(`
        type Query { firm(id: ID!): Firm firms: [Firm!]! }
        type Firm @key(fields: "id") @key(fields: "id code") { id: ID! code: String! name: String }`),
      entities: { Firm: FIRMS.map(({ id, code, name }) => ({ id, code, name })) },
      resolvers: {
        Query: { firm: (_: unknown, { id }: { id: string }) => FIRMS.find((firm) => firm.id === id), firms: () => FIRMS },
      },
    },
    codes: {
      sdl: federation2(`
        type Firm @key(fields: "id code") @key(fields: "office { town no }") { id: ID! code: String! office: Office! grade: String }
        type Office @shareable { town: String! no: Int! }`),
      entities: { Firm: FIRMS.map(({ id, code, office }) => ({ id, code, office, grade: `grade ${id}` })) },
    },
    offices: {
      sdl: federation2(`
        type Query { firmAt(town: String!): Firm }
        type Firm @key(fields: "office { town no }") { office: Office! rent: Int }
        type Office @shareable { town: String! no: Int! }`),
      entities: { Firm: FIRMS.map(({ office }) => ({ office, rent: office.no * 100 })) },
      resolvers: {
        Query: {
          firmAt: (_: unknown, { town }: { town: string }) =>
            FIRMS.map(({ office }) => ({ office, rent: office.no * 100 })).find(({ office }) => office.town === town),
        },
      },
    },
  },
  cases: [
    { what: 'a field of one subgraph', query: '{ firm(id: "1") { name } }', data: { firm: { name: '青禾' } }, asked: 'names' },
    { what: 'a field behind a compound key', query: '{ firm(id: "1") { grade } }', data: { firm: { grade: 'grade 1' } } },
    {
      what: 'a field two keys away',
      query: '{ firm(id: "2") { rent } }',
      data: { firm: { rent: 200 } },
      asked: 'codes names offices',
    },
    {
      what: 'all keys the other way round',
      query: '{ firmAt(town: "S") { name rent grade } }',
      data: { firmAt: { name: '云锦', rent: 200, grade: 'grade 2' } },
    },
    {
      what: 'keys that the client asks for too',
      query: '{ firmAt(town: "N") { code office { no } id } }',
      data: { firmAt: { code: 'C1', office: { no: 1 }, id: '1' } },
    },
    {
      what: 'aliases over the keys',
      query: '{ firm(id: "1") { id: name code: grade office: rent } }',
      data: { firm: { id: '青禾', code: 'grade 1', office: 100 } },
    },
    {
      what: 'an alias over a part of a nested key',
      query: '{ firm(id: "1") { office { town: no no: town } rent } }',
      data: { firm: { office: { town: 1, no: 'N' }, rent: 100 } },
    },
    {
      what: 'a list across all',
      query: '{ firms { rent name } }',
      data: {
        firms: [
          { rent: 100, name: '青禾' },
          { rent: 200, name: '云锦' },
        ],
      },
      asked: 'codes names offices',
    },
    {
      what: 'null for an entity that is not there',
      query: '{ firm(id: "9") { name rent } }',
      data: { firm: null },
      asked: 'names',
    },
    {
      what: 'one entity under two aliases',
      query: '{ a: firm(id: "1") { rent } b: firm(id: "2") { grade } }',
      data: { a: { rent: 100 }, b: { grade: 'grade 2' } },
    },
  ],
};

/** Keys that a subgraph declares and cannot be asked by. */
export const unresolvableKeys: FederationSuite = {
  name: 'keys that are not resolvable',
  subgraphs: {
    people: {
      sdl: federation2(`
        type Person @key(fields: "id") @key(fields: "card { kind }", resolvable: false) @key(fields: "mail", resolvable: false) {
          id: ID! mail: String! card: Card! name: String }
        type Card @shareable { kind: String! no: String! }`),
      entities: { Person: [{ id: '1', mail: 'a@', card: { kind: 'I', no: '11' }, name: '林' }] },
    },
    cases: {
      sdl: federation2(`
        type Query { case: Case }
        type Case { id: ID! parties: [Person!]! clerk: Clerk }
        type Clerk @key(fields: "no", resolvable: false) { no: ID! }
        type Person @key(fields: "card { kind no }", resolvable: false) @key(fields: "mail", resolvable: false)
          @key(fields: "id mail", resolvable: true) @key(fields: "id", resolvable: false) {
          id: ID! mail: String! card: Card! name: String @external letter: String! @requires(fields: "name") }
        type Card @shareable { kind: String! no: String! }`),
      entities: { Person: [{ id: '1', mail: 'a@' }] },
      resolvers: {
        Query: {
          case: () => ({ id: 'c', parties: [{ id: '1', mail: 'a@', card: { kind: 'I', no: '11' } }], clerk: { no: '7' } }),
        },
        Person: { letter: ({ name, mail }: Record<string, string>) => `${name} <${mail}>` },
      },
    },
    staff: {
      sdl: federation2('type Clerk @key(fields: "no") { no: ID! desk: String }'),
      entities: { Clerk: [{ no: '7', desk: 'B4' }] },
    },
  },
  cases: [
    {
      what: 'a reference that leads away',
      query: '{ case { clerk { no desk } } }',
      data: { case: { clerk: { no: '7', desk: 'B4' } } },
      asked: 'cases staff',
    },
    {
      what: 'a reference without a lookup',
      query: '{ case { clerk { no } } }',
      data: { case: { clerk: { no: '7' } } },
      asked: 'cases',
    },
    {
      what: 'a requirement answered by the key that can be resolved',
      query: '{ case { parties { letter } } }',
      data: { case: { parties: [{ letter: '林 <a@>' }] } },
      asked: 'cases cases people',
    },
    {
      what: 'the other fields beside it',
      query: '{ case { parties { id name letter card { no } } } }',
      data: { case: { parties: [{ id: '1', name: '林', letter: '林 <a@>', card: { no: '11' } }] } },
    },
  ],
};

/** Entities whose keys are null, missing or unknown to the other side. */
export const nullKeys: FederationSuite = {
  name: 'keys that are null, entities that are missing',
  subgraphs: {
    index: {
      sdl: federation2(`
        type Query { books: [Book] shelf: [[Book]] pair: Pair }
        type Book @key(fields: "upc") { upc: ID } type Pair { left: Book right: Book! }`),
      resolvers: {
        Query: {
          books: () => [{ upc: '1' }, { upc: null }, null, { upc: '3' }, { upc: '1' }],
          shelf: () => [[{ upc: '1' }, null], null, [], [{ upc: '2' }]],
          pair: () => ({ left: { upc: '9' }, right: { upc: '2' } }),
        },
      },
    },
    middle: {
      sdl: federation2('type Book @key(fields: "upc") @key(fields: "id") { upc: ID id: ID }'),
      entities: {
        Book: [
          { upc: '1', id: 'a' },
          { upc: '2', id: null },
          { upc: '3', id: 'c' },
        ],
      },
    },
    texts: {
      sdl: federation2('type Book @key(fields: "id") { id: ID title: String! author: Author } type Author { name: String! }'),
      entities: { Book: [{ id: 'a', title: 'A', author: { name: 'X' } }] },
    },
  },
  cases: [
    {
      what: 'what is known, null where a key is not, with the fields that promised more told',
      query: '{ books { upc author { name } } }',
      data: {
        books: [
          { upc: '1', author: { name: 'X' } },
          { upc: null, author: null },
          null,
          { upc: '3', author: null },
          { upc: '1', author: { name: 'X' } },
        ],
      },
    },
    {
      what: 'errors for non-null fields of entities that are not there, each at its place',
      query: '{ books { title } }',
      data: { books: [{ title: 'A' }, null, null, null, { title: 'A' }] },
      errors: ['books.1.title INVALID_GRAPHQL', 'books.3.title INVALID_GRAPHQL'],
    },
    {
      what: 'lists of lists with holes',
      query: '{ shelf { author { name } upc } }',
      data: { shelf: [[{ author: { name: 'X' }, upc: '1' }, null], null, [], [{ author: null, upc: '2' }]] },
    },
    {
      what: 'null that climbs out of a non-null object',
      query: '{ pair { left { upc } right { title } } }',
      data: { pair: null },
      errors: ['pair.right.title INVALID_GRAPHQL'],
    },
    {
      what: 'an entity nobody else knows',
      query: '{ pair { left { upc id author { name } } } }',
      data: { pair: { left: { upc: '9', id: null, author: null } } },
    },
  ],
};
