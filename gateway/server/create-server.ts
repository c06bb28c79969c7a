import { HeaderMap } from '@apollo/server';
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import Negotiator from 'negotiator';
import { afterTurns } from '../after-turns.ts';
import { isRecord } from '../../schema/is-record.ts';
import type { Limits } from '../config.ts';
import type { FlowError } from '../respond/respond.ts';
import { type Admission, createAdmission } from './admission.ts';
import { createAskFlow } from './ask-flow.ts';
import { createApollo, type GraphQLServer } from './create-apollo.ts';
import { type Exchange, openExchange } from './exchange.ts';
import type { FlowGatewayParts } from './flow-gateway.ts';
import { answerFault, answerFaults, answerMalformed, GRAPHQL, methodNotAllowed, NotAcceptable } from './http-faults.ts';
import { createInFlight, type InFlight } from './in-flight.ts';
import { addOperations } from './operations.ts';
import { createKnownDocuments } from './known-documents.ts';
import { withPersistedQuery } from './persisted-query.ts';
import { onRecord } from './rejections.ts';
import { assertFewRepeats } from './repeated-fields.ts';
import { requestId } from './request-id.ts';
import { openSecondDoor, type SecondDoor } from './second-door.ts';
import { securityHeaders } from './security-headers.ts';
import type { ServerOptions } from './server-options.ts';

/** Longer than the idle time of usual load balancers (60 s), so that they close first and never send into a closing connection. */
const KEEP_ALIVE_MS = 65_000;
/**
 * Connections that may wait to be accepted, as when a load balancer opens all of its own at once: past them the kernel resets, and
 * nobody is told to come again. It takes no more than `net.core.somaxconn`. Node accepts one a turn of the event loop (libuv since 1.46),
 * so that under overload, when turns are long, they wait for as many turns as there are before them.
 */
const BACKLOG = 4_096;
/** A client that takes longer to send its headers, or the whole request, holds the connection for nothing. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
/** What answers are, as Apollo Server names it. */
const MEDIA_TYPES = ['application/json; charset=utf-8', 'application/graphql-response+json; charset=utf-8'];
/** What an aborted query may still take to end. */
const ABORT_MS = 500;

/** The gateway's HTTP server. */
export interface GatewayServer {
  /** Listens; resolves with the address, such as `http://127.0.0.1:4000`. */
  start(): Promise<string>;
  /** The address, once started. */
  readonly url: string;
  /** Where health and metrics are, once started: `url`, unless they have a port of their own. */
  readonly operationsUrl: string;
  /**
   * Stops accepting, answers what is under way (its log entries included) and closes. What the grace does not suffice
   * for is aborted: then `drained` is false.
   */
  stop(): Promise<{ drained: boolean }>;
}

/** Puts Apollo Server, with the flow as its gateway, behind Fastify. */
export async function createServer(options: ServerOptions): Promise<GatewayServer> {
  const { config, metrics } = options;
  const inFlight = createInFlight(config.limits.inFlight);
  const ask = createAskFlow(options.flow, { maxCost: config.limits.cost });
  const ways = { ask, schemas: options.schemas, documents: createKnownDocuments() };
  const admission = createAdmission();
  const apollo = createApollo(options, ways);
  await apollo.start();
  const server = createHttp(options, inFlight);
  addGraphQL(server, { options, ways, apollo, secondDoor: openSecondDoor(ways), inFlight, admission });
  const operations = config.operationsPort === undefined ? undefined : createHttp(options, inFlight);
  addOperations(operations ?? server, options, inFlight);
  metrics.gauge('xinqiao_in_flight_queries', 'Queries being answered now.', () => inFlight.count);
  metrics.gauge('xinqiao_waiting_queries', 'Those of them that have yet to begin.', () => admission.waiting);

  let url = '';
  let operationsUrl = '';
  return {
    get url() {
      return url;
    },
    get operationsUrl() {
      return operationsUrl;
    },
    async start() {
      url = await server.listen({ host: config.host, port: config.port, backlog: BACKLOG });
      operationsUrl = (await operations?.listen({ host: config.host, port: config.operationsPort ?? 0 })) ?? url;
      return url;
    },
    async stop() {
      inFlight.leave();
      // What clients have sent by now is read first: a connection closed with a request on it leaves its client without a word.
      await new Promise<void>((resolve) => afterTurns(resolve));
      const closed = server.close();
      const drained = await within(config.timeouts.shutdownGrace, inFlight.drain());
      // What is left is idle, never sent a request, or is past the grace: closing a client's connection aborts its query,
      // and with it what departments were asked; the entry is still appended.
      server.server.closeAllConnections();
      if (!drained) await within(ABORT_MS, inFlight.drain());
      await closed;
      // Last, so that probes hear until then that nothing more is to be sent.
      operations?.server.closeAllConnections();
      await operations?.close();
      await apollo.stop();
      return { drained };
    },
  };
}

