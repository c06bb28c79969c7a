import { type Dispatcher, Pool } from 'undici';
import { CONTEXT_HEADER } from '../../schema/signed-context.ts';
import type { DepartmentTransport } from './department-transport.ts';
import { gatherAnswer } from './gather-answer.ts';

/** Longer than a burst's gap, shorter than the 5 s after which a Node server closes an idle connection under us. */
const KEEP_ALIVE_MS = 4_000;
const CONNECTIONS = 32;

/** What a department may cost. */
export interface HttpLimits {
  maxResponseBytes: number;
  /** Each carries one request at a time. */
  connections?: number;
}

/**
 * Reaches a department over HTTP by one pool of kept-alive connections.
 * Redirects are refused (the signed context must not go elsewhere), so are other content types, compressed answers (a few
 * bytes could unpack to gigabytes) and answers longer than `maxResponseBytes`.
 */
export function overHttp(url: string, { maxResponseBytes, connections = CONNECTIONS }: HttpLimits): DepartmentTransport {
  const { origin, pathname, search } = new URL(url);
  // The caller's deadline covers the whole exchange; the pool's own timers would be two more for each request.
  const pool = new Pool(origin, {
    connections,
    pipelining: 1,
    keepAliveTimeout: KEEP_ALIVE_MS,
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const target = { method: 'POST', path: `${pathname}${search}` } as const;
  return {
    send(request, { contextToken, requestId, signal }) {
      const headers = {
        'content-type': 'application/json',
        accept: 'application/graphql-response+json, application/json;q=0.9',
        'accept-encoding': 'identity',
        'x-request-id': requestId,
        [CONTEXT_HEADER]: contextToken,
      };
      const body = request.body?.() ?? JSON.stringify(request);
      const { recognize } = request;
      return gatherAnswer((handler) => pool.dispatch({ headers, body, ...target }, handler), {
        maxResponseBytes,
        recognize,
        signal,
      });
    },
    ready: (signal) => isReady(pool, signal),
    close: () => pool.destroy(),
  };
}

async function isReady(pool: Dispatcher, signal: AbortSignal): Promise<boolean> {
  try {
    const { statusCode, body } = await pool.request({ method: 'GET', path: '/health/ready', signal });
    await body.dump();
    return statusCode === 200;
  } catch {
    return false;
  }
}
