import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ERRORS, type ErrorCode } from '../errors.ts';
import { RECEIPT, startServer, type TestServer } from './server.fixture.ts';

const ID_NUMBER = '11010519491231002X';
let running: TestServer;
beforeAll(async () => {
  running = await startServer({
    env: {
      XINQIAO_MAX_BODY_BYTES: '8192',
      XINQIAO_MAX_TOKENS: '400',
      XINQIAO_MAX_COST: '1000',
      XINQIAO_MAX_DEPTH: '5',
      XINQIAO_MAX_ALIASES: '3',
      XINQIAO_MAX_DIRECTIVES: '2',
    },
  });
});
afterAll(() => running.server.stop());
afterEach(() => {
  running.requests.length = 0;
  running.rejections.length = 0;
});

/** The refusal is of the closed table, JSON, with the security headers, repeats nothing, and is on the log if it asked for GraphQL. */
async function expectRefusal(response: Response, status: number, code: ErrorCode): Promise<Record<string, unknown>> {
  const text = await response.text();
  expect(text).not.toContain(ID_NUMBER);
  expect(text).not.toMatch(/node_modules|\bat \w+ \(|stacktrace/);
  expect([response.status, response.headers.get('content-type')]).toEqual([
    status,
    expect.stringMatching(/^application\/(graphql-response\+)?json; charset=utf-8$/),
  ]);
  const body = JSON.parse(text) as {
    errors: { message: string; extensions: Record<string, unknown> }[];
    extensions: { disclosure: unknown };
    data?: unknown;
  };
  expect(body).not.toHaveProperty('data');
  for (const error of body.errors) expect([error.message, error.extensions['code']]).toEqual([ERRORS[code].message, code]);
  expect(response.headers.get('x-request-id')).toMatch(/^[\w.-]{8,64}$/);
  expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  expect(running.requests).toEqual([]);
  const isGraphQL = new URL(response.url).pathname === '/graphql';
  expect(body.extensions.disclosure).toEqual({ receipt: isGraphQL ? RECEIPT : null });
  const [rejection] = running.rejections.splice(0);
  expect(rejection?.code).toBe(isGraphQL ? code : undefined);
  expect(rejection?.request.id).toBe(isGraphQL ? response.headers.get('x-request-id') : undefined);
  return body.errors[0]?.extensions ?? {};
}

describe('a hostile body', () => {
  test.each([
    ['nothing', '', 400],
    ['no JSON', '{"query":', 400],
    ['a string', '"{ __typename }"', 400],
    ['null', 'null', 400],
    ['a batch', '[{"query":"{ __typename }"}]', 400],
    ['an empty batch', '[]', 400],
    ['an empty object', '{}', 400],
    ['a poisoned prototype', '{"query":"{ __typename }","__proto__":{"admin":true}}', 400],
    ['a poisoned constructor', '{"query":"{ __typename }","constructor":{"prototype":{"admin":true}}}', 400],
    ['a parsed document', { query: { kind: 'Document', definitions: [] } }, 400],
    ['variables as text', { query: '{ __typename }', variables: '{}' }, 400],
    ['a persisted query', { extensions: { persistedQuery: { version: 1, sha256Hash: 'x' } } }, 400],
    ['two operations and no name', { query: 'query A { __typename } query B { __typename }' }, 400],
    ['a name no operation has', { query: 'query A { __typename }', operationName: ID_NUMBER }, 400],
    ['a mutation', { query: 'mutation { __typename }' }, 400],
    ['a subscription', { query: 'subscription { __typename }' }, 400],
  ])('of %s is INPUT_INVALID', async (_, body, status) => {
    await expectRefusal(await running.post(body), status, 'INPUT_INVALID');
  });

  test('longer than the limit is QUERY_TOO_COSTLY, 413', async () => {
    await expectRefusal(
      await running.post({ query: '{ __typename }', variables: { x: 'x'.repeat(9_000) } }),
      413,
      'QUERY_TOO_COSTLY',
    );
  });

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/graphql',
    'text/json',
    'x',
  ])('of type %s, which a foreign page can send or nobody should, is 415', async (type) => {
    await expectRefusal(await running.post('{"query":"{ __typename }"}', { 'content-type': type }), 415, 'INPUT_INVALID');
  });

  test('compressed is not read', async () => {
    await expectRefusal(await running.post('\u001f\u008b\b', { 'content-encoding': 'gzip' }), 400, 'INPUT_INVALID');
  });
});

