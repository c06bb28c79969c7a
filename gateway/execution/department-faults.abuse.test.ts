import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Written } from '../written.ts';
import { releaseEntry } from '../querylog/make-entry.ts';
import { clerk, type FakeDepartment, fakeDepartment, operation, SUPERGRAPH } from './city.fixture.ts';
import { createDepartments } from './department-execution.ts';
import { overHttp } from './http.ts';
import { PARSED_FIRST } from './passages/recognize.ts';

const TIMEOUT_MS = 10_000;
const MAX_BYTES = 100_000;
const QUESTION = operation('{ subjects(ids: ["o-1", "o-2"]) { name tax { hasArrears } } }');
const JSON_TYPE = { 'content-type': 'application/json' };
const ENTITY = { tax: { hasArrears: true } };

let registry: FakeDepartment;
let server: Server;
let arrived: number;
let onArrival: () => void;
let bytesTaken: number;
let fault: (response: ServerResponse, request: IncomingMessage) => void;
let outcomes: string[];
let departments: ReturnType<typeof createDepartments>;

beforeEach(async () => {
  arrived = 0;
  bytesTaken = 0;
  onArrival = () => {};
  outcomes = [];
  server = createServer(async (request, response) => {
    for await (const _ of request);
    arrived++;
    fault(response, request);
    onArrival();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
  registry = fakeDepartment('registry');
  departments = createDepartments({
    departments: { registry, tax: overHttp(url, { maxResponseBytes: MAX_BYTES, connections: 4 }) },
    signContext: () => 'jwt',
    clock: () => 0,
    timeouts: { department: TIMEOUT_MS },
    observe: ({ department, outcome }) => department === 'tax' && outcomes.push(outcome),
  });
});
afterEach(async () => {
  vi.useRealTimers();
  await departments.close();
  server.closeAllConnections();
  server.close();
});

const ask = async (city = departments.over(SUPERGRAPH)) => {
  const answer = (await city.execute(QUESTION, {}, clerk())).complete();
  // What passed unread is read here.
  return { ...answer, data: JSON.parse(JSON.stringify(answer.data)) as typeof answer.data };
};
const json = (body: unknown) => (response: ServerResponse) => response.writeHead(200, JSON_TYPE).end(JSON.stringify(body));
const answers = (status: number, headers: Record<string, string>, body: string | Buffer) => (response: ServerResponse) =>
  response.writeHead(status, headers).end(body);
/** As long as the other side takes it. */
const endlessly = (response: ServerResponse) => {
  response.writeHead(200, JSON_TYPE);
  const more = () => {
    while (!response.destroyed && response.write(' '.repeat(10_000)));
    bytesTaken = response.socket?.bytesWritten ?? bytesTaken;
  };
  response.on('drain', more);
  more();
};

/** What everybody learns when tax is missing: the registry's data, and who failed where. */
const WITHOUT_TAX = {
  data: { subjects: ['o-1', 'o-2'].map((id) => ({ name: `name of ${id}`, tax: null })) },
  failures: ['subjects.0.tax', 'subjects.1.tax'].map((path) => ({
    path: path.split('.').map((step) => (/^\d$/.test(step) ? Number(step) : step)),
    department: 'tax',
    code: 'DEPARTMENT_UNAVAILABLE',
  })),
  departments: ['registry', 'tax'],
  unavailable: ['tax'],
};

/** Each with how many attempts it is worth, and how the sixth of such queries ends: whether it spoke against the department for everybody. */
const FAULTS: [title: string, fault: typeof fault, attempts: number, then: string][] = [
  ['hangs up before its headers', (response) => response.destroy(), 2, 'CIRCUIT_OPEN'],
  [
    'hangs up in the middle of its answer',
    (response) => response.writeHead(200, { ...JSON_TYPE, 'content-length': '1000' }).write('{"data"', () => response.destroy()),
    2,
    'CIRCUIT_OPEN',
  ],
  [
    'answers half of it, and says that is all',
    answers(200, { ...JSON_TYPE, connection: 'close' }, '{"data":{"_entities":[{'),
    1,
    'CIRCUIT_OPEN',
  ],
  ['is busy', answers(503, { 'content-type': 'text/html' }, 'later'), 2, 'CIRCUIT_OPEN'],
  ['answers what is no JSON', answers(200, JSON_TYPE, 'ok'), 1, 'CIRCUIT_OPEN'],
  ['answers nothing', answers(200, JSON_TYPE, ''), 1, 'CIRCUIT_OPEN'],
  ['answers JSON of another shape', json({ data: 'x' }), 1, 'CIRCUIT_OPEN'],
  ['answers a page', answers(200, { 'content-type': 'text/html' }, '<html>'), 1, 'CIRCUIT_OPEN'],
  ['sends elsewhere', answers(307, { location: '/graphql' }, ''), 1, 'CIRCUIT_OPEN'],
  [
    'answers a compressed bomb',
    answers(200, { ...JSON_TYPE, 'content-encoding': 'gzip' }, gzipSync(Buffer.alloc(10_000_000))),
    1,
    'CIRCUIT_OPEN',
  ],
  ['answers without an end', endlessly, 1, 'FAILED'],
  ['answers one subject too few', json({ data: { _entities: [ENTITY] } }), 1, 'ANSWERED'],
  ['answers one subject twice', json({ data: { _entities: [ENTITY, ENTITY, ENTITY] } }), 1, 'ANSWERED'],
  ['answers null for all subjects, and no error', json({ data: { _entities: null } }), 1, 'ANSWERED'],
  ['answers null, and no error', json({ data: null }), 1, 'ANSWERED'],
];

test.each(FAULTS)('a department that %s costs its own fields only, and is named', async (_, behaviour, attempts, then) => {
  fault = behaviour;
  const answer = await ask();
  expect(answer).toEqual(WITHOUT_TAX);
  expect(arrived).toBe(attempts);
  expect(entryOf(answer)).toMatchObject({ departments: ['registry', 'tax'], unavailable: ['tax'] });
  for (let query = 1; query < 6; query++) expect(await ask()).toEqual(WITHOUT_TAX);
  expect(outcomes.at(-1)).toBe(then);
  expect(departments.load()['tax']).toEqual({ underWay: 0, waiting: 0 });
});

test('an answer without an end is let go once it is too long', async () => {
  fault = endlessly;
  const closed = new Promise((resolve) => {
    fault = (response) => {
      response.once('close', resolve);
      endlessly(response);
    };
  });
  expect(await ask()).toEqual(WITHOUT_TAX);
  await closed;
  // What both sides' sockets buffer comes on top.
  expect(bytesTaken).toBeLessThan(20 * 1_048_576);
});

test.each<[string, typeof fault]>([
  ['says nothing', () => {}],
  ['sends its headers and no more', (response) => void response.writeHead(200, JSON_TYPE).flushHeaders()],
  ['sends a first byte and no more', (response) => void response.writeHead(200, JSON_TYPE).write('{')],
])('a department that %s is given up twice after its timeout, and its connections are closed', async (_, behaviour) => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  const closed: Promise<unknown>[] = [];
  const reached = () => new Promise<void>((resolve) => (onArrival = resolve));
  fault = (response, request) => {
    closed.push(once(response, 'close'));
    behaviour(response, request);
  };
  const first = reached();
  const answer = ask();
  await first;
  const second = reached();
  await vi.advanceTimersByTimeAsync(TIMEOUT_MS);
  await vi.advanceTimersByTimeAsync(50);
  await second;
  await vi.advanceTimersByTimeAsync(TIMEOUT_MS);
  expect(await answer).toEqual(WITHOUT_TAX);
  expect(outcomes).toEqual(['TIMEOUT', 'TIMEOUT']);
  expect(await Promise.all(closed)).toHaveLength(2);
});

test('a department without fault that was asked the same often has its data passed unread, and only then', async () => {
  const city = departments.over(SUPERGRAPH);
  const answered = async () => (await city.execute(QUESTION, {}, clerk())).complete();
  fault = json({ data: { _entities: [ENTITY, ENTITY] } });
  for (let times = 0; times < PARSED_FIRST; times++) await answered();
  expect((await answered()).data).toEqual({ subjects: expect.any(Written) as Written });
  fault = json({ data: { _entities: [ENTITY, ENTITY] }, errors: [] });
  expect((await answered()).data).toEqual({ subjects: ['o-1', 'o-2'].map((id) => ({ name: `name of ${id}`, ...ENTITY })) });
});

test('a department that knows nothing of one subject answers the other', async () => {
  fault = json({ data: { _entities: [null, ENTITY] } });
  expect(await ask()).toEqual({
    ...WITHOUT_TAX,
    data: {
      subjects: [
        { name: 'name of o-1', tax: null },
        { name: 'name of o-2', ...ENTITY },
      ],
    },
    failures: [],
    unavailable: [],
  });
});

test('a department that fails at one subject answers the other, and is named for the one', async () => {
  fault = json({
    data: { _entities: [null, ENTITY] },
    errors: [{ message: 'x', path: ['_entities', 0], extensions: { code: 'INTERNAL' } }],
  });
  const answer = await ask();
  expect(answer.data).toEqual({
    subjects: [
      { name: 'name of o-1', tax: null },
      { name: 'name of o-2', ...ENTITY },
    ],
  });
  expect(answer.failures).toEqual(WITHOUT_TAX.failures.slice(0, 1));
});

test('a department that answers null for a key of one subject leaves the other whole', async () => {
  const subjects = [null, 'o-2'].map((id) => ({ __typename: 'CreditSubject', id, name: `name of ${id}` }));
  // The plan has keys of its own for fields with arguments.
  registry.behave(async ({ query }) => ({ data: { [/(\w+): ?subjects/.exec(query)?.[1] ?? 'subjects']: subjects } }));
  const errors = [{ message: 'x', path: ['_entities', 0], extensions: { code: 'INPUT_INVALID' } }];
  fault = json({ data: { _entities: [null, ENTITY] }, errors });
  const { data, failures } = await ask();
  expect(data?.['subjects']).toEqual([
    { name: 'name of null', tax: null },
    { name: 'name of o-2', ...ENTITY },
  ]);
  expect(failures).toEqual([{ path: ['subjects', 0, 'tax'], department: 'tax', code: 'INPUT_INVALID' }]);
});

function entryOf(answer: Awaited<ReturnType<typeof ask>>) {
  const request = { id: 'r-1', receivedAt: 0, documentHash: 'h', operationName: null };
  return releaseEntry({ request, policy: { hash: 'p' }, answer }, { counts: [], subjects: [], names: new Map() }, 0);
}
