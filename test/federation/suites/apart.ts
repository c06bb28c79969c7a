import { federation2, type FederationSuite } from '../federation.ts';

type Row = Record<string, unknown>;
const itself = { __resolveReference: (reference: Row) => reference };

/** One entity in two places, of which each sets another context. */
export const contextsOfOneEntity: FederationSuite = {
  name: '@fromContext below an entity that stands in two places',
  subgraphs: {
    a: {
      sdl: federation2(`
        type Query { users: [User!]! }
        type User @context(name: "payer") { currency: String! wallet: Wallet }
        type Wallet @key(fields: "id") { id: ID! }
        type Purse @key(fields: "id") { id: ID! coin(in: String @fromContext(field: "$payer { currency }")): String }`),
      resolvers: {
        Query: {
          users: () => ['CNY', 'USD'].map((currency) => ({ currency, wallet: { id: '1' } })),
        },
        Purse: { ...itself, coin: (_: unknown, args: { in: string }) => args.in },
      },
    },
    b: {
      sdl: federation2(
        'type Wallet @key(fields: "id") { id: ID! purse: Purse purses: [Purse] } type Purse @key(fields: "id", resolvable: false) { id: ID! }',
      ),
      resolvers: { Wallet: { ...itself, purse: () => ({ id: 'p' }), purses: () => [{ id: 'p' }, { id: 'q' }] } },
    },
  },
  cases: [
    {
      what: 'each place with its own argument',
      query: '{ users { wallet { purse { coin } } } }',
      data: { users: [{ wallet: { purse: { coin: 'CNY' } } }, { wallet: { purse: { coin: 'USD' } } }] },
    },
    {
      what: 'each place of a list with its own argument',
      query: '{ users { wallet { purses { coin } } } }',
      data: {
        users: ['CNY', 'USD'].map((coin) => ({ wallet: { purses: [{ coin }, { coin }] } })),
      },
    },
  ],
};

/** What the client asks of an object that a key or a context is made of is not theirs. */
export const objectsInKeys: FederationSuite = {
  name: 'objects in keys and contexts',
  subgraphs: {
    a: {
      sdl: federation2(`
        type Query { firm: Firm users: [User!]! }
        type Firm @key(fields: "office { town }") { office: Office }
        type Office { town: String! @shareable rent: Int! }
        type User @context(name: "payer") { currency: Currency wallet: Wallet }
        type Currency { code: String broken: Int! }
        type Wallet @key(fields: "id") { id: ID! sum(in: String @fromContext(field: "$payer { currency { code } }")): String }`),
      resolvers: {
        Query: {
          firm: () => ({ office: { town: 'N', rent: null } }),
          users: () => [{ currency: { code: 'CNY', broken: null }, wallet: { id: '1' } }],
        },
        Wallet: { ...itself, sum: (_: unknown, args: { in?: string }) => String(args.in) },
      },
    },
    b: {
      sdl: federation2(
        'type Firm @key(fields: "office { town }") { office: Office grade: String } type Office { town: String! @shareable }',
      ),
      resolvers: { Firm: { __resolveReference: ({ office }: Row) => office && { office }, grade: () => 'A' } },
    },
  },
  cases: [
    {
      what: 'by the key although another field in it fails',
      query: '{ firm { grade office { rent } } }',
      data: { firm: { grade: 'A', office: null } },
      errors: ['firm.office.rent DOWNSTREAM_SERVICE_ERROR'],
    },
    {
      what: 'by the context although another field in it fails',
      query: '{ users { currency { broken } wallet { sum } } }',
      data: { users: [{ currency: null, wallet: { sum: 'CNY' } }] },
      errors: ['users.0.currency.broken DOWNSTREAM_SERVICE_ERROR'],
    },
  ],
};

