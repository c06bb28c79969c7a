import { Agent, request } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import type { Queryable } from '../../database/db.ts';
import { CONTEXT_HEADER } from '../../schema/signed-context.ts';
import { tax } from '../tax/department.ts';
import { serveSubgraph } from './serve.ts';
import type { ServedSubgraph } from './serve.ts';
import { CALLERS, madeUpId, testSubgraph } from './test-subgraph.ts';

const EMPTY: Queryable = { query: async () => ({ rows: [] }) };
let served: ServedSubgraph;
afterEach(() => served.close());

async function start({ db = EMPTY, isReady = async () => true } = {}) {
  const department = testSubgraph(tax, db);
  served = await serveSubgraph(department.subgraph, { host: '127.0.0.1', port: 0, graceMs: 2_000, isReady });
  const post = async (
    body: string,
    token: string | undefined = department.sign(CALLERS.clerk),
    headers: Record<string, string> = {},
  ) => {
    const response = await fetch(served.url, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...(token !== '' && { [CONTEXT_HEADER]: token }), ...headers },
    });
    const text = await response.text();
    return { status: response.status, text, code: /"code":"([A-Z_]+)"/.exec(text)?.[1] };
  };
  return { ...department, post };
}
const get = async (path: string) => (await fetch(new URL(path, served.url))).status;
const operation = (query: string, variables = {}) => JSON.stringify({ query, variables });

test('answers an operation with a signed context', async () => {
  const { post } = await start();
  const query = 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on CreditSubject { tax { payments { month } } } } }';
  const { status, text } = await post(operation(query, { r: [{ __typename: 'CreditSubject', id: madeUpId('A') }] }));
  expect([status, JSON.parse(text)]).toEqual([200, { data: { _entities: [{ tax: { payments: [] } }] } }]);
});

test.each([
  ['no context', '', 'CONTEXT_REQUIRED'],
  ['a context that is none', 'hello', 'CONTEXT_INVALID'],
])('answers 401 to %s, whatever the body', async (_, token, code) => {
  const { post, statements } = await start();
  for (const body of [operation('{ __schema { types { name } } }'), operation('{ _service { sdl } }'), 'not JSON', '']) {
    expect(await post(body, token)).toMatchObject({ status: 401, code });
  }
  expect(statements).toEqual([]);
});

test('gives the code of a refused purpose, with the status its media type asks for', async () => {
  const { post, sign } = await start();
  const token = sign({ ...CALLERS.clerk, purpose: 'DOUBLE_RANDOM' });
  expect(await post(operation('{ __typename }'), token, { accept: 'application/json' })).toMatchObject({
    status: 200,
    code: 'PURPOSE_NOT_ACCEPTED',
  });
  expect(await post(operation('{ __typename }'), token, { accept: 'application/graphql-response+json' })).toMatchObject({
    status: 400,
    code: 'PURPOSE_NOT_ACCEPTED',
  });
});

test.each([
  ['broken JSON', '{', {}, 400],
  ['another content type', 'query={__typename}', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
  ['no operation', '{}', {}, 400],
  ['a body over a megabyte', operation(`{ ${' '.repeat(1_100_000)} }`), {}, 413],
])('refuses %s', async (_, body, headers, status) => {
  const { post } = await start();
  expect((await post(body, undefined, headers)).status).toBe(status);
});

test('says whether it lives and whether it can answer, and nothing elsewhere', async () => {
  let ready = true;
  await start({ isReady: async () => (ready ? true : Promise.reject(new Error('no database'))) });
  expect(await Promise.all(['/health/live', '/health/ready', '/', '/graphql/x'].map(get))).toEqual([200, 200, 404, 404]);
  ready = false;
  expect(await Promise.all(['/health/live', '/health/ready'].map(get))).toEqual([200, 503]);
});

test('finishes what is in flight before it closes, and takes nothing new, on a connection that is kept either', async () => {
  let release = () => {};
  const reading = new Promise<void>((started) => {
    void start({
      db: {
        query: () =>
          new Promise((resolve) => {
            release = () => resolve({ rows: [] });
            started();
          }),
      },
    }).then(({ sign }) => send(sign(CALLERS.clerk)));
  });
  const answered = new Promise<Answered>((resolve) => {
    answers = resolve;
  });
  await reading;
  const { url } = served;
  const closed = served.close();
  await expect(fetch(url)).rejects.toThrow('fetch failed');
  release();
  expect(await answered).toEqual({ status: 200, connection: 'close' });
  await closed;
});

interface Answered {
  status: number | undefined;
  connection: string | undefined;
}
let answers: (answer: Answered) => void;

function send(token: string): void {
  const query = `{ _entities(representations: [{ __typename: "CreditSubject", id: "${madeUpId('A')}" }]) { ... on CreditSubject { tax { hasArrears } } } }`;
  const outgoing = request(
    served.url,
    {
      method: 'POST',
      agent: new Agent({ keepAlive: true }),
      headers: { 'content-type': 'application/json', [CONTEXT_HEADER]: token },
    },
    (incoming) => {
      incoming.resume().once('end', () => answers({ status: incoming.statusCode, connection: incoming.headers.connection }));
    },
  );
  outgoing.end(operation(query));
}