describe('values of the request are never repeated', () => {
  test.each([
    [
      'a variable of the wrong type',
      { query: 'query($y: Int) { subject(id: "o-1", year: $y) { id } }', variables: { y: ID_NUMBER } },
    ],
    [
      'a variable that is no enum value',
      { query: 'query($k: Kind) { subject(id: "o-1", kind: $k) { id } }', variables: { k: ID_NUMBER } },
    ],
    ['an object for an id', { query: 'query($id: ID!) { subject(id: $id) { id } }', variables: { id: { n: ID_NUMBER } } }],
    ['a missing variable', { query: 'query($id: ID!) { subject(id: $id) { id } }' }],
    ['a literal of the wrong type', { query: `{ subject(id: "o-1", year: "${ID_NUMBER}") { id } }` }],
    ['a literal that is no enum value', { query: `{ subject(id: "o-1", kind: "${ID_NUMBER}") { id } }` }],
    ['a default of the wrong type', { query: `query($y: Int = "${ID_NUMBER}") { subject(id: "o-1", year: $y) { id } }` }],
    ['a syntax error at a string', { query: `{ subject("${ID_NUMBER}") { id } }` }],
    ['a string without an end', { query: `{ subject(id: "${ID_NUMBER}` }],
  ])('%s', async (_, body) => {
    await expectRefusal(await running.post(body), 400, 'INPUT_INVALID');
    expect(running.log()).not.toContain(ID_NUMBER);
  });

  test('names of the schema are, because they help and are public', async () => {
    const { reason } = await expectRefusal(
      await running.post({ query: '{ subject(id: "o-1") { nmae } }' }),
      400,
      'INPUT_INVALID',
    );
    expect(reason).toBe('Cannot query field "nmae" on type "Subject". Did you mean "name"?');
  });

  test('but production suggests none', async () => {
    const production = await startServer({ env: { NODE_ENV: 'production', XINQIAO_ISSUER: 'i', XINQIAO_AUDIENCE: 'a' } });
    const response = await production.post({ query: '{ subject(id: "o-1") { nmae } }' });
    expect(JSON.stringify(await response.json())).not.toContain('Did you mean');
    expect(response.headers.get('strict-transport-security')).toBe('max-age=31536000');
    await production.server.stop();
  });

  test('a faulty document is a 200 in the older media type', async () => {
    const response = await running.post({ query: '{ nobody }' }, { accept: 'application/json' });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'INPUT_INVALID' } }] });
  });
});

describe('an expensive query is QUERY_TOO_COSTLY and names the limit', () => {
  const spreads = Array.from(
    { length: 12 },
    (_, i) => `fragment F${i} on Subject { name ${i < 11 ? `...F${i + 1} ...F${i + 1}` : ''} }`,
  ).join(' ');
  test.each([
    ['depth', '{ subject(id: "1") { partner { partner { partner { partner { partner { id } } } } } } }'],
    [
      'depth',
      '{ subject(id: "1") { ...A } } fragment A on Subject { partner { ...B } } fragment B on Subject { partner { partner { partner { partner { id } } } } }',
    ],
    ['aliases', '{ a: __typename b: __typename c: __typename d: __typename }'],
    ['directives', '{ __typename @skip(if: false) @include(if: true) x: __typename @skip(if: false) }'],
    ['repeats', `{ ${'__typename '.repeat(202)} }`],
    ['cost', '{ search(first: 1000) { edges { node { id } } } }'],
    ['cost', 'query($n: Int = 1000) { search(first: $n) { edges { node { id } } } }'],
    ['cost', '{ search { edges { node { records(first: 100) { number } } } } }'],
    ['cost', `query($ids: [ID!]!) { subjects(ids: $ids) { id name records { number } } }`],
  ])('%s: %s', async (limit, query) => {
    const response = await running.post({ query, variables: { ids: Array.from({ length: 100 }, (_, i) => String(i)) } });
    expect(await expectRefusal(response, 400, 'QUERY_TOO_COSTLY')).toMatchObject({ limit });
  });

  test('tokens: more than the parser may read', async () => {
    await expectRefusal(await running.post({ query: `{ ${'id '.repeat(401)} }` }), 400, 'QUERY_TOO_COSTLY');
  });

  test('cyclic fragments are a fault of the document, not a loop', async () => {
    await expectRefusal(
      await running.post({
        query: '{ subject(id: "1") { ...A } } fragment A on Subject { ...B } fragment B on Subject { ...A }',
      }),
      400,
      'INPUT_INVALID',
    );
  });

  test('fragments that double at each of twelve levels are counted in no time', async () => {
    const startedAt = performance.now();
    const response = await running.post({ query: `{ subject(id: "1") { ...F0 } } ${spreads}` });
    expect(await expectRefusal(response, 400, 'QUERY_TOO_COSTLY')).toMatchObject({ limit: 'cost' });
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });
});

