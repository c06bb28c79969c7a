import type { FederationSuite } from '../federation.ts';

/** Schemas in the first version's words: `extend type`, `@extends`, keys that are `@external`. */
export const federation1: FederationSuite = {
  name: 'federation 1: extensions with external keys',
  subgraphs: {
    users: {
      sdl: 'type Query { users: [User] } type User @key(fields: "id") { id: ID! name: String! profile: Profile } type Profile { bio: String }',
      entities: {
        User: [
          { id: '1', name: '林', profile: { bio: 'b' } },
          { id: '2', name: '吴', profile: null },
        ],
      },
      resolvers: {
        Query: {
          users: () => [
            { id: '1', name: '林', profile: { bio: 'b' } },
            { id: '2', name: '吴', profile: null },
          ],
        },
      },
    },
    mails: {
      sdl: `extend type Query { mailed: User byMail: [User] @provides(fields: "name") }
        extend type User @key(fields: "id") { id: ID! @external name: String! @external mail: String rank: Int greeting: String @requires(fields: "name") }`,
      entities: {
        User: [
          { id: '1', mail: 'l@', rank: 1 },
          { id: '2', mail: 'w@', rank: 2 },
        ],
      },
      resolvers: {
        Query: { mailed: () => ({ id: '2', mail: 'w@', rank: 2 }), byMail: () => [{ id: '1', mail: 'l@', name: '林' }] },
        User: { greeting: ({ name }: { name: string }) => `您好，${name}` },
      },
    },
    ids: {
      sdl: 'type User @extends @key(fields: "id") { id: ID! @external badge: String }',
      entities: {
        User: [
          { id: '1', badge: 'gold' },
          { id: '2', badge: null },
        ],
      },
    },
  },
  cases: [
    {
      what: 'an extension',
      query: '{ users { id mail } }',
      data: {
        users: [
          { id: '1', mail: 'l@' },
          { id: '2', mail: 'w@' },
        ],
      },
      asked: 'mails users',
    },
    {
      what: 'from the extension to the owner',
      query: '{ mailed { name } }',
      data: { mailed: { name: '吴' } },
      asked: 'mails users',
    },
    {
      what: 'a requirement from the extension’s own root',
      query: '{ mailed { greeting rank } }',
      data: { mailed: { greeting: '您好，吴', rank: 2 } },
      asked: 'mails mails users',
    },
    {
      what: 'what the extension gives',
      query: '{ byMail { name mail } }',
      data: { byMail: [{ name: '林', mail: 'l@' }] },
      asked: 'mails',
    },
    {
      what: 'from one extension to another',
      query: '{ mailed { badge } users { badge greeting } }',
      data: {
        mailed: { badge: null },
        users: [
          { badge: 'gold', greeting: '您好，林' },
          { badge: null, greeting: '您好，吴' },
        ],
      },
    },
    {
      what: 'a value of the owner beside',
      query: '{ mailed { profile { bio } } byMail { profile { bio } id } }',
      data: { mailed: { profile: null }, byMail: [{ profile: { bio: 'b' }, id: '1' }] },
    },
  ],
};
