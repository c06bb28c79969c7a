import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHandler } from 'graphql-http';
import { CONTEXT_HEADER } from '../../schema/signed-context.ts';
import type { Subgraph } from './create-subgraph.ts';
import { refusal } from './create-subgraph.ts';

/** Largest request body: an operation and the ids of a thousand subjects fit many times. */
const LARGEST_BODY_BYTES = 1_048_576;
/** How long a client may take to send a request. */
const REQUEST_TIMEOUT_MS = 10_000;

/** How a department is served. */
export interface ServeOptions {
  host: string;
  /** 0 takes a free port. */
  port: number;
  /** Whether the department can answer now (its database does); asked by /health/ready. */
  isReady: () => Promise<boolean>;
  /** How long close() waits for requests in flight, in milliseconds. */
  graceMs: number;
}

/** A department behind HTTP. */
export interface ServedSubgraph {
  /** Where it answers operations, `http://host:port/graphql`. */
  readonly url: string;
  /** Takes no new request, waits for those in flight, then ends what is left. */
  close(): Promise<void>;
}

/**
 * Serves a department: POST /graphql (GraphQL over HTTP), GET /health/live and /health/ready. Anything without a valid
 * signed context is 401 before its body is read. Rejects when the port cannot be had.
 */
export async function serveSubgraph(subgraph: Subgraph, options: ServeOptions): Promise<ServedSubgraph> {
  const answer = graphqlAnswerer(subgraph);
  const underWay = new Set<ServerResponse>();
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: REQUEST_TIMEOUT_MS }, (request, response) => {
    underWay.add(response);
    response.once('close', () => underWay.delete(response));
    if (!server.listening) sayLast(response);
    route(request, response).catch(() => {
      if (response.headersSent) response.destroy();
      else send(response, 500, JSON.stringify(refusal(undefined)));
    });
  });

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url?.split('?', 1)[0];
    if (path === '/health/live') return send(response, 200, '{"status":"live"}');
    if (path === '/health/ready') {
      const ready = await options.isReady().catch(() => false);
      return send(response, ready ? 200 : 503, JSON.stringify({ status: ready ? 'ready' : 'unready' }));
    }
    return path === '/graphql' ? answer(request, response) : send(response, 404, '{"status":"unknown"}');
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}/graphql`,
    close: () =>
      new Promise((resolve) => {
        const overdue = setTimeout(() => server.closeAllConnections(), options.graceMs);
        server.close(() => {
          clearTimeout(overdue);
          resolve();
        });
        server.closeIdleConnections();
        for (const response of underWay) sayLast(response);
      }),
  };
}

/** Tells the client that its connection takes no further request: the gateway keeps its connections, and goes on asking on them. */
function sayLast(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('connection', 'close');
}

interface Exchange {
  contextToken: string | undefined;
  signal: AbortSignal;
}

function graphqlAnswerer(subgraph: Subgraph): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const handle = createHandler<IncomingMessage, Exchange>({
    schema: subgraph.schema,
    // The whole execution is the subgraph's own, the same as in the gateway's process.
    onSubscribe: async ({ context }, { query, variables, operationName }) => {
      const result = await subgraph.execute({ query, variables, operationName, ...context });
      // Without data it was not executed, and the media type decides the status.
      return result.data === undefined ? (result.errors ?? []) : result;
    },
  });
  return async (request, response) => {
    const header = request.headers[CONTEXT_HEADER];
    const contextToken = typeof header === 'string' ? header : undefined;
    try {
      subgraph.identify(contextToken);
    } catch (error) {
      response.setHeader('connection', 'close');
      return send(response, 401, JSON.stringify(refusal(error)));
    }
    const body = await readBody(request);
    if (body === undefined) {
      response.setHeader('connection', 'close');
      return send(response, 413, JSON.stringify(refusal(undefined)));
    }
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const [text, { status, headers }] = await handle({
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      body,
      raw: request,
      context: { contextToken, signal: gone.signal },
    });
    response.writeHead(status, headers).end(text);
  };
}

/** The body as text; undefined when it is too large. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LARGEST_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function send(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' }).end(text);
}
