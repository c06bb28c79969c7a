import { federation2, type FederationSuite } from '../federation.ts';

const shown = (_: unknown, args: unknown) => JSON.stringify(args);

/** Arguments: input objects that the subgraphs know in part, lists, defaults, custom scalars, variables anywhere. */
export const inputs: FederationSuite = {
  name: 'arguments and variables',
  subgraphs: {
    a: {
      sdl: federation2(`
        scalar JSON scalar Date
        enum Level { LOW HIGH }
        input Filter { text: String! = "t" most: Int = 5 level: Level nested: Filter list: [Filter!] only: Int }
        type Query { find(filter: Filter): String many(filters: [[Filter!]]): String raw(value: JSON): JSON on(date: Date = "2026-01-01"): Date
          levels(of: [Level!]! = [LOW]): [Level!] ints(n: [Int]): [Int] item(id: ID!): Item items(ids: [ID!]!): [Item] level: Level float(f: Float): Float }
        type Item @key(fields: "id") { id: ID! }`),
      resolvers: {
        Query: {
          find: shown,
          many: shown,
          raw: (_: unknown, { value }: { value: unknown }) => value,
          on: (_: unknown, { date }: { date: string }) => date,
          levels: (_: unknown, { of }: { of: string[] }) => of,
          ints: (_: unknown, { n }: { n: number[] }) => n,
          item: (_: unknown, { id }: { id: string }) => ({ id }),
          items: (_: unknown, { ids }: { ids: string[] }) => ids.map((id) => ({ id })),
          level: () => 'HIGH',
          float: (_: unknown, { f }: { f: number }) => f,
        },
      },
    },
    b: {
      sdl: federation2(`
        scalar JSON
        enum Level { LOW HIGH }
        input Filter { text: String! = "t" most: Int = 5 level: Level nested: Filter list: [Filter!] }
        type Item @key(fields: "id") { id: ID! match(filter: Filter, limit: Int = 2): String echo(representations: String, n: Int): String tags(of: [Level]): [Level] }`),
      entities: { Item: [{ id: '1' }, { id: '2' }] },
      resolvers: { Item: { match: shown, echo: shown, tags: (_: unknown, { of }: { of: string[] }) => of } },
    },
  },
  cases: [
    { what: 'defaults of an input object', query: '{ find(filter: {}) }', data: { find: '{"filter":{"text":"t","most":5}}' } },
    {
      what: 'an argument left out, and one that is null',
      query: '{ a: find b: find(filter: null) }',
      data: { a: '{}', b: '{"filter":null}' },
    },
    {
      what: 'a variable in a nested input object',
      query: 'query ($t: String!, $m: Int) { find(filter: { nested: { text: $t, most: $m }, list: [{ text: $t }] }) }',
      variables: { t: 'x' },
      data: { find: '{"filter":{"text":"t","most":5,"nested":{"text":"x","most":5},"list":[{"text":"x","most":5}]}}' },
    },
    {
      what: 'lists of lists from single values',
      query: 'query ($f: [Filter!]) { many(filters: [$f]) n: ints(n: 3) }',
      variables: { f: { level: 'HIGH' } },
      data: { many: '{"filters":[[{"text":"t","most":5,"level":"HIGH"}]]}', n: [3] },
    },
    {
      what: 'custom scalars of any shape',
      query: 'query ($v: JSON) { raw(value: $v) inline: raw(value: {a: [1, {b: null}]}) on later: on(date: "2027") }',
      variables: { v: { deep: [true, 'x', 1.5] } },
      data: { raw: { deep: [true, 'x', 1.5] }, inline: { a: [1, { b: null }] }, on: '2026-01-01', later: '2027' },
    },
    {
      what: 'a default of the operation over one of the schema',
      query: 'query ($l: [Level!]! = [HIGH, LOW]) { levels(of: $l) own: levels }',
      data: { levels: ['HIGH', 'LOW'], own: ['LOW'] },
    },
    {
      what: 'a variable without a value beside a default of the schema',
      query: 'query ($l: [Level!]) { item(id: "1") { tags(of: $l) match(limit: 3) } }',
      data: { item: { tags: null, match: '{"limit":3}' } },
    },
    {
      what: 'a variable that is null over a default',
      query: 'query ($d: Date) { on(date: $d) }',
      variables: { d: null },
      data: { on: null },
    },
    {
      what: 'arguments of an entity’s field, by variable',
      query: 'query ($f: Filter, $n: Int) { item(id: 2) { match(filter: $f, limit: $n) } }',
      variables: { f: { most: 1 }, n: 9 },
      data: { item: { match: '{"filter":{"text":"t","most":1},"limit":9}' } },
    },
    {
      what: 'one field with three arguments under three aliases',
      query: '{ item(id: "1") { match a: match(limit: 1) b: match(limit: 1, filter: { text: "b" }) } }',
      data: { item: { match: '{"limit":2}', a: '{"limit":1}', b: '{"filter":{"text":"b","most":5},"limit":1}' } },
    },
    {
      what: 'a variable that is called as the planner’s own',
      query: 'query ($representations: String, $_qn: Int) { item(id: "1") { echo(representations: $representations, n: $_qn) } }',
      variables: { representations: 'mine', _qn: 1 },
      data: { item: { echo: '{"representations":"mine","n":1}' } },
    },
    {
      what: 'variables that only a left out field uses',
      query:
        'query ($t: String, $c: Boolean!) { level find(filter: { text: "y" }) @skip(if: $c) item(id: "1") @skip(if: $c) { echo(representations: $t) } }',
      variables: { t: 'x', c: true },
      data: { level: 'HIGH' },
    },
    {
      what: 'text that needs escaping',
      query: '{ find(filter: { text: "\\"\\n\\u4e91\\\\" }) raw(value: """a "b" c""") }',
      data: { find: '{"filter":{"text":"\\"\\n云\\\\","most":5}}', raw: 'a "b" c' },
    },
    {
      what: 'numbers at their bounds',
      query: '{ ints(n: [2147483647, -2147483648, null]) float(f: 1e300) i: float(f: 3) }',
      data: { ints: [2147483647, -2147483648, null], float: 1e300, i: 3 },
    },
    {
      what: 'a list of entities by a variable list',
      query: 'query ($ids: [ID!]!) { items(ids: $ids) { id match } }',
      variables: { ids: [2, '1', '2'] },
      data: {
        items: [
          { id: '2', match: '{"limit":2}' },
          { id: '1', match: '{"limit":2}' },
          { id: '2', match: '{"limit":2}' },
        ],
      },
    },
  ],
};