/** One field required with other arguments of the object and of what is below it. */
export const requiredAtTwoLevels: FederationSuite = {
  name: '@requires of one field at two levels',
  subgraphs: {
    a: {
      sdl: federation2(`
        type Query { good: Good }
        type Good @key(fields: "id") { id: ID! part: Good price(in: String): String owner: Owner }
        union Owner = Firm | Man
        type Firm @shareable { label(n: Int): String } type Man @shareable { label(n: Int): String name: String }`),
      resolvers: {
        Query: { good: () => ({ id: '1', owner: { __typename: 'Man', name: 'M' } }) },
        Good: {
          ...itself,
          part: ({ id }: { id: string }) => ({ id: `${id}a` }),
          price: ({ id }: { id: string }, args: { in: string }) => `${id} ${args.in}`,
        },
        Firm: { label: (_: unknown, { n }: { n: number }) => `firm ${n}` },
        Man: { label: (_: unknown, { n }: { n: number }) => `man ${n}` },
      },
    },
    b: {
      sdl: federation2(`
        type Good @key(fields: "id") { id: ID! part: Good @external price(in: String): String @external owner: Owner @external
          both: String @requires(fields: "price(in: \\"USD\\") part { price(in: \\"CNY\\") }")
          one: String @requires(fields: "price(in: \\"CNY\\")")
          owned: String @requires(fields: "owner { ... on Firm { label(n: 3) } ... on Man { label(n: 4) name } }")
          other: String @requires(fields: "owner { ... on Man { label(n: 3) } }") }
        union Owner = Firm | Man
        type Firm @shareable { label(n: Int): String } type Man @shareable { label(n: Int): String name: String }`),
      resolvers: {
        Good: {
          ...itself,
          both: ({ price, part }: { price: string; part: { price: string } }) => `${price}, ${part.price}`,
          one: ({ price }: { price: string }) => price,
          owned: ({ owner }: { owner: { label: string } }) => owner.label,
          other: ({ owner }: { owner: { label: string } }) => owner.label,
        },
      },
    },
  },
  cases: [
    { what: 'both', query: '{ good { both } }', data: { good: { both: '1 USD, 1a CNY' } }, asked: 'a b' },
    {
      what: 'both beside what requires the lower one above',
      query: '{ good { one both } }',
      data: { good: { one: '1 CNY', both: '1 USD, 1a CNY' } },
    },
    {
      what: 'the same the other way round',
      query: '{ good { both one } }',
      data: { good: { both: '1 USD, 1a CNY', one: '1 CNY' } },
    },
    {
      what: 'other arguments in each type of a union',
      query: '{ good { owned } }',
      data: { good: { owned: 'man 4' } },
      asked: 'a b',
    },
    {
      what: 'those beside what requires another of one type',
      query: '{ good { owned other } }',
      data: { good: { owned: 'man 4', other: 'man 3' } },
    },
  ],
};

/** An interface object whose fields of all types wait for what one type's field requires. */
export const requiredOfOneType: FederationSuite = {
  name: '@requires of an @interfaceObject for one type',
  subgraphs: {
    a: {
      sdl: federation2(`
        type Query { subjects: [Subject] }
        interface Subject @key(fields: "id") { id: ID! name: String born: Int }
        type Firm implements Subject @key(fields: "id") { id: ID! name: String born: Int }
        type Man implements Subject @key(fields: "id") { id: ID! name: String born: Int }`),
      resolvers: {
        Query: {
          subjects: () => [
            { __typename: 'Firm', id: '1', name: 'F', born: 1 },
            { __typename: 'Man', id: '2', name: 'M', born: 2 },
          ],
        },
      },
    },
    b: {
      sdl: federation2(`
        type Subject @interfaceObject @key(fields: "id") { id: ID! name: String @external born: Int @external
          called: String @requires(fields: "name") aged: Int @requires(fields: "born") plain: Int! }`),
      resolvers: { Subject: { ...itself, called: ({ name }: Row) => name, aged: ({ born }: Row) => born, plain: () => 1 } },
    },
  },
  cases: [
    {
      what: 'a field of all types where one type’s is required',
      query: '{ subjects { plain ... on Man { called } } }',
      data: { subjects: [{ plain: 1 }, { plain: 1, called: 'M' }] },
    },
    {
      what: 'another requirement for each type',
      query: '{ subjects { plain ... on Man { called } ... on Firm { aged } } }',
      data: {
        subjects: [
          { plain: 1, aged: 1 },
          { plain: 1, called: 'M' },
        ],
      },
    },
    {
      what: 'in one request what all types require',
      query: '{ subjects { plain called aged } }',
      data: {
        subjects: [
          { plain: 1, called: 'F', aged: 1 },
          { plain: 1, called: 'M', aged: 2 },
        ],
      },
      asked: 'a b',
    },
  ],
};