function createHttp(options: ServerOptions, inFlight: InFlight): FastifyInstance {
  const { config } = options;
  const headers = securityHeaders(config.environment);
  const server = fastify({
    logger: false,
    trustProxy: [...config.trustedProxies],
    bodyLimit: config.limits.bodyBytes,
    keepAliveTimeout: KEEP_ALIVE_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    http: { headersTimeout: HEADERS_TIMEOUT_MS },
    // Ours is in the closed table: InFlight refuses what arrives while stopping.
    return503OnClosing: false,
    genReqId: ({ headers }) => requestId(headers['x-request-id']),
    clientErrorHandler: (error, socket) => answerMalformed(error, socket, options),
    // An address that cannot be decoded never reaches the hooks.
    frameworkErrors: (error, request, reply) =>
      void answerFault(error, request, reply.headers({ ...headers, 'x-request-id': request.id }), options),
  });
  // A form a browser sends without asking first: only JSON makes it ask (CSRF).
  server.removeContentTypeParser('text/plain');
  server.addHook('onRequest', (request, reply, done) => {
    reply.headers(headers).header('x-request-id', request.id);
    done();
  });
  server.addHook('onSend', (_request, reply, payload, done) => {
    if (inFlight.leaving) reply.header('connection', 'close');
    done(null, payload);
  });
  answerFaults(server, options);
  return server;
}

interface GraphQLParts {
  options: ServerOptions;
  ways: FlowGatewayParts;
  apollo: GraphQLServer;
  secondDoor: SecondDoor;
  inFlight: InFlight;
  admission: Admission;
}

function addGraphQL(server: FastifyInstance, parts: GraphQLParts): void {
  const { options, secondDoor, inFlight, admission } = parts;
  const { config, clock, metrics } = options;
  // Before the body is read, which whoever is refused has sent for nothing.
  const onRequest = (_request: FastifyRequest, _reply: FastifyReply, done: () => void) => {
    inFlight.assertRoom();
    done();
  };
  // No GET: variables would be in the address, and identity numbers with them in every proxy's log.
  server.post(GRAPHQL, { onRequest }, (request, reply) =>
    inFlight.run(async () => {
      const exchange = openExchange(request, reply, { now: clock(), timeoutMs: config.timeouts.request });
      await admission.enter();
      try {
        request.body = withPersistedQuery(request.body, options.persistedDocuments);
        const answer = secondDoor.answer(request, reply, exchange) ?? throughApollo(request, reply, exchange, parts);
        reply.send(await answer);
      } finally {
        admission.leave();
        exchange.end();
      }
      // Under way until the last byte is handed over, or shutdown would cut answers off.
      await exchange.closed;
      return reply;
    }),
  );
  server.route({
    method: ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
    url: GRAPHQL,
    handler: methodNotAllowed('POST', options),
  });
  server.get('/', async (_request, reply) => reply.type('text/plain; charset=utf-8').send('信桥 Xinqiao: POST /graphql\n'));
  server.addHook('onResponse', (request, reply, done) => {
    const method = request.method === 'POST' ? 'POST' : 'OTHER';
    if (request.routeOptions.url === GRAPHQL)
      metrics.observeHttp({ method, status: reply.statusCode, seconds: reply.elapsedTime / 1000 });
    done();
  });
}

async function throughApollo(
  request: FastifyRequest,
  reply: FastifyReply,
  exchange: Exchange,
  { options, ways, apollo, secondDoor }: GraphQLParts,
): Promise<string> {
  assertAcceptable(request.headers.accept);
  assertMayBeValidated(request.body, ways, options.config.limits);
  const {
    status = 200,
    headers,
    body,
  } = await apollo.executeHTTPGraphQLRequest({
    httpGraphQLRequest: { method: request.method, headers: headerMap(request.headers), search: '', body: request.body },
    context: async () => ({ exchange }),
  });
  // Incremental delivery is not offered, so an answer is always whole.
  if (body.kind !== 'complete') throw new Error('an answer in parts');
  const mediaType = headers.get('content-type') ?? '';
  // A well-formed request with a faulty document is a 200 in the older media type (GraphQL over HTTP, section 6.4.1).
  const httpStatus = exchange.documentFault && mediaType.startsWith('application/json') && status === 400 ? 200 : status;
  reply.code(httpStatus).headers({ ...Object.fromEntries(headers), ...exchange.headers });
  if (!exchange.reachedFlow) return rejected(body.string, exchange, reply, options);
  secondDoor.noteMediaType(request.headers.accept, mediaType);
  return body.string;
}

/**
 * Apollo Server looks at what the client accepts when the query was answered, and so was paid for and put on record.
 * @throws {NotAcceptable}
 */
function assertAcceptable(accept: string | undefined): void {
  if (accept !== undefined && new Negotiator({ headers: { accept } }).mediaType(MEDIA_TYPES) === undefined)
    throw new NotAcceptable();
}

/** What was found valid before is not validated again. @throws {GatewayError} QUERY_TOO_COSTLY */
function assertMayBeValidated(body: unknown, { documents, schemas }: FlowGatewayParts, limits: Limits): void {
  if (!isRecord(body) || typeof body['query'] !== 'string') return;
  if (documents.find(body['query'], schemas.schema.apiSchema) === undefined) assertFewRepeats(body['query'], limits);
}

/** What Apollo Server answered by itself, once it is on record. */
async function rejected(
  answer: string,
  { requestId: id, ...known }: Exchange,
  reply: FastifyReply,
  options: ServerOptions,
): Promise<string> {
  const { errors } = JSON.parse(answer) as { errors: readonly FlowError[] };
  const bare = { errors, extensions: { disclosure: { receipt: null } }, httpStatus: reply.statusCode, headers: {} };
  const { httpStatus, headers, ...recorded } = await onRecord({ id, ...known }, bare, options);
  reply.code(httpStatus).headers(headers);
  return JSON.stringify(recorded);
}

function headerMap(headers: FastifyRequest['headers']): HeaderMap {
  const map = new HeaderMap();
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) map.set(name, Array.isArray(value) ? value.join(', ') : value);
  return map;
}

async function within(milliseconds: number, work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), milliseconds);
  });
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