describe('a hostile header', () => {
  test.each([
    ['too short', 'abc'],
    ['a line of the log', 'x"} {"level":60'],
    ['too long', 'x'.repeat(65)],
    ['a resident number', '11010519491231002X'],
    ['not ASCII', 'id-\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9'],
  ])('X-Request-Id that is %s is replaced', async (_, given) => {
    const response = await running.post({ query: '{ __typename }' }, { 'x-request-id': given });
    expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('X-Request-Id of the accepted form is kept, and reaches the flow', async () => {
    const response = await running.post({ query: '{ __typename }' }, { 'x-request-id': 'trace-0123.456' });
    expect([response.headers.get('x-request-id'), running.requests[0]?.id]).toEqual(['trace-0123.456', 'trace-0123.456']);
  });

  test.each(['image/png', 'text/html', 'application/json; charset=gbk', 'application/json;q=0', 'nonsense'])(
    'Accept that names nothing we speak, %s, is 406, and nothing was asked however often it comes',
    async (accept) => {
      const before = running.requests.length;
      for (let time = 0; time < 2; time++) {
        const response = await running.post({ query: '{ __typename }' }, { accept });
        expect(response.status).toBe(406);
        expect(response.headers.get('x-request-id')).not.toBeNull();
        expect(await response.json()).toMatchObject({
          errors: [{ extensions: { code: 'INPUT_INVALID', reason: expect.stringContaining('application/json') } }],
          extensions: { disclosure: { receipt: RECEIPT } },
        });
      }
      expect(running.requests).toHaveLength(before);
    },
  );

  test.each([
    ['too large', `POST /graphql HTTP/1.1\r\nhost: x\r\nx-purpose: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
    ['no HTTP', `${ID_NUMBER}\r\n\r\n`, 400],
    [
      'both length and chunks',
      'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n',
      400,
    ],
  ])('what is %s gets a code and the connection closed', async (_, text, status) => {
    const { port } = new URL(running.url);
    const answer = await new Promise<string>((resolve) => {
      let received = '';
      const socket = connect(Number(port), '127.0.0.1', () => socket.write(text));
      socket.on('data', (chunk) => (received += String(chunk))).on('close', () => resolve(received));
    });
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).toContain('"code":"INPUT_INVALID"');
    expect(answer).not.toContain(ID_NUMBER);
  });
});

describe('another address or method', () => {
  test.each(['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('%s /graphql is 405 and names POST', async (method) => {
    const response = await fetch(`${running.url}/graphql?query={__typename}`, { method });
    expect(response.headers.get('allow')).toBe('POST');
    await expectRefusal(response, 405, 'INPUT_INVALID');
  });

  test.each(['/graphql/', '/GraphQL', '/admin', '/..%2f..%2fetc/passwd', `/subject/${ID_NUMBER}`])('%s is 404', async (path) => {
    await expectRefusal(await fetch(`${running.url}${path}`, { method: 'POST' }), 404, 'INPUT_INVALID');
  });

  test('an address that cannot be decoded is 400', async () => {
    await expectRefusal(await fetch(`${running.url}/%E0%A4%A`), 400, 'INPUT_INVALID');
  });

  test('no answer may be stored, framed or read by another origin', async () => {
    const { headers } = await running.post({ query: '{ __typename }' }, { origin: 'https://evil.example' });
    expect(Object.fromEntries(headers)).toMatchObject({
      'cache-control': 'no-store',
      'x-frame-options': 'DENY',
      'cross-origin-resource-policy': 'same-origin',
    });
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('a fault of ours', () => {
  test('is INTERNAL, says nothing, and is logged with the request id but without its text', async () => {
    const broken = await startServer({ flow: async () => Promise.reject(new TypeError(`cannot read ${ID_NUMBER}`)) });
    const response = await broken.post(
      { query: `{ subject(id: "${ID_NUMBER}") { id } }` },
      { 'x-request-id': 'request-77', authorization: 'Bearer secret-token' },
    );
    await broken.server.stop();
    expect(response.status).toBe(500);
    expect(await response.json()).toEqual({ errors: [{ message: ERRORS.INTERNAL.message, extensions: { code: 'INTERNAL' } }] });
    expect(broken.log()).toContain('"requestId":"request-77"');
    expect(broken.log()).toContain('TypeError');
    expect(broken.log()).not.toMatch(new RegExp(`${ID_NUMBER}|secret-token`));
  });
});
