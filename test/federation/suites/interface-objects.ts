import { federation2, type FederationSuite } from '../federation.ts';

const FIRM = { __typename: 'Firm', id: '1', name: '青禾', capital: 9 };
const RATED = [
  { id: '1', grade: 'A', points: 10, rival: { id: '2', grade: 'B', points: 20, rival: { id: '1' } } },
  { id: '2', grade: 'B', points: 20, rival: { id: '1', grade: 'A', points: 10, rival: { id: '2' } } },
];
const MAN = { __typename: 'Man', id: '2', name: '林', born: 1980 };

/** An interface that other subgraphs know as one object type; nullable and non-null fields, errors included. */
export const interfaceObjects: FederationSuite = {
  name: '@interfaceObject',
  subgraphs: {
    registry: {
      sdl: federation2(`
        type Query { subjects: [Subject!]! subject(id: ID!): Subject firms: [Firm!]! }
        interface Subject @key(fields: "id") { id: ID! name: String }
        type Firm implements Subject @key(fields: "id") { id: ID! name: String capital: Int }
        type Man implements Subject @key(fields: "id") { id: ID! name: String born: Int }`),
      entities: { Firm: [FIRM], Man: [MAN] },
      resolvers: {
        Subject: {
          __resolveReference: ({ id }: { id: string }) => [FIRM, MAN].find((subject) => subject.id === id),
        },
        Query: {
          subjects: () => [FIRM, MAN],
          subject: (_: unknown, { id }: { id: string }) => [FIRM, MAN].find((subject) => subject.id === id),
          firms: () => [FIRM],
        },
      },
    },
    ratings: {
      sdl: federation2(`
        type Query { best: Subject rated: [Subject] lone: Subject! }
        type Subject @interfaceObject @key(fields: "id") { id: ID! grade: String score(scale: Int = 1): Int! rival: Subject strict: Strict! name: String @external
          label: String @requires(fields: "name") }
        type Strict { level: Int! }`),
      entities: {
        Subject: RATED,
      },
      resolvers: {
        Query: { best: () => RATED[0], rated: () => [RATED[1], null], lone: () => RATED[0] },
        Subject: {
          score: ({ points }: { points: number }, { scale }: { scale: number }) => points * scale,
          label: ({ name }: { name: string }) => `«${name}»`,
          strict: ({ id }: { id: string }) => {
            if (id === '2') throw new Error('not rated');
            return { level: 1 };
          },
        },
      },
    },
    notes: {
      sdl: federation2('type Firm @key(fields: "id") { id: ID! note: String must: Int! }'),
      entities: { Firm: [{ id: '1', note: 'n', must: null }] },
    },
  },
  cases: [
    {
      what: 'a field of all objects',
      query: '{ subjects { id grade } }',
      data: {
        subjects: [
          { id: '1', grade: 'A' },
          { id: '2', grade: 'B' },
        ],
      },
      asked: 'ratings registry',
    },
    {
      what: 'it with its types’ own fields',
      query: '{ subjects { grade ... on Firm { capital } ... on Man { born } } }',
      data: {
        subjects: [
          { grade: 'A', capital: 9 },
          { grade: 'B', born: 1980 },
        ],
      },
    },
    { what: 'it of one type only', query: '{ subjects { ... on Firm { grade } } }', data: { subjects: [{ grade: 'A' }, {}] } },
    {
      what: 'the interface’s field below an object type',
      query: '{ firms { grade score(scale: 3) note } }',
      data: { firms: [{ grade: 'A', score: 30, note: 'n' }] },
    },
    {
      what: 'an object that starts as an interface object',
      query: '{ best { grade name } }',
      data: { best: { grade: 'A', name: '青禾' } },
    },
    {
      what: 'its true type',
      query: '{ best { __typename } rated { kind: __typename } }',
      data: { best: { __typename: 'Firm' }, rated: [{ kind: 'Man' }, null] },
    },
    {
      what: 'fragments on its true type',
      query: '{ best { grade ... on Firm { capital note } ... on Man { born } } }',
      data: { best: { grade: 'A', capital: 9, note: 'n' } },
    },
    {
      what: 'interface objects in one another',
      query: '{ best { rival { grade rival { name ... on Firm { capital } } } } }',
      data: { best: { rival: { grade: 'B', rival: { name: '青禾', capital: 9 } } } },
    },
    {
      what: 'nothing that needs the type',
      query: '{ best { id grade } rated { score } }',
      data: { best: { id: '1', grade: 'A' }, rated: [{ score: 20 }, null] },
      asked: 'ratings',
    },
    {
      what: 'a requirement of an interface’s field',
      query: '{ best { label } subjects { label ... on Firm { label } } }',
      data: { best: { label: '«青禾»' }, subjects: [{ label: '«青禾»' }, { label: '«林»' }] },
    },
    {
      what: 'an error below non-null, which costs the element',
      query: '{ subject(id: "2") { id strict { level } } }',
      data: { subject: null },
      errors: ['subject.strict DOWNSTREAM_SERVICE_ERROR'],
    },
    {
      what: 'an error of a type that was not asked for, which costs nothing',
      query: '{ subjects { id ... on Firm { strict { level } } } }',
      data: { subjects: [{ id: '1', strict: { level: 1 } }, { id: '2' }] },
    },
    {
      what: 'one of a type’s fragment beside what is asked of all, which costs the others nothing',
      query: '{ subjects { id grade ... on Firm { strict { level } } } }',
      data: {
        subjects: [
          { id: '1', grade: 'A', strict: { level: 1 } },
          { id: '2', grade: 'B' },
        ],
      },
      asked: 'ratings ratings registry',
    },
    {
      what: 'one of a type’s fragment beside another type’s',
      query: '{ subjects { ... on Man { rival { id } } ... on Firm { score(scale: 2) again: strict { level } } } }',
      data: { subjects: [{ score: 20, again: { level: 1 } }, { rival: { id: '1' } }] },
      asked: 'ratings ratings registry',
    },
    {
      what: 'the same of every type, in one request',
      query: '{ subjects { grade ... on Firm { grade score } ... on Man { score } } }',
      data: {
        subjects: [
          { grade: 'A', score: 10 },
          { grade: 'B', score: 20 },
        ],
      },
      asked: 'ratings registry',
    },
    {
      what: 'a non-null field of one type that is null',
      query: '{ best { id ... on Firm { must } } }',
      data: { best: null },
      errors: ['best.must DOWNSTREAM_SERVICE_ERROR'],
    },
    {
      what: 'non-null below the root',
      query: '{ lone { strict { level } ... on Firm { must } } }',
      data: null,
      errors: ['lone.must DOWNSTREAM_SERVICE_ERROR'],
    },
    {
      what: 'the true type where only it is asked for, beside aliases',
      query: '{ subjects { a: __typename id: grade name: id grade: name } }',
      data: {
        subjects: [
          { a: 'Firm', id: 'A', name: '1', grade: '青禾' },
          { a: 'Man', id: 'B', name: '2', grade: '林' },
        ],
      },
    },
  ],
};

