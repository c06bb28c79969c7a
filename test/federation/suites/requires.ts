import { GraphQLError } from 'graphql';
import { federation2, type FederationSuite } from '../federation.ts';

const PARCELS = [
  { id: '1', name: '笔', weight: 2, size: { long: 3, wide: 4 } },
  { id: '2', name: '纸', weight: 5, size: null },
];
const price = ({ weight }: { weight: number }, { currency }: { currency: string }) => (currency === 'USD' ? weight : weight * 7);
const tariff = ({ weight }: { weight: number }, { zone }: { zone: string }) => ({
  zone,
  fee: zone === 'FAR' ? weight * 100 : weight,
});

/** Shows of the representation what a field requires. */
const told =
  (...names: string[]) =>
  (representation: Record<string, unknown>) =>
    names.map((name) => JSON.stringify(representation[name])).join(' ');

/** `@requires` with arguments: the same field twice, with a default, below another field, beside the client's own. */
export const requiresArguments: FederationSuite = {
  name: '@requires with arguments',
  subgraphs: {
    goods: {
      sdl: federation2(`
        enum Zone { NEAR FAR }
        type Query { parcels: [Parcel!]! parcel(id: ID!): Parcel }
        type Parcel @key(fields: "id") { id: ID! name: String weight: Int price(currency: String! = "CNY"): Int
          tariff(zone: Zone!): Tariff tariffs(zones: [Zone!]!): [Tariff!] }
        type Tariff { zone: Zone fee: Int }`),
      entities: { Parcel: PARCELS },
      resolvers: {
        Query: {
          parcels: () => PARCELS,
          parcel: (_: unknown, { id }: { id: string }) => PARCELS.find((parcel) => parcel.id === id),
        },
        Parcel: {
          price,
          tariff,
          tariffs: (parcel: { weight: number }, { zones }: { zones: string[] }) => zones.map((zone) => tariff(parcel, { zone })),
        },
      },
    },
    post: {
      sdl: federation2(`
        enum Zone { NEAR FAR }
        type Parcel @key(fields: "id") { id: ID! price(currency: String! = "CNY"): Int @external weight: Int @external
          tariff(zone: Zone!): Tariff @external tariffs(zones: [Zone!]!): [Tariff!] @external
          dollars: String @requires(fields: "price(currency: \\"USD\\") weight")
          yuan: String @requires(fields: "price(currency: \\"CNY\\")")
          usual: String @requires(fields: "price")
          near: String @requires(fields: "tariff(zone: NEAR) { fee }")
          far: String @requires(fields: "tariff(zone: FAR) { zone fee }")
          all: String @requires(fields: "tariffs(zones: [NEAR, FAR]) { fee }")
          plain: String }
        type Tariff @external { zone: Zone fee: Int }`),
      entities: {
        Parcel: [
          { id: '1', plain: 'plain 1' },
          { id: '2', plain: 'plain 2' },
        ],
      },
      resolvers: {
        Parcel: {
          dollars: told('price', 'weight'),
          yuan: told('price'),
          usual: told('price'),
          near: told('tariff'),
          far: told('tariff'),
          all: told('tariffs'),
        },
      },
    },
  },
  cases: [
    { what: 'one requirement', query: '{ parcel(id: "1") { dollars } }', data: { parcel: { dollars: '2 2' } } },
    {
      what: 'two requirements of one field with other arguments, in one operation',
      query: '{ parcel(id: "1") { dollars yuan plain } }',
      data: { parcel: { dollars: '2 2', yuan: '14', plain: 'plain 1' } },
      asked: 'goods post post',
    },
    {
      what: 'a requirement that leaves the argument to its default',
      query: '{ parcel(id: "1") { usual dollars } }',
      data: { parcel: { usual: '14', dollars: '2 2' } },
    },
    {
      what: 'the client’s own field beside both',
      query: '{ parcel(id: "1") { price(currency: "USD") yuan dollars weight } }',
      data: { parcel: { price: 2, yuan: '14', dollars: '2 2', weight: 2 } },
    },
    {
      what: 'aliases that are the required names',
      query: '{ parcel(id: "1") { weight: name price: weight dollars } }',
      data: { parcel: { weight: '笔', price: 2, dollars: '2 2' } },
    },
    {
      what: 'requirements with fields below, twice',
      query: '{ parcel(id: "1") { near far } }',
      data: { parcel: { near: '{"fee":2}', far: '{"zone":"FAR","fee":200}' } },
    },
    {
      what: 'a requirement of a list with a list as argument',
      query: '{ parcel(id: "1") { all tariff(zone: FAR) { fee } } }',
      data: { parcel: { all: '[{"fee":2},{"fee":200}]', tariff: { fee: 200 } } },
    },
    {
      what: 'all of them for a list',
      query: '{ parcels { usual dollars yuan near far all } }',
      data: {
        parcels: [
          {
            usual: '14',
            dollars: '2 2',
            yuan: '14',
            near: '{"fee":2}',
            far: '{"zone":"FAR","fee":200}',
            all: '[{"fee":2},{"fee":200}]',
          },
          {
            usual: '35',
            dollars: '5 5',
            yuan: '35',
            near: '{"fee":5}',
            far: '{"zone":"FAR","fee":500}',
            all: '[{"fee":5},{"fee":500}]',
          },
        ],
      },
    },
    {
      what: 'requirements under conditions',
      query: 'query ($yes: Boolean!, $no: Boolean!) { parcel(id: "2") { dollars @include(if: $no) yuan @include(if: $yes) } }',
      variables: { yes: true, no: false },
      data: { parcel: { yuan: '35' } },
    },
    {
      what: 'one requirement under two aliases',
      query: '{ parcel(id: "2") { a: dollars b: dollars c: yuan } }',
      data: { parcel: { a: '5 5', b: '5 5', c: '35' } },
    },
  ],
};

