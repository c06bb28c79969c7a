import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DepartmentTransport } from './department-transport.ts';
import { toByteText } from '../byte-text.ts';
import { overHttp } from './http.ts';

let server: Server;
let transport: DepartmentTransport;
let handle: (request: IncomingMessage, response: ServerResponse) => void;
let received: { url?: string | undefined; headers: IncomingMessage['headers']; body: string }[];

beforeEach(async () => {
  received = [];
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    received.push({ url: request.url, headers: request.headers, body });
    handle(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  transport = overHttp(`http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql?v=1`, { maxResponseBytes: 1_000 });
});
afterEach(async () => {
  await transport.close();
  server.closeAllConnections();
  server.close();
});

const reply = (status: number, headers: Record<string, string>, body: string) => {
  handle = (_, response) => response.writeHead(status, headers).end(body);
};
const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };
const send = (signal = new AbortController().signal) =>
  transport.send(
    { query: '{ a }', variables: { id: 'o-1' }, operationName: 'A' },
    { contextToken: 'jwt', requestId: 'r-1', signal },
  );

describe('a department over HTTP', () => {
  test('gets the request, the signed context and the request id, and no credentials of the client', async () => {
    reply(200, JSON_TYPE, '{"data":{"a":1}}');
    expect(await send()).toEqual({ data: { a: 1 }, errors: [] });
    expect(received[0]).toMatchObject({
      url: '/graphql?v=1',
      headers: { 'x-xinqiao-context': 'jwt', 'x-request-id': 'r-1', 'content-type': 'application/json' },
    });
    expect(JSON.parse(received[0]?.body ?? '')).toEqual({ query: '{ a }', variables: { id: 'o-1' }, operationName: 'A' });
    expect(received[0]?.headers).not.toHaveProperty('authorization');
  });

  test('is asked for no compression, and may start with a byte order mark', async () => {
    reply(200, JSON_TYPE, '\uFEFF{"data":{"a":1}}');
    expect(await send()).toEqual({ data: { a: 1 }, errors: [] });
    expect(received[0]?.headers['accept-encoding']).toBe('identity');
  });

  test.each([
    'application/json',
    'application/json;charset=UTF8',
    'Application/JSON; charset="utf-8"',
    'application/graphql-response+json; v=1',
  ])('may say that it answers %s', async (type) => {
    reply(200, { 'content-type': type }, '{"data":{"a":1}}');
    expect(await send()).toEqual({ data: { a: 1 }, errors: [] });
  });

  test.each(['{"data":{"name":"云汀"}}', '{"data":{"name":"\\u4e91汀"}}'])('has its texts as byte texts: %s', async (body) => {
    reply(200, JSON_TYPE, body);
    expect(await send()).toEqual({ data: { name: toByteText('云汀') }, errors: [] });
  });

  test('whatever its status, a GraphQL answer is an answer, without its texts', async () => {
    reply(
      401,
      { 'content-type': 'application/graphql-response+json' },
      '{"errors":[{"message":"token of 张三","extensions":{"code":"CONTEXT_INVALID","at":"10.0.0.1"}}]}',
    );
    expect(await send()).toEqual({ data: null, errors: [{ code: 'CONTEXT_INVALID' }] });
  });

  test.each([
    ['a redirect', 302, { location: 'http://169.254.169.254/' }, '', false],
    ['a page', 200, { 'content-type': 'text/html' }, '<html>', false],
    ['no content type', 200, {}, '{"data":{}}', false],
    ['a type that only looks like JSON', 200, { 'content-type': 'application/jsonp' }, '{"data":{}}', false],
    ['another charset', 200, { 'content-type': 'application/json;charset="GBK"' }, '{"data":{}}', false],
    ['broken JSON', 200, JSON_TYPE, '{"data":', false],
    ['JSON that is no answer', 200, JSON_TYPE, '[1]', false],
    ['more than it may', 200, JSON_TYPE, `{"data":{"a":"${'x'.repeat(1_000)}"}}`, false],
    ['more than it says it may', 200, { ...JSON_TYPE, 'content-length': '1001' }, '', false],
    ['a compressed body, whatever it unpacks to', 200, { ...JSON_TYPE, 'content-encoding': 'gzip' }, '{"data":{}}', false],
    ['busy', 503, JSON_TYPE, '{"data":{"a":1}}', true],
    ['too many requests', 429, { 'content-type': 'text/plain' }, 'slow down', true],
    ['a page about its fault', 500, { 'content-type': 'text/html' }, '<html>', true],
  ])('that answers with %s is refused, and followed nowhere', async (_, status, headers, body, retryable) => {
    reply(status, headers as Record<string, string>, body);
    await expect(send()).rejects.toMatchObject({ name: 'TransportError', retryable });
    expect(received).toHaveLength(1);
  });

  test('that answers with too much has answered: it is not the one at fault', async () => {
    reply(200, JSON_TYPE, `{"data":{"a":"${'x'.repeat(1_000)}"}}`);
    await expect(send()).rejects.toMatchObject({ tooLong: true });
    reply(200, JSON_TYPE, '{"data":');
    await expect(send()).rejects.toMatchObject({ tooLong: false });
  });

  test('that hangs up is worth a second attempt', async () => {
    handle = (request) => request.socket.destroy();
    await expect(send()).rejects.toMatchObject({ name: 'TransportError', retryable: true });
  });

  test('is let go as soon as the client has gone', async () => {
    const client = new AbortController();
    const gone = new Promise((resolve) => {
      handle = (request) => {
        request.socket.once('close', resolve);
        client.abort();
      };
    });
    await expect(send(client.signal)).rejects.toThrow();
    await gone;
  });

  test.each([
    [200, true],
    [503, false],
  ])('says by status %i of /health/ready whether it is ready', async (status, ready) => {
    reply(status, {}, '');
    expect(await transport.ready(new AbortController().signal)).toBe(ready);
    expect(received[0]?.url).toBe('/health/ready');
  });

  test('that cannot be reached is not ready', async () => {
    server.closeAllConnections();
    server.close();
    expect(await transport.ready(new AbortController().signal)).toBe(false);
  });
});