/** An `@interfaceObject` whose key leads nowhere back: only what it says itself can be asked of it. */
export const unresolvableInterfaceObjects: FederationSuite = {
  name: '@interfaceObject that cannot be looked up',
  subgraphs: {
    a: {
      sdl: federation2(`
        type Query { product: Product }
        interface Product @key(fields: "id") { id: ID! }
        type Bread implements Product @key(fields: "id") { id: ID! grain: String }`),
      resolvers: {
        Query: { product: () => ({ __typename: 'Bread', id: 'b', grain: 'rye' }) },
        Product: { __resolveReference: ({ id }: { id: string }) => ({ __typename: 'Bread', id, grain: 'rye' }) },
      },
      entities: { Bread: [{ id: 'b', grain: 'rye' }] },
    },
    b: {
      sdl: federation2(`
        type Query { seen: [Product!] }
        type Product @interfaceObject @key(fields: "id", resolvable: false) { id: ID! }`),
      resolvers: { Query: { seen: () => [{ id: 'b' }] } },
    },
    c: {
      sdl: federation2('type Product @interfaceObject @key(fields: "id") { id: ID! data: String must: String! }'),
      entities: { Product: [{ id: 'b', data: 'D', must: 'M' }] },
    },
  },
  cases: [
    { what: 'its own fields', query: '{ seen { id } }', data: { seen: [{ id: 'b' }] }, asked: 'b' },
    {
      what: 'another interface object’s',
      query: '{ seen { data must } product { must } }',
      data: { seen: [{ data: 'D', must: 'M' }], product: { must: 'M' } },
    },
    {
      what: 'the way to the other side',
      query: '{ seen { __typename ... on Bread { grain data } } }',
      data: { seen: [{ __typename: 'Bread', grain: 'rye', data: 'D' }] },
    },
    {
      what: 'the other side alone',
      query: '{ product { __typename id ... on Bread { grain } } }',
      data: { product: { __typename: 'Bread', id: 'b', grain: 'rye' } },
    },
  ],
};

