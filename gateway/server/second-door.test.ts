import { buildSchema, type GraphQLSchema, parse } from 'graphql';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { afterEach, describe, expect, test } from 'vitest';
import { GatewayError } from '../errors.ts';
import { respondRefusal } from '../respond/respond.ts';
import type { Exchange } from './exchange.ts';
import { createKnownDocuments } from './known-documents.ts';
import { openSecondDoor } from './second-door.ts';
import { RECEIPT, revealAll, startServer, type TestServer } from './server.fixture.ts';

const QUERY = '{ a }';
const JSON_TYPE = 'application/json; charset=utf-8';

/** A door that one document and one `Accept` header have come through before, and what happens to one more request. */
function comeAgain(body: unknown, { accept = '*/*', asked = 'RELEASED' as 'RELEASED' | GatewayError, reloaded = false } = {}) {
  const schema = buildSchema('type Query { a: Int }');
  const inForce: GraphQLSchema = reloaded ? buildSchema('type Query { b: Int }') : schema;
  const documents = createKnownDocuments();
  documents.remember(QUERY, { schema, document: parse(QUERY), hash: 'h' });
  const schemas = { schema: { apiSchema: inForce, supergraphSdl: '' }, onSchema: () => () => {} };
  const answer = { data: { a: 1 }, extensions: { disclosure: { receipt: RECEIPT } }, httpStatus: 200, headers: {} };
  const ask = () => (asked === 'RELEASED' ? Promise.resolve(answer) : asked);
  const door = openSecondDoor({ ask, schemas, documents });
  door.noteMediaType('*/*', JSON_TYPE);
  const reply = { type: () => reply, code: () => reply, headers: () => reply } as unknown as FastifyReply;
  return door.answer({ headers: { accept }, body } as unknown as FastifyRequest, reply, {} as Exchange);
}

describe('what has come before', () => {
  test.each<[string, unknown]>([
    ['the text alone', { query: QUERY }],
    ['all members empty', { query: QUERY, operationName: null, variables: null, extensions: null }],
    ['all members', { query: QUERY, operationName: 'A', variables: { a: 1 }, extensions: { purpose: 'X' } }],
  ])('goes through with %s', async (_, body) => {
    expect(JSON.parse(String(await comeAgain(body)))).toEqual({
      data: { a: 1 },
      extensions: { disclosure: { receipt: RECEIPT } },
    });
  });
});

describe('is left to Apollo Server', () => {
  test.each<[string, unknown, Parameters<typeof comeAgain>[1]?]>([
    ['a document that was not seen valid', { query: '{ b }' }],
    ['a document that was valid against another schema', { query: QUERY }, { reloaded: true }],
    ['a client that accepts something else', { query: QUERY }, { accept: 'text/html' }],
    ['a wrong operation name', { query: QUERY, operationName: 1 }],
    ['wrong variables', { query: QUERY, variables: [] }],
    ['wrong extensions', { query: QUERY, extensions: 'x' }],
    ['a body without a query', {}],
    ['a list of requests', [{ query: QUERY }]],
    ['no body', null],
    ['what only the parameters make wrong', { query: QUERY }, { asked: new GatewayError('INPUT_INVALID') }],
    ['what only the parameters make too costly', { query: QUERY }, { asked: new GatewayError('QUERY_TOO_COSTLY') }],
  ])('%s', (_, body, given) => {
    expect(comeAgain(body, given)).toBeUndefined();
  });
});

describe('the same request again', () => {
  const servers: TestServer[] = [];
  afterEach(async () => {
    await Promise.all(servers.splice(0).map(({ server }) => server.stop()));
  });

  const LOOK = 'query Look($id: ID!) { subject(id: $id) { name } }';
  const failure = {
    message: 'x',
    path: ['subject', 'tax'],
    extensions: { code: 'DEPARTMENT_UNAVAILABLE', department: 'tax' },
  } as const;

  test.each<[string, Parameters<typeof startServer>[0], unknown]>([
    ['released', {}, { query: LOOK, variables: { id: 'o-1' } }],
    [
      'in part',
      { flow: async (request) => ({ ...(await revealAll(request)), errors: [failure] }) },
      { query: LOOK, variables: { id: '1' } },
    ],
    [
      'refused',
      { flow: async ({ id }) => respondRefusal(new GatewayError('RATE_LIMITED', { retryAfterSeconds: 17 }), null, id) },
      { query: LOOK, variables: { id: 'o-1' } },
    ],
    ['with variables of another type', {}, { query: LOOK, variables: { id: {} } }],
    ['too costly', { env: { XINQIAO_MAX_COST: '1' } }, { query: '{ subject(id: "1") { id name } }' }],
    ['without a name for one of several', {}, { query: 'query A { search { edges { node { id } } } } query B { __typename }' }],
  ])('is answered alike when %s', async (_, given, body) => {
    const running = await startServer(given);
    servers.push(running);
    for (const accept of ['application/json', 'application/graphql-response+json']) {
      const answers = [];
      for (let time = 0; time < 3; time++) {
        const response = await running.post(body, { accept, 'x-request-id': 'request-1' });
        const { date: __, ...headers } = Object.fromEntries(response.headers);
        answers.push({ status: response.status, headers, body: await response.json() });
      }
      expect(answers[1]).toEqual(answers[0]);
      expect(answers[2]).toEqual(answers[0]);
    }
  });
});
