import { federation2, type FederationSuite } from '../federation.ts';

const LICENSE = { __typename: 'License', id: 'l1', title: '卫生', scope: 'food' };
const PENALTY = { __typename: 'Penalty', id: 'p1', title: '罚款', amount: 50 };
const AWARD = { __typename: 'Award', id: 'w1', title: '表彰', giver: { __typename: 'Office', id: 'o1', name: '区' } };

/** An interface and a union over entities that other subgraphs extend. */
export const abstractTypes: FederationSuite = {
  name: 'interfaces and unions over entities',
  subgraphs: {
    acts: {
      sdl: federation2(`
        type Query { acts: [Act!]! found: [Found] act(id: ID!): Act first: Found grid: [[Act]] same: Act same2: Found }
        interface Act { id: ID! title: String }
        type License implements Act @key(fields: "id") { id: ID! title: String scope: String }
        type Penalty implements Act @key(fields: "id") { id: ID! title: String amount: Int }
        type Award implements Act @key(fields: "id") { id: ID! title: String giver: Giver }
        union Found = License | Penalty | Office
        union Giver = Office | Person
        type Office @key(fields: "id") { id: ID! name: String }
        type Person @key(fields: "id") { id: ID! name: Int }`),
      resolvers: {
        Query: {
          acts: () => [LICENSE, PENALTY, AWARD],
          found: () => [PENALTY, null, { __typename: 'Office', id: 'o1', name: '区' }, LICENSE],
          act: (_: unknown, { id }: { id: string }) => [LICENSE, PENALTY, AWARD].find((act) => act.id === id),
          first: () => LICENSE,
          grid: () => [[LICENSE, PENALTY], [null], null],
        },
      },
    },
    dates: {
      sdl: federation2(`
        interface Dated { on: String }
        type License implements Dated @key(fields: "id") { id: ID! on: String until(days: Int = 0): String! clerk: Clerk }
        type Penalty implements Dated @key(fields: "id") { id: ID! on: String until(days: Int = 3): String! }
        type Office @key(fields: "id") { id: ID! open: Boolean }
        type Clerk @key(fields: "id") { id: ID! }`),
      entities: {
        License: [{ id: 'l1', on: '2026-01-01', until: '2027', clerk: { id: 'c1' } }],
        Penalty: [{ id: 'p1', on: '2026-02-02' }],
        Office: [{ id: 'o1', open: true }],
      },
      resolvers: { Penalty: { until: (_: unknown, { days }: { days: number }) => `${days} days` } },
    },
    staff: {
      sdl: federation2(
        'type Clerk @key(fields: "id") { id: ID! name: String } type Person @key(fields: "id") { id: ID! age: Int }',
      ),
      entities: { Clerk: [{ id: 'c1', name: '吴' }], Person: [{ id: 'x', age: 40 }] },
    },
  },
  cases: [
    {
      what: 'common fields',
      query: '{ acts { id title } }',
      data: { acts: [LICENSE, PENALTY, AWARD].map(({ id, title }) => ({ id, title })) },
      asked: 'acts',
    },
    {
      what: 'the types’ names, aliased too',
      query: '{ acts { kind: __typename __typename } }',
      data: { acts: ['License', 'Penalty', 'Award'].map((name) => ({ kind: name, __typename: name })) },
    },
    {
      what: 'fields of single types from elsewhere',
      query: '{ acts { id ... on License { on } ... on Penalty { amount on } } }',
      data: { acts: [{ id: 'l1', on: '2026-01-01' }, { id: 'p1', amount: 50, on: '2026-02-02' }, { id: 'w1' }] },
      asked: 'acts dates',
    },
    {
      what: 'fields of one name and two types',
      query: '{ acts { ... on License { v: until } ... on Penalty { v: until(days: 4) } ... on Award { w: title } } }',
      data: { acts: [{ v: '2027' }, { v: '4 days' }, { w: '表彰' }] },
    },
    {
      what: 'one field name with two types in a union',
      query:
        '{ act(id: "w1") { ... on Award { giver { __typename ... on Office { label: name open } ... on Person { age } } } } }',
      data: { act: { giver: { __typename: 'Office', label: '区', open: true } } },
    },
    {
      what: 'another subgraph’s interface as a condition',
      query: '{ acts { ... on Dated { on } title } }',
      data: { acts: [{ on: '2026-01-01', title: '卫生' }, { on: '2026-02-02', title: '罚款' }, { title: '表彰' }] },
    },
    {
      what: 'a union with holes',
      query: '{ found { __typename ... on Act { title } ... on Office { open } } }',
      data: {
        found: [
          { __typename: 'Penalty', title: '罚款' },
          null,
          { __typename: 'Office', open: true },
          { __typename: 'License', title: '卫生' },
        ],
      },
    },
    { what: 'only what no member has', query: '{ first { ... on Penalty { amount } } }', data: { first: {} } },
    { what: 'nothing but the type of a union', query: '{ first { __typename } }', data: { first: { __typename: 'License' } } },
    {
      what: 'lists of lists of an interface',
      query: '{ grid { id ... on License { clerk { name } } } }',
      data: { grid: [[{ id: 'l1', clerk: { name: '吴' } }, { id: 'p1' }], [null], null] },
    },
    {
      what: 'nested fragments that narrow and widen',
      query: '{ acts { ... on Act { ... on License { ... on Act { title ... on Dated { on } } } } } }',
      data: { acts: [{ title: '卫生', on: '2026-01-01' }, {}, {}] },
    },
    {
      what: 'a named fragment spread under two types',
      query: '{ acts { ... on License { ...D } ... on Penalty { ...D } } } fragment D on Dated { when: on __typename }',
      data: { acts: [{ when: '2026-01-01', __typename: 'License' }, { when: '2026-02-02', __typename: 'Penalty' }, {}] },
    },
    {
      what: 'fragments under conditions',
      query:
        'query ($a: Boolean!, $b: Boolean!) { acts { id ... on License @include(if: $a) { on } ...P @skip(if: $b) } } fragment P on Penalty { amount on }',
      variables: { a: false, b: false },
      data: { acts: [{ id: 'l1' }, { id: 'p1', amount: 50, on: '2026-02-02' }, { id: 'w1' }] },
    },
    {
      what: 'a field merged from an interface and its object',
      query: '{ act(id: "l1") { ... on License { clerk { id } } ... on Act { title } ... on License { clerk { name } title } } }',
      data: { act: { clerk: { id: 'c1', name: '吴' }, title: '卫生' } },
    },
    {
      what: 'an interface field that is null',
      query: '{ act(id: "none") { title ... on License { on } } same { id } same2 { __typename } }',
      data: { act: null, same: null, same2: null },
    },
  ],
};

