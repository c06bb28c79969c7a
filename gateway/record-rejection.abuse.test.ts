import { afterAll, expect, test } from 'vitest';
import { CLERK, NOW_SECONDS, testAuthentication } from '../test/support/authentication.ts';
import { signToken, testIssuer } from '../test/support/tokens.ts';
import type { Edition } from './editions/edition.ts';
import type { QueryLogEntry } from './querylog/entry.ts';
import { createRefusalLog } from './querylog/refusal-log.ts';
import { createRecordRejection } from './record-rejection.ts';
import { held, revealAll, startServer, type TestServer } from './server/server.fixture.ts';

const SECRET = '11010519491231002X';
const issuer = testIssuer('k1');
const TOKEN = { authorization: `Bearer ${signToken(issuer, CLERK)}` };

const entries: QueryLogEntry[] = [];
const { authenticate, state } = testAuthentication([issuer]);
const queryLog = {
  append: async (entry: QueryLogEntry) => ({ origin: 'x', index: String(entries.push(entry) - 1), leafHash: 'aa' }),
};
const refusalLog = createRefusalLog({ queryLog, clock: () => NOW_SECONDS * 1000 });
const edition = { policy: { hash: 'a'.repeat(64) } } as Edition;
const editions = { current: () => edition, of: () => edition };
const recordRejection = createRecordRejection({ editions, authenticate, refusalLog });

const running: TestServer[] = [];
afterAll(() => Promise.all(running.map(({ server }) => server.stop())));
async function start(env: Record<string, string>, flow = revealAll): Promise<TestServer> {
  const started = await startServer({ recordRejection, env, flow });
  running.push(started);
  return started;
}

const JUNK: [code: string, body: unknown, headers?: Record<string, string>][] = [
  ['INPUT_INVALID', { query: `{ subject(id: "${SECRET}` }],
  ['INPUT_INVALID', { query: `query Q${SECRET} { nobody(id: "${SECRET}") }`, operationName: SECRET }],
  ['INPUT_INVALID', `{"query": "${SECRET}`],
  ['INPUT_INVALID', { query: '{ __typename }', variables: SECRET }],
  ['INPUT_INVALID', SECRET, { 'content-type': 'text/plain' }],
  ['QUERY_TOO_COSTLY', { query: '{ __typename }', variables: { x: SECRET.repeat(100) } }],
  ['QUERY_TOO_COSTLY', { query: `{ ${'a '.repeat(200)} }` }],
];

test('a flood of junk makes an entry a minute for each caller and code, with nothing of the junk in it', async () => {
  const { post } = await start({ XINQIAO_MAX_BODY_BYTES: '1024', XINQIAO_MAX_TOKENS: '100' });
  const callers = [{}, TOKEN, { authorization: `Bearer ${SECRET}` }];
  for (let round = 0; round < 10; round++) {
    for (const identity of callers) {
      for (const [code, body, headers] of JUNK) {
        const address = { 'x-forwarded-for': `203.0.113.${round}` };
        const response = await post(body, { ...headers, ...identity, ...address });
        expect(await response.json()).toMatchObject({ errors: [{ extensions: { code } }] });
      }
    }
  }
  await refusalLog.close();
  const told = entries.map(({ caller, code, count = 1 }) => [caller?.operator ?? caller?.actor ?? null, code, count]);
  expect(told).toEqual([
    ['PUBLIC', 'INPUT_INVALID', 1],
    ['PUBLIC', 'QUERY_TOO_COSTLY', 1],
    ['zhang.li', 'INPUT_INVALID', 1],
    ['zhang.li', 'QUERY_TOO_COSTLY', 1],
    [null, 'INPUT_INVALID', 1],
    [null, 'QUERY_TOO_COSTLY', 1],
    ['PUBLIC', 'INPUT_INVALID', 49],
    ['PUBLIC', 'QUERY_TOO_COSTLY', 19],
    ['zhang.li', 'INPUT_INVALID', 49],
    ['zhang.li', 'QUERY_TOO_COSTLY', 19],
    [null, 'INPUT_INVALID', 49],
    [null, 'QUERY_TOO_COSTLY', 19],
  ]);
  expect(JSON.stringify(entries)).not.toContain(SECRET);
});

test('a gateway at capacity checks no signature of those it turns away', async () => {
  const { flow, under, release } = held();
  const { post } = await start({ XINQIAO_MAX_IN_FLIGHT: '1' }, flow);
  const first = post({ query: '{ __typename }' });
  await under;
  const lookups = state.lookups;
  expect((await post({ query: '{ __typename }' }, TOKEN)).status).toBe(503);
  expect(entries.at(-1)).toMatchObject({ caller: null, code: 'OVERLOADED', decision: 'FAILED' });
  expect(state.lookups).toBe(lookups);
  release();
  await first;
});
