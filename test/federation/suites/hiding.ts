import { federation2, type FederationSuite } from '../federation.ts';

/** What subgraphs keep among themselves: fields, types, enum values, arguments. */
export const inaccessible: FederationSuite = {
  name: '@inaccessible and @tag',
  subgraphs: {
    a: {
      sdl: federation2(`
        type Query { users: [User!]! role(of: Role): Role strict: Strict things: [Thing] must: Must one: Thing @tag(name: "public") }
        type User @key(fields: "id") { id: ID! secret: String @inaccessible role: Role @tag(name: "internal") }
        type Strict { role: Role! } type Must { thing: Thing! }
        enum Role { CLERK CHIEF SPY @inaccessible }
        interface Thing { id: ID }
        type Chair implements Thing { id: ID } type Safe implements Thing @inaccessible { id: ID code: Int }`),
      entities: {
        User: [
          { id: '1', secret: 's1', role: 'SPY' },
          { id: '2', secret: 's2', role: 'CHIEF' },
        ],
      },
      resolvers: {
        Query: {
          users: () => [
            { id: '1', secret: 's1', role: 'SPY' },
            { id: '2', secret: 's2', role: 'CHIEF' },
          ],
          role: (_: unknown, { of }: { of: string }) => of,
          strict: () => ({ role: 'SPY' }),
          things: () => [
            { __typename: 'Chair', id: 'c' },
            { __typename: 'Safe', id: 's', code: 1 },
          ],
          must: () => ({ thing: { __typename: 'Safe', id: 's' } }),
          one: () => ({ __typename: 'Safe', id: 's' }),
        },
      },
    },
    b: {
      sdl: federation2(`
        type User @key(fields: "id") { id: ID! secret: String @external hint: String @requires(fields: "secret") friends: [User!] roles: [Role!] }
        enum Role { CLERK CHIEF SPY }`),
      entities: {
        User: [
          { id: '1', roles: ['CLERK', 'SPY'] },
          { id: '2', roles: ['CHIEF'] },
        ],
      },
      resolvers: {
        User: {
          friends: ({ id }: { id: string }) => [{ id: id === '1' ? '2' : '1' }],
          hint: ({ secret }: { secret: string }) => `${secret[0]}*`,
        },
      },
    },
  },
  cases: [
    {
      what: 'a field that requires a hidden one',
      query: '{ users { hint } }',
      data: { users: [{ hint: 's*' }, { hint: 's*' }] },
    },
    {
      what: 'null for a hidden value of an enum, without a word',
      query: '{ users { id role } }',
      data: {
        users: [
          { id: '1', role: null },
          { id: '2', role: 'CHIEF' },
        ],
      },
    },
    {
      what: 'null that climbs from a hidden value where null is not allowed',
      query: '{ strict { role } }',
      data: { strict: null },
      errors: ['strict.role INVALID_GRAPHQL'],
    },
    {
      what: 'a list without its element, for a hidden value of a non-null element',
      query: '{ users { roles } }',
      data: { users: [{ roles: null }, { roles: ['CHIEF'] }] },
      errors: ['users.0.roles.1 INVALID_GRAPHQL'],
    },
    {
      what: 'null for an object of a hidden type',
      query: '{ things { id } one { __typename } }',
      data: { things: [{ id: 'c' }, null], one: null },
    },
    {
      what: 'an error for an object of a hidden type where null is not allowed',
      query: '{ must { thing { id } } }',
      data: { must: null },
      errors: ['must.thing INVALID_GRAPHQL'],
    },
    {
      what: 'friends of friends across the hidden',
      query: '{ users { friends { hint friends { role } } } }',
      data: {
        users: [
          { friends: [{ hint: 's*', friends: [{ role: null }] }] },
          { friends: [{ hint: 's*', friends: [{ role: 'CHIEF' }] }] },
        ],
      },
    },
    {
      what: 'an enum as argument and answer',
      query: 'query ($r: Role = CLERK) { role(of: $r) chief: role(of: CHIEF) none: role(of: null) }',
      data: { role: 'CLERK', chief: 'CHIEF', none: null },
    },
    {
      what: 'introspection without what is hidden',
      query:
        '{ __type(name: "Role") { enumValues { name } } safe: __type(name: "Safe") { name } thing: __type(name: "Thing") { possibleTypes { name } } }',
      data: {
        __type: { enumValues: [{ name: 'CLERK' }, { name: 'CHIEF' }] },
        safe: null,
        thing: { possibleTypes: [{ name: 'Chair' }] },
      },
      asked: '',
    },
  ],
};