/** `@requires` of fields behind fragments, an interface and a union. */
export const requiresAbstract: FederationSuite = {
  name: '@requires of interfaces, unions and fragments',
  subgraphs: {
    a: {
      sdl: federation2(`
        type Query { user: User users: [User!]! }
        type User @key(fields: "id") { id: ID! address: Address owner: Owner }
        interface Address { street: String }
        type Home implements Address @shareable { street: String city: String }
        type Work implements Address @shareable { street: String floor: Int }
        union Owner = Firm | Man
        type Firm @shareable { code: String } type Man @shareable { name: String }`),
      entities: {
        User: [
          { id: '1', address: { __typename: 'Home', street: 'S1', city: 'C1' }, owner: { __typename: 'Firm', code: 'F' } },
          { id: '2', address: { __typename: 'Work', street: 'S2', floor: 3 }, owner: { __typename: 'Man', name: 'M' } },
          { id: '3', address: null, owner: null },
        ],
      },
      resolvers: {
        Query: {
          user: () => ({
            id: '1',
            address: { __typename: 'Home', street: 'S1', city: 'C1' },
            owner: { __typename: 'Firm', code: 'F' },
          }),
          users: () => [
            { id: '1', address: { __typename: 'Home', street: 'S1', city: 'C1' }, owner: { __typename: 'Firm', code: 'F' } },
            { id: '2', address: { __typename: 'Work', street: 'S2', floor: 3 }, owner: { __typename: 'Man', name: 'M' } },
            { id: '3', address: null, owner: null },
          ],
        },
      },
    },
    b: {
      sdl: federation2(`
        type User @key(fields: "id") { id: ID! address: Address @external owner: Owner @external
          line: String @requires(fields: "address { __typename street ... on Home { city } ... on Work { floor } }")
          tag: String @requires(fields: "owner { ... on Firm { code } ... on Man { name } }") }
        interface Address { street: String }
        type Home implements Address @shareable { street: String city: String }
        type Work implements Address @shareable { street: String floor: Int }
        union Owner = Firm | Man
        type Firm @shareable { code: String } type Man @shareable { name: String }`),
      entities: { User: [{ id: '1' }, { id: '2' }, { id: '3' }] },
      resolvers: {
        User: {
          line: ({ address }: { address: unknown }) => JSON.stringify(address),
          tag: ({ owner }: { owner: Record<string, unknown> | null }) =>
            owner
              ? Object.values(owner)
                  .filter((value) => value !== 'Firm' && value !== 'Man')
                  .join()
              : 'none',
        },
      },
    },
  },
  cases: [
    {
      what: 'one object’s requirement',
      query: '{ user { line } }',
      data: { user: { line: '{"__typename":"Home","street":"S1","city":"C1"}' } },
    },
    {
      what: 'requirements that differ by type',
      query: '{ users { id line } }',
      data: {
        users: [
          { id: '1', line: '{"__typename":"Home","street":"S1","city":"C1"}' },
          { id: '2', line: '{"__typename":"Work","street":"S2","floor":3}' },
          { id: '3', line: 'null' },
        ],
      },
    },
    {
      what: 'requirements of a union',
      query: '{ users { tag } }',
      data: { users: [{ tag: 'F' }, { tag: 'M' }, { tag: 'none' }] },
    },
    {
      what: 'the same fields otherwise aliased by the client',
      query: '{ user { address { city: street ... on Home { street: city } } line } }',
      data: { user: { address: { city: 'S1', street: 'C1' }, line: '{"__typename":"Home","street":"S1","city":"C1"}' } },
    },
    {
      what: 'less of it for the client than is required',
      query: '{ user { address { __typename } line owner { ... on Man { name } } } }',
      data: { user: { address: { __typename: 'Home' }, line: '{"__typename":"Home","street":"S1","city":"C1"}', owner: {} } },
    },
    {
      what: 'both requirements and the objects',
      query: '{ users { tag address { street } line } }',
      data: {
        users: [
          { tag: 'F', address: { street: 'S1' }, line: '{"__typename":"Home","street":"S1","city":"C1"}' },
          { tag: 'M', address: { street: 'S2' }, line: '{"__typename":"Work","street":"S2","floor":3}' },
          { tag: 'none', address: null, line: 'null' },
        ],
      },
    },
  ],
};

