import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { gathered } from '../after-turns.fixture.ts';
import { GatewayError } from '../errors.ts';
import type { QueryRequest } from '../request.ts';
import { respondRefusal } from '../respond/respond.ts';
import type { Flow } from './ask-flow.ts';
import { held, revealAll, startServer, type TestServer } from './server.fixture.ts';

const servers: TestServer[] = [];
const start = async (given: Parameters<typeof startServer>[0] = {}) => {
  const started = await startServer(given);
  servers.push(started);
  return started;
};
afterEach(async () => {
  await Promise.all(servers.splice(0).map(({ server }) => server.stop()));
});

const SUBJECT = {
  query: 'query Look($id: ID!) { subject(id: $id) { name } }',
  variables: { id: 'o-1' },
  extensions: { purpose: 'BIDDING' },
};

describe('a query over HTTP', () => {
  test.each([
    { trusted: '', address: '127.0.0.1' },
    { trusted: '127.0.0.0/8', address: '203.0.113.9' },
    { trusted: '10.0.0.0/8', address: '127.0.0.1' },
  ])('is counted by the address $address where the proxies trusted are "$trusted"', async ({ trusted, address }) => {
    const running = await start({ env: { XINQIAO_TRUSTED_PROXIES: trusted } });
    await running.post(SUBJECT, { 'x-forwarded-for': '203.0.113.9' });
    expect(running.requests[0]?.clientAddress).toBe(address);
  });

  test('reaches the flow parsed, coerced and with its own hash, and its answer comes back', async () => {
    const running = await start();
    const response = await running.post(SUBJECT, { 'x-purpose': 'BIDDING', 'x-matter': '%E9%B2%81' });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      data: { subject: { name: 'name of o-1' } },
      extensions: { disclosure: { receipt: { index: '0' } } },
    });
    const [request] = running.requests;
    expect(request).toMatchObject({
      operationName: 'Look',
      variables: { id: 'o-1' },
      extensions: { purpose: 'BIDDING' },
      receivedAt: 1_700_000_000_000,
    });
    expect(request?.documentHash).toMatch(/^[0-9a-f]{64}$/);
    expect([request?.header('x-purpose'), request?.header('x-matter'), request?.header('x-none')]).toEqual([
      'BIDDING',
      '%E9%B2%81',
      undefined,
    ]);
    expect(request?.signal.aborted).toBe(false);
  });

  test('introspection reaches the flow like any other query: it decides who may look', async () => {
    const running = await start();
    await running.post({ query: '{ __schema { queryType { name } } }' });
    expect(running.requests).toHaveLength(1);
  });

  test('defaults of variables are filled in before the flow', async () => {
    const running = await start();
    await running.post({ query: 'query($shown: Boolean = false) { search { edges { node { id @include(if: $shown) } } } }' });
    expect(running.requests[0]?.variables).toEqual({ shown: false });
  });

  test.each([
    ['UNAUTHENTICATED', 401, null],
    ['PURPOSE_FORBIDDEN', 403, null],
    ['RATE_LIMITED', 429, '17'],
    ['LOG_UNAVAILABLE', 503, '5'],
    ['INTERNAL', 500, null],
  ] as const)('a refusal with %s is %i to both media types', async (code, status, retryAfter) => {
    const running = await start({
      flow: async ({ id }) =>
        respondRefusal(new GatewayError(code, code === 'RATE_LIMITED' ? { retryAfterSeconds: 17 } : {}), null, id),
    });
    for (const accept of ['application/json', 'application/graphql-response+json']) {
      const response = await running.post(SUBJECT, { accept, 'x-request-id': 'request-1' });
      expect([response.status, response.headers.get('retry-after')]).toEqual([status, retryAfter]);
      const body = (await response.json()) as { errors: { extensions: object }[] };
      expect(body).not.toHaveProperty('data');
      expect(body.errors[0]?.extensions).toMatchObject({ code, requestId: 'request-1' });
    }
  });

  test('what the flow says in headers leaves with a release as with a refusal', async () => {
    const headers = { ratelimit: '"requests";r=1;t=9', 'ratelimit-policy': '"requests";q=2;w=3600' };
    for (const flow of [
      async (request: QueryRequest) => ({ ...(await revealAll(request)), headers }),
      async ({ id }: QueryRequest) => ({ ...respondRefusal(new GatewayError('PURPOSE_FORBIDDEN'), null, id), headers }),
    ]) {
      const response = await (await start({ flow })).post(SUBJECT);
      expect(Object.fromEntries(response.headers)).toMatchObject(headers);
    }
  });

  test('a partial answer is a 200 with an error that names the department and the path', async () => {
    const error = {
      message: 'x',
      path: ['subject', 'tax'],
      extensions: { code: 'DEPARTMENT_UNAVAILABLE', department: 'tax' },
    } as const;
    const running = await start({ flow: async (request) => ({ ...(await revealAll(request)), errors: [error] }) });
    const response = await running.post(SUBJECT);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      data: { subject: { name: 'name of o-1' } },
      errors: [{ path: ['subject', 'tax'], extensions: { code: 'DEPARTMENT_UNAVAILABLE', department: 'tax' } }],
    });
  });

  test('a client that goes away aborts its own query', async () => {
    const { flow, under, release, aborted } = held();
    const running = await start({ flow });
    const client = new AbortController();
    const response = fetch(`${running.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(SUBJECT),
      signal: client.signal,
    });
    await under;
    const gone = new Promise((resolve) => running.requests[0]?.signal.addEventListener('abort', () => resolve(undefined)));
    client.abort();
    await expect(response).rejects.toThrow();
    await gone;
    expect(aborted).toHaveLength(1);
    release();
  });

  test('a query that takes longer than its time is told to stop', async () => {
    const flow: Flow = (request) =>
      new Promise((resolve) => request.signal.addEventListener('abort', () => resolve(revealAll(request))));
    const running = await start({ flow, env: { XINQIAO_REQUEST_TIMEOUT_MS: '100' } });
    expect((await running.post(SUBJECT)).status).toBe(200);
  });

  test('one more than there is room for is OVERLOADED and told when to come back', async () => {
    const { flow, under, release } = held();
    const running = await start({ flow, env: { XINQIAO_MAX_IN_FLIGHT: '1' } });
    const first = running.post(SUBJECT);
    await under;
    const second = await running.post(SUBJECT);
    expect([second.status, second.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await second.json()).toMatchObject({ errors: [{ extensions: { code: 'OVERLOADED' } }] });
    release();
    expect((await first).status).toBe(200);
    expect((await running.post(SUBJECT)).status).toBe(200);
  });
});

describe('a request refused before the flow', () => {
  const TOO_DEEP = { query: '{ subject(id: "1") { partner { id } } }' };
  const refusals: [string, (running: TestServer) => Promise<Response>][] = [
    ['by Apollo Server', ({ post }) => post(TOO_DEEP)],
    ['by HTTP', ({ post }) => post('{')],
  ];

  test.each(refusals)('%s is LOG_UNAVAILABLE when it cannot be recorded', async (_, ask) => {
    const recordRejection = () => Promise.reject(new GatewayError('LOG_UNAVAILABLE'));
    const response = await ask(await start({ recordRejection, env: { XINQIAO_MAX_DEPTH: '1' } }));
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
    const body = (await response.json()) as { errors: unknown[] };
    expect(body).toMatchObject({ extensions: { disclosure: { receipt: null } } });
    expect(body.errors).toMatchObject([{ extensions: { code: 'LOG_UNAVAILABLE' } }]);
  });

  test.each(refusals)('%s has no receipt while it is only counted', async (_, ask) => {
    const response = await ask(await start({ recordRejection: async () => null, env: { XINQIAO_MAX_DEPTH: '1' } }));
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ extensions: { disclosure: { receipt: null } } });
  });

  test.each([
    ['is told by the hash of its document', TOO_DEEP, createHash('sha256').update(TOO_DEEP.query).digest('hex')],
    ['that holds no document has no hash', {}, null],
  ])('%s', async (_, body, documentHash) => {
    const running = await start({ env: { XINQIAO_MAX_DEPTH: '1' } });
    await running.post(body, { authorization: 'Bearer x' });
    expect(running.rejections[0]?.request).toMatchObject({ documentHash, clientAddress: '127.0.0.1' });
    expect(running.rejections[0]?.request.header('authorization')).toBe('Bearer x');
  });
});

describe('shutdown', () => {
  test('answers what is under way, its log entries included, and accepts nothing more', async () => {
    const { flow, under, release, appended } = held();
    const running = await start({ flow });
    const response = running.post(SUBJECT);
    await under;
    const stopped = running.server.stop();
    await gathered();
    await expect(fetch(`${running.url}/health/live`, { headers: { connection: 'close' } })).rejects.toThrow();
    expect(appended).toEqual([]);
    release();
    expect((await response).headers.get('connection')).toBe('close');
    expect(await stopped).toEqual({ drained: true });
    expect(appended).toHaveLength(1);
  });

  test('finishes the entry of a client that has already gone', async () => {
    const { flow, under, release, appended } = held();
    const running = await start({ flow });
    const client = new AbortController();
    const response = fetch(`${running.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(SUBJECT),
      signal: client.signal,
    });
    await under;
    client.abort();
    await expect(response).rejects.toThrow();
    const stopped = running.server.stop();
    release();
    expect(await stopped).toEqual({ drained: true });
    expect(appended).toHaveLength(1);
  });

  test('aborts what the grace does not suffice for', async () => {
    const { flow, under, release, aborted } = held();
    const running = await start({ flow, env: { XINQIAO_SHUTDOWN_GRACE_MS: '50' } });
    const response = running.post(SUBJECT);
    await under;
    const failed = response.then(
      () => false,
      () => true,
    );
    expect(await running.server.stop()).toEqual({ drained: false });
    expect(await failed).toBe(true);
    expect(aborted).toHaveLength(1);
    release();
  });

  test('answers what has arrived on a kept connection and was not read yet, and ends the connection with it', async () => {
    const running = await start();
    const { port } = new URL(running.url);
    const socket = connect(Number(port), '127.0.0.1').setEncoding('utf8');
    const body = JSON.stringify(SUBJECT);
    const request = `POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
    socket.write(request);
    expect((await once(socket, 'data'))[0]).toMatch(/^HTTP\/1\.1 200 .*connection: keep-alive/is);
    const answered = once(socket, 'data');
    const ended = once(socket, 'end');
    socket.write(request);
    expect(await running.server.stop()).toEqual({ drained: true });
    expect((await answered)[0]).toMatch(/^HTTP\/1\.1 200 .*connection: close/is);
    await ended;
  });

  test('an idle connection does not hold it up', async () => {
    const running = await start();
    await running.post(SUBJECT);
    expect(await running.server.stop()).toEqual({ drained: true });
  });
});