/** Lookups on the interface's side that fail: `1` breaks its promise of a name, `2` is known to the other side alone. */
export const untoldTypes: FederationSuite = {
  name: '@interfaceObject whose type is not told',
  subgraphs: {
    registry: {
      sdl: federation2(`
        type Query { subjects: [Subject!]! }
        interface Subject @key(fields: "id") { id: ID! name: String! }
        type Firm implements Subject @key(fields: "id") { id: ID! name: String! capital: Int }
        type Man implements Subject @key(fields: "id") { id: ID! name: String! born: Int }`),
      resolvers: {
        Subject: {
          __resolveReference: ({ id }: { id: string }) =>
            [
              { __typename: 'Firm', id: '1', name: null, capital: 9 },
              { __typename: 'Firm', id: '3', name: '青禾', capital: 7 },
            ].find((subject) => subject.id === id) ?? null,
        },
      },
    },
    ratings: {
      sdl: federation2(`
        type Query { rated: [Subject] best: Subject! }
        type Subject @interfaceObject @key(fields: "id") { id: ID! grade: String }`),
      resolvers: {
        Query: {
          rated: () => ['1', '2', '3'].map((id) => ({ id, grade: `A${id}` })),
          best: () => ({ id: '1', grade: 'A' }),
        },
      },
    },
  },
  cases: [
    {
      what: 'null for an object of which a fragment’s non-null field failed: what the fragment has cannot be left out',
      query: '{ rated { grade ... on Firm { called: name } } }',
      data: { rated: [null, null, { grade: 'A3', called: '青禾' }] },
      errors: ['rated.0.called DOWNSTREAM_SERVICE_ERROR', 'rated.1 INVALID_GRAPHQL'],
    },
    {
      what: 'null up to the next place that allows it',
      query: '{ best { grade ... on Firm { name } ... on Man { born } } }',
      data: null,
      errors: ['best.name DOWNSTREAM_SERVICE_ERROR'],
    },
    {
      what: 'one error where the name of the type went with a non-null field',
      query: '{ rated { __typename name } }',
      data: { rated: [null, null, { __typename: 'Firm', name: '青禾' }] },
      errors: ['rated.0.name DOWNSTREAM_SERVICE_ERROR', 'rated.1 INVALID_GRAPHQL'],
    },
    {
      what: 'the fragments of those whose type is told, when nothing failed below them',
      query: '{ rated { grade ... on Firm { capital } } }',
      data: { rated: [{ grade: 'A1', capital: 9 }, null, { grade: 'A3', capital: 7 }] },
      errors: ['rated.1 INVALID_GRAPHQL'],
    },
    {
      what: 'what does not depend on the type, with a fragment that adds nothing',
      query: '{ rated { grade ... on Firm { grade } ... on Man @skip(if: true) { born } } }',
      data: { rated: [{ grade: 'A1' }, { grade: 'A2' }, { grade: 'A3' }] },
    },
  ],
};