/** A union of which each subgraph knows other members, and a value whose type one of them does not know. */
export const partialUnions: FederationSuite = {
  name: 'unions and enums that the subgraphs know in part',
  subgraphs: {
    a: {
      sdl: federation2(`
        union Media = Book | Song
        type Book @key(fields: "id") { id: ID! title: String @shareable inA: String }
        type Song @key(fields: "id") { id: ID! title: String @shareable inA: String }
        enum Mood { CALM LOUD }
        type Query { media: Media @shareable fromA: Media both: [Media] @shareable moodA: Mood viewer: Viewer @shareable }
        type Viewer { media: Media @shareable onlyA: Media }`),
      entities: { Book: [{ id: 'b', title: 'T', inA: 'a!' }], Song: [{ id: 's', title: 'S', inA: 'a?' }] },
      resolvers: {
        Query: {
          media: () => ({ __typename: 'Book', id: 'b', title: 'T', inA: 'a!' }),
          fromA: () => ({ __typename: 'Song', id: 's', title: 'S', inA: 'a?' }),
          both: () => [{ __typename: 'Book', id: 'b', title: 'T', inA: 'a!' }],
          moodA: () => 'CALM',
          viewer: () => ({
            media: { __typename: 'Book', id: 'b', title: 'T', inA: 'a!' },
            onlyA: { __typename: 'Song', id: 's', title: 'S', inA: 'a?' },
          }),
        },
      },
    },
    b: {
      sdl: federation2(`
        union Media = Book | Film
        type Book @key(fields: "id") { id: ID! title: String @shareable inB: String }
        type Film @key(fields: "id") { id: ID! title: String @shareable inB: String }
        enum Mood { CALM DARK }
        type Query { media: Media @shareable fromB: Media both: [Media] @shareable moodB: Mood viewer: Viewer @shareable }
        type Viewer { media: Media @shareable onlyB: Media }`),
      entities: { Book: [{ id: 'b', title: 'T', inB: 'b!' }], Film: [{ id: 'f', title: 'F', inB: 'b?' }] },
      resolvers: {
        Query: {
          media: () => ({ __typename: 'Book', id: 'b', title: 'T', inB: 'b!' }),
          fromB: () => ({ __typename: 'Film', id: 'f', title: 'F', inB: 'b?' }),
          both: () => [{ __typename: 'Book', id: 'b', title: 'T', inB: 'b!' }],
          moodB: () => 'DARK',
          viewer: () => ({
            media: { __typename: 'Book', id: 'b', title: 'T', inB: 'b!' },
            onlyB: { __typename: 'Film', id: 'f', title: 'F', inB: 'b?' },
          }),
        },
      },
    },
  },
  cases: [
    { what: 'a shared member', query: '{ media { ... on Book { title } } }', data: { media: { title: 'T' } } },
    {
      what: 'a shared member’s fields of both sides',
      query: '{ media { ... on Book { inB inA } } }',
      data: { media: { inB: 'b!', inA: 'a!' } },
    },
    {
      what: 'members the asked side does not know',
      query: '{ fromA { __typename ... on Film { title } ... on Song { title } } }',
      data: { fromA: { __typename: 'Song', title: 'S' } },
    },
    { what: 'only members the asked side does not know', query: '{ fromB { ... on Song { inA } } }', data: { fromB: {} } },
    {
      what: 'a list of the shared member',
      query: '{ both { ... on Book { inA inB } ... on Song { inA } ... on Film { inB } } }',
      data: { both: [{ inA: 'a!', inB: 'b!' }] },
    },
    {
      what: 'unions below a shared value',
      query: '{ viewer { media { ... on Book { title } } onlyA { __typename } onlyB { ... on Film { inB } } } }',
      data: { viewer: { media: { title: 'T' }, onlyA: { __typename: 'Song' }, onlyB: { inB: 'b?' } } },
    },
    { what: 'values of an enum of the other side', query: '{ moodA moodB }', data: { moodA: 'CALM', moodB: 'DARK' } },
  ],
};