/** A field that another needs, and that fails. */
export const failedRequirements: FederationSuite = {
  name: '@requires of a field that fails',
  subgraphs: {
    goods: {
      sdl: federation2('type Query { good: Good } type Good @key(fields: "id") { id: ID! name: String }'),
      resolvers: { Query: { good: () => ({ id: '1', name: '茶' }) } },
    },
    prices: {
      sdl: federation2('type Good @key(fields: "id") { id: ID! price: Int }'),
      entities: { Good: [{ id: '1' }] },
      resolvers: {
        Good: {
          price: () => {
            throw new GraphQLError('no price', { extensions: { code: 'PRICE' } });
          },
        },
      },
    },
    labels: {
      sdl: federation2(`type Good @key(fields: "id") { id: ID! price: Int @external
        label: String @requires(fields: "price") }`),
      entities: { Good: [{ id: '1' }] },
      resolvers: { Good: { label: ({ price }: { price: number | null }) => `at ${price}` } },
    },
  },
  cases: [
    {
      what: 'its error with its name where the client did not ask for it',
      query: '{ good { label } }',
      data: { good: { label: 'at null' } },
      errors: ['good.price PRICE'],
    },
    {
      what: 'one error where the client asked for it too',
      query: '{ good { label price } }',
      data: { good: { label: 'at null', price: null } },
      errors: ['good.price PRICE'],
    },
    {
      what: 'no error at another field that the client calls so',
      query: '{ good { label ... on Good { price: name } } }',
      data: { good: { label: 'at null', price: '茶' } },
      errors: ['good PRICE'],
    },
  ],
};