/** `@skip` and `@include` on fields, fragments and whole fetches. */
export const conditions: FederationSuite = {
  name: '@skip and @include',
  subgraphs: {
    a: {
      sdl: federation2('type Query { product: Product } type Product @key(fields: "id") { id: ID! price: Int name: String }'),
      entities: { Product: [{ id: '1', price: 10, name: 'N' }] },
      resolvers: { Query: { product: () => ({ id: '1', price: 10, name: 'N' }) } },
    },
    b: {
      sdl: federation2(
        'type Product @key(fields: "id") { id: ID! price: Int @external dear: Boolean @requires(fields: "price") flag: Boolean }',
      ),
      entities: { Product: [{ id: '1', flag: true }] },
      resolvers: { Product: { dear: ({ price }: { price: number }) => price > 5 } },
    },
    c: {
      sdl: federation2(
        'type Product @key(fields: "id") { id: ID! dear: Boolean @external flag: Boolean @external gate: String @requires(fields: "dear flag") }',
      ),
      entities: { Product: [{ id: '1' }] },
      resolvers: { Product: { gate: ({ flag }: { flag: boolean }) => `flag ${flag}` } },
    },
  },
  cases: [
    {
      what: 'a fetch that is left out',
      query: 'query ($c: Boolean = false) { product { name flag @include(if: $c) } }',
      data: { product: { name: 'N' } },
      asked: 'a',
    },
    {
      what: 'a fetch that is not',
      query: 'query ($c: Boolean = false) { product { name flag @include(if: $c) } }',
      variables: { c: true },
      data: { product: { name: 'N', flag: true } },
      asked: 'a b',
    },
    {
      what: 'a requirement of a field that the client leaves out',
      query: 'query ($c: Boolean!) { product { price @skip(if: $c) dear } }',
      variables: { c: true },
      data: { product: { dear: true } },
    },
    {
      what: 'a left out field with a requirement, beside one with another',
      query: 'query ($c: Boolean!) { product { dear @skip(if: $c) flag @include(if: $c) } }',
      variables: { c: true },
      data: { product: { flag: true } },
    },
    {
      what: 'both conditions on one field',
      query:
        'query ($a: Boolean!, $b: Boolean!) { product { x: name @skip(if: $a) @include(if: $b) y: name @skip(if: $b) @include(if: $a) id } }',
      variables: { a: false, b: true },
      data: { product: { x: 'N', id: '1' } },
    },
    {
      what: 'one field twice, one of them left out',
      query: 'query ($c: Boolean!) { product { name @include(if: $c) name flag @include(if: $c) ... @skip(if: $c) { flag } } }',
      variables: { c: false },
      data: { product: { name: 'N', flag: true } },
    },
    {
      what: 'nested fragments under conditions',
      query:
        'query ($c: Boolean!, $d: Boolean!) { product { ... on Product @include(if: $c) { name ... on Product @skip(if: $d) { flag } } id } }',
      variables: { c: true, d: true },
      data: { product: { name: 'N', id: '1' } },
      asked: 'a',
    },
    {
      what: 'a spread under a condition, and the same fragment without',
      query: 'query ($c: Boolean!) { product { ...F @include(if: $c) id ...F } } fragment F on Product { name flag }',
      variables: { c: false },
      data: { product: { id: '1', name: 'N', flag: true } },
    },
    {
      what: 'an object of which nothing is left',
      query: 'query ($c: Boolean!) { product { name @include(if: $c) flag @include(if: $c) } }',
      variables: { c: false },
      data: { product: {} },
    },
    {
      what: 'a whole root left out',
      query: 'query ($c: Boolean!) { product @include(if: $c) { name } }',
      variables: { c: false },
      data: {},
      asked: '',
    },
    {
      what: 'literal conditions',
      query: '{ product { name @skip(if: true) id @include(if: true) flag @include(if: false) } }',
      data: { product: { id: '1' } },
      asked: 'a',
    },
  ],
};