/** A field that one subgraph gives as an object and another as its interface or union; the object's subgraph is asked. */
export const narrowedFields: FederationSuite = {
  name: 'a field that is narrower in one subgraph',
  subgraphs: {
    narrow: {
      sdl: federation2(`
        type Query { act: Penalty @shareable found: [Penalty!] @shareable }
        type Penalty @key(fields: "id") { id: ID! amount: Int }`),
      resolvers: { Query: { act: () => PENALTY, found: () => [PENALTY] } },
    },
    wide: {
      sdl: federation2(`
        type Query { act: Act @shareable found: [Found!] @shareable }
        interface Act { id: ID! }
        union Found = License | Penalty
        type License implements Act @key(fields: "id") { id: ID! }
        type Penalty implements Act @key(fields: "id") { id: ID! }`),
    },
  },
  cases: [
    {
      what: 'the fragments on the object, whose subgraph need not say its type',
      query: '{ act { id ... on Penalty { amount } } }',
      data: { act: { id: 'p1', amount: 50 } },
      asked: 'narrow',
    },
    {
      what: 'them of a union',
      query: '{ found { ... on Penalty { amount } } }',
      data: { found: [{ amount: 50 }] },
      asked: 'narrow',
    },
    { what: 'the interface’s own fields', query: '{ act { id } }', data: { act: { id: 'p1' } } },
  ],
};
