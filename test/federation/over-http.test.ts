import { buildSubgraphSchema } from '@apollo/subgraph';
import { composeServices } from '@apollo/composition';
import { graphql, GraphQLError, parse } from 'graphql';
import { createServer, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createExecution, type FederatedExecution, type SubgraphAnswer } from '../../gateway/execution/index.ts';
import { federation2 } from './federation.ts';

const SUBGRAPHS = {
  firms: {
    typeDefs: federation2(
      'type Query { firm: Firm other: Firm } type Firm @key(fields: "id") { id: ID! name: String! debt: Int }',
    ),
    resolvers: {
      Query: { firm: () => ({ id: '1', name: '青禾' }), other: () => ({ id: '2', name: '云锦' }) },
      Firm: {
        debt: () => {
          throw new GraphQLError('sealed', { extensions: { code: 'SEALED', hint: 'ask the court' } });
        },
      },
    },
  },
  grades: {
    typeDefs: federation2('type Firm @key(fields: "id") { id: ID! grade: String }'),
    resolvers: { Firm: { __resolveReference: ({ id }: { id: string }) => (id === '1' ? { id, grade: 'A' } : null) } },
  },
};
const servers: Server[] = [];
const urls: Record<string, string> = {};
let execution: FederatedExecution<{ authorization: string }>;

/** A subgraph as outside suites serve them: one POST, one JSON answer; the wrong token is answered by its status. */
function serve({ typeDefs, resolvers }: { typeDefs: string; resolvers: object }): Server {
  const schema = buildSubgraphSchema({ typeDefs: parse(typeDefs), resolvers: resolvers as never });
  return createServer(async (request, response) => {
    if (request.headers.authorization !== 'Bearer x') return void response.writeHead(401).end('who are you');
    const { query, variables, operationName } = JSON.parse(await text(request)) as {
      query: string;
      variables?: Record<string, unknown>;
      operationName?: string;
    };
    const answer = await graphql({
      schema,
      source: query,
      variableValues: variables ?? {},
      operationName: operationName ?? null,
    });
    response.setHeader('Content-Type', 'application/json').end(JSON.stringify(answer));
  });
}

beforeAll(async () => {
  for (const [name, subgraph] of Object.entries(SUBGRAPHS)) {
    const server = serve(subgraph);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    urls[name] = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  }
  const { supergraphSdl = '' } = composeServices(
    Object.entries(SUBGRAPHS).map(([name, { typeDefs }]) => ({ name, url: urls[name]!, typeDefs: parse(typeDefs) })),
  );
  execution = createExecution({
    supergraphSdl,
    transport: async (subgraph, { body, query, variables }, { authorization }) => {
      const headers = { 'Content-Type': 'application/json', authorization };
      const response = await fetch(urls[subgraph]!, {
        method: 'POST',
        headers,
        body: body?.() ?? JSON.stringify({ query, variables }),
      });
      if (!response.ok) throw new Error(`${subgraph} answered ${response.status}`);
      return (await response.json()) as SubgraphAnswer;
    },
  });
});

afterAll(async () => {
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
});

const ask = (query: string, authorization = 'Bearer x') =>
  execution.execute({ document: parse(query), variables: {}, context: { authorization } });

test('joins subgraphs over HTTP', async () => {
  expect(await ask('{ firm { name grade } other { grade } }')).toEqual({
    data: { firm: { name: '青禾', grade: 'A' }, other: { grade: null } },
    errors: [],
  });
});

test('passes on a subgraph’s error with its place, code and extensions, and says whose it is', async () => {
  const { data, errors } = await ask('{ firm { name owed: debt } }');
  expect(data).toEqual({ firm: { name: '青禾', owed: null } });
  expect(errors).toEqual([
    { message: 'sealed', path: ['firm', 'owed'], extensions: { code: 'SEALED', hint: 'ask the court', serviceName: 'firms' } },
  ]);
});

test('answers null and an error for a subgraph that answers with a status of its own', async () => {
  const { data, errors } = await ask('{ firm { name } }', 'Bearer y');
  expect(data).toEqual({ firm: null });
  expect(errors).toMatchObject([
    { message: 'firms answered 401', extensions: { code: 'DOWNSTREAM_SERVICE_ERROR', serviceName: 'firms' } },
  ]);
});

test.each([
  ['@authenticated', 'authenticated', 'type Query { a: Int @authenticated }'],
  ['@requiresScopes', 'requiresScopes', 'type Query { a: Int @requiresScopes(scopes: [["s"]]) }'],
  ['@policy', 'policy', 'type Query { a: Int @policy(policies: [["p"]]) }'],
])('refuses a supergraph with %s: nobody here would see to it', (_, name, sdl) => {
  const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@${name}"])`;
  const { supergraphSdl = '' } = composeServices([{ name: 'a', url: 'http://a.example', typeDefs: parse(`${link} ${sdl}`) }]);
  expect(supergraphSdl).not.toBe('');
  expect(() => createExecution({ supergraphSdl, transport: () => Promise.reject(new Error('never')) })).toThrow('SECURITY');
});
