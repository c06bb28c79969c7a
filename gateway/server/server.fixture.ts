import { buildSchema, execute } from 'graphql';
import { Writable } from 'node:stream';
import type { Clock } from '../../schema/city-clock.ts';
import { loadConfig } from '../config.ts';
import type { SchemaSource } from '../editions/edition.ts';
import type { ErrorCode } from '../errors.ts';
import type { RecordRejection, RejectedRequest } from '../record-rejection.ts';
import type { QueryRequest } from '../request.ts';
import { respond } from '../respond/respond.ts';
import { createServer, type GatewayServer } from './create-server.ts';
import type { Flow } from './ask-flow.ts';
import { createLogger } from './logger.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import type { ServerOptions } from './server-options.ts';

const API = buildSchema(`
  type Query {
    subject(id: ID!, kind: Kind, year: Int): Subject
    subjects(ids: [ID!]!): [Subject]
    search(first: Int = 20): Connection
  }
  enum Kind { COMPANY PERSON }
  type Connection { edges: [Edge!] }
  type Edge { node: Subject }
  type Subject { id: ID! name: String partner: Subject records(first: Int = 20): [Record!] notes: [String] }
  type Record { number: String }
`);

const ONE_SCHEMA: SchemaSource = { schema: { apiSchema: API, supergraphSdl: '' }, onSchema: () => () => {} };

/** What stands for the proof of an entry. */
export const RECEIPT = { origin: 'city/log', index: '0', leafHash: '00' };

/** A server on a spare port around a flow that reveals everything, with what it logged and was asked. */
export interface TestServer {
  url: string;
  server: GatewayServer;
  metrics: Metrics;
  requests: QueryRequest[];
  /** What it put on the log without asking the flow. */
  rejections: { request: RejectedRequest; code: ErrorCode }[];
  log: () => string;
  post(body: unknown, headers?: Record<string, string>): Promise<Response>;
}

/** Starts one; `env` as in the environment. */
export async function startServer(
  given: {
    flow?: Flow;
    recordRejection?: RecordRejection;
    schemas?: SchemaSource;
    clock?: Clock;
    env?: Record<string, string>;
    readiness?: ServerOptions['readiness'];
  } = {},
): Promise<TestServer> {
  const {
    flow = revealAll,
    recordRejection = async () => RECEIPT,
    schemas = ONE_SCHEMA,
    clock = () => 1_700_000_000_000,
    env = {},
    readiness = { checks: {}, required: [] },
  } = given;
  const config = loadConfig({ NODE_ENV: 'test', PORT: '0', LOG_LEVEL: 'trace', ...env });
  const requests: QueryRequest[] = [];
  const rejections: TestServer['rejections'] = [];
  let log = '';
  const sink = new Writable({
    write(chunk, _encoding, done) {
      log += String(chunk);
      done();
    },
  });
  const metrics = createMetrics({ processMetrics: false });
  const server = await createServer({
    flow: (request) => {
      requests.push(request);
      return flow(request);
    },
    recordRejection: (request, code) => {
      rejections.push({ request, code });
      return recordRejection(request, code);
    },
    schemas,
    persistedDocuments: () => undefined,
    config,
    logger: createLogger(config, sink),
    metrics,
    readiness,
    clock,
  });
  const url = await server.start();
  const post: TestServer['post'] = (body, headers = {}) =>
    fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  return { url, server, metrics, requests, rejections, log: () => log, post };
}

/** A flow without policies: it executes the document as it came. */
export const revealAll: Flow = async ({ document, operationName, variables }) => {
  const rootValue = { subject: ({ id }: { id: string }) => ({ id, name: `name of ${id}` }) };
  const { data } = await execute({ schema: API, document, operationName, variableValues: variables, rootValue });
  return respond({
    shown: { data: data ?? null, counts: [], failures: [], unavailable: [] },
    plan: { notices: [] },
    purpose: { code: 'PUBLIC_QUERY' },
    policy: { hash: 'p1' },
    receipt: RECEIPT,
    headers: {},
  });
};

/** A flow that waits until told to go on. */
export function held() {
  let release = () => {};
  let entered = () => {};
  const under = new Promise<void>((resolve) => (entered = resolve));
  const go = new Promise<void>((resolve) => (release = resolve));
  const appended: string[] = [];
  const aborted: string[] = [];
  const flow: Flow = async (request) => {
    entered();
    request.signal.addEventListener('abort', () => aborted.push(request.id));
    await go;
    appended.push(request.id);
    return revealAll(request);
  };
  return { flow, release: () => release(), under, appended, aborted };
}
