import { afterEach, describe, expect, test } from 'vitest';
import { GatewayError } from '../errors.ts';
import { respondRefusal } from '../respond/respond.ts';
import type { Flow } from './ask-flow.ts';
import { held, startServer, type TestServer } from './server.fixture.ts';

const servers: TestServer[] = [];
const start = async (given: Parameters<typeof startServer>[0] = {}) => {
  const started = await startServer(given);
  servers.push(started);
  return started;
};
afterEach(async () => {
  await Promise.all(servers.splice(0).map(({ server }) => server.stop()));
});

const SUBJECT = { query: 'query Look($id: ID!) { subject(id: $id) { name } }', variables: { id: 'o-1' } };

describe('operations', () => {
  test('live as long as it runs', async () => {
    const running = await start();
    expect(await (await fetch(`${running.url}/health/live`)).json()).toEqual({ live: true });
  });

  test.each([
    ['everything answers', { database: true, log: true, tax: true }, 200],
    ['a department is down: its fields are missing, the gateway is not', { database: true, log: true, tax: false }, 200],
    ['the log is down', { database: true, log: false, tax: true }, 503],
  ])('ready when %s', async (_, states, status) => {
    const checks = Object.fromEntries(Object.entries(states).map(([name, state]) => [name, async () => state]));
    const running = await start({ readiness: { checks, required: ['database', 'log'] } });
    const response = await fetch(`${running.url}/health/ready`);
    expect([response.status, await response.json()]).toEqual([status, { ready: status === 200, checks: states }]);
  });

  test('a part that fails or never says is not ready', async () => {
    const checks = { database: async () => Promise.reject(new Error('down')), log: () => new Promise<boolean>(() => {}) };
    const running = await start({ readiness: { checks, required: ['database'] } });
    expect(await (await fetch(`${running.url}/health/ready`)).json()).toEqual({
      ready: false,
      checks: { database: false, log: false },
    });
  });

  test('have a port of their own when they are given one, and then the public one has none of them', async () => {
    const running = await start({ env: { XINQIAO_OPERATIONS_PORT: '0' } });
    const statuses = (url: string) =>
      Promise.all(['/health/live', '/health/ready', '/metrics'].map(async (path) => (await fetch(url + path)).status));
    expect(await statuses(running.url)).toEqual([404, 404, 404]);
    expect(await statuses(running.server.operationsUrl)).toEqual([200, 200, 200]);
    const query = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(SUBJECT) };
    expect((await fetch(`${running.server.operationsUrl}/graphql`, query)).status).toBe(404);
    expect(running.requests).toEqual([]);
    expect((await running.post(SUBJECT)).status).toBe(200);
    await running.server.stop();
    await expect(fetch(`${running.server.operationsUrl}/health/live`)).rejects.toThrow();
  });

  test('are told on their own port that the gateway stops, while it still answers what is under way', async () => {
    const { flow, release, under } = held();
    const running = await start({ flow, env: { XINQIAO_OPERATIONS_PORT: '0' } });
    const asked = running.post(SUBJECT);
    await under;
    const stopped = running.server.stop();
    expect((await fetch(`${running.server.operationsUrl}/health/ready`)).status).toBe(503);
    release();
    expect((await asked).status).toBe(200);
    expect(await stopped).toEqual({ drained: true });
  });

  test('are where queries are unless they are given a port', async () => {
    const running = await start();
    expect(running.server.operationsUrl).toBe(running.url);
  });

  describe('count what is refused before the flow by code, and all that asked for GraphQL is put on the log:', () => {
    const post = (body: unknown, headers?: Record<string, string>) => (running: TestServer) => running.post(body, headers);
    test.each<[string, string, (running: TestServer) => Promise<Response>, Record<string, string>?]>([
      ['syntax', 'INPUT_INVALID', post({ query: '{' })],
      ['validation', 'INPUT_INVALID', post({ query: '{ nobody }' })],
      ['variables', 'INPUT_INVALID', post({ ...SUBJECT, variables: {} })],
      ['a query that is none', 'INPUT_INVALID', post({ query: 7 })],
      ['a batch', 'INPUT_INVALID', post([SUBJECT])],
      ['tokens', 'QUERY_TOO_COSTLY', post({ query: `{ ${'__typename '.repeat(20)} }` }), { XINQIAO_MAX_TOKENS: '10' }],
      ['cost', 'QUERY_TOO_COSTLY', post(SUBJECT), { XINQIAO_MAX_COST: '1' }],
      ['depth', 'QUERY_TOO_COSTLY', post(SUBJECT), { XINQIAO_MAX_DEPTH: '1' }],
      ['aliases', 'QUERY_TOO_COSTLY', post({ query: '{ a: __typename b: __typename }' }), { XINQIAO_MAX_ALIASES: '1' }],
      ['JSON', 'INPUT_INVALID', post('{')],
      ['the media type', 'INPUT_INVALID', post('{}', { 'content-type': 'text/plain' })],
      ['length', 'QUERY_TOO_COSTLY', post({ query: ' '.repeat(2_000) }), { XINQIAO_MAX_BODY_BYTES: '1024' }],
      ['the method', 'INPUT_INVALID', ({ url }) => fetch(`${url}/graphql`)],
      ['the address', 'INPUT_INVALID', ({ url }) => fetch(`${url}/nowhere`)],
    ])('%s as %s', async (what, code, ask, env = {}) => {
      const running = await start({ env });
      await (await ask(running)).text();
      const { text } = await running.metrics.expose();
      expect(text.match(/^xinqiao_rejected_requests_total\{.*$/gm)).toEqual([
        `xinqiao_rejected_requests_total{code="${code}"} 1`,
      ]);
      expect(running.requests).toEqual([]);
      expect(running.rejections.map((rejection) => rejection.code)).toEqual(what === 'the address' ? [] : [code]);
    });

    test('nothing that the flow answers, its refusals included', async () => {
      const flow: Flow = async ({ id }) => respondRefusal(new GatewayError('PURPOSE_REQUIRED'), null, id);
      const running = await start({ flow });
      expect((await running.post(SUBJECT)).status).toBe(400);
      expect((await running.metrics.expose()).text).not.toContain('xinqiao_rejected_requests_total{');
      expect(running.rejections).toEqual([]);
    });
  });

  test('a person who opens the address is told where to ask', async () => {
    const running = await start();
    expect(await (await fetch(running.url)).text()).toContain('POST /graphql');
  });
});
