import { Pool, type Dispatcher } from 'undici';
import { CONTEXT_HEADER } from '../../schema/signed-context.ts';
import { TransportError, readAnswer } from './department-transport.ts';
import type { DepartmentTransport } from './department-transport.ts';

/** Longer than a burst's gap, shorter than the 5 s after which a Node server closes an idle connection under us. */
const KEEP_ALIVE_MS = 4_000;
/** Connections a department; each carries one request at a time. */
const CONNECTIONS = 32;
/** Statuses of a department or its proxy that is down or busy, not of an answer. */
const AWAY = new Set([429, 502, 503, 504]);

/**
 * Reaches a department over HTTP by one pool of kept-alive connections.
 * Redirects are refused (the signed context must not go elsewhere), other content types and answers longer than
 * `maxResponseBytes` too.
 */
export function overHttp(url: string, { maxResponseBytes }: { maxResponseBytes: number }): DepartmentTransport {
  const { origin, pathname, search } = new URL(url);
  const pool = new Pool(origin, { connections: CONNECTIONS, keepAliveTimeout: KEEP_ALIVE_MS, maxResponseSize: maxResponseBytes });
  return {
    async send(request, { contextToken, requestId, signal }) {
      const headers = {
        'content-type': 'application/json',
        accept: 'application/graphql-response+json, application/json;q=0.9',
        'x-request-id': requestId,
        [CONTEXT_HEADER]: contextToken,
      };
      const body = request.body?.() ?? JSON.stringify(request);
      try {
        return await read(await pool.request({ method: 'POST', path: `${pathname}${search}`, headers, body, signal }));
      } catch (error) {
        if (error instanceof TransportError) throw error;
        if (isTooLong(error))
          throw new TransportError('the department answered with more than may be taken', false, { cause: error, tooLong: true });
        // A connection that broke before or during the answer: reads are idempotent, so one more attempt is safe.
        throw new TransportError('the department could not be reached', true, { cause: error });
      }
    },
    async ready(signal) {
      try {
        const { statusCode, body } = await pool.request({ method: 'GET', path: '/health/ready', signal });
        await body.dump();
        return statusCode === 200;
      } catch {
        return false;
      }
    },
    close: () => pool.destroy(),
  };
}

async function read({ statusCode, headers, body }: Dispatcher.ResponseData) {
  if (AWAY.has(statusCode)) return refuse(body, `status ${statusCode}`, true);
  if (statusCode >= 300 && statusCode < 400) return refuse(body, 'a redirect', false);
  if (!isJson(headers['content-type'])) return refuse(body, 'another content type', statusCode >= 500);
  const text = await body.text();
  try {
    return readAnswer(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError) throw new TransportError('the department answered with broken JSON', false);
    throw error;
  }
}

async function refuse(body: Dispatcher.ResponseData['body'], what: string, retryable: boolean): Promise<never> {
  await body.dump();
  throw new TransportError(`the department answered with ${what}`, retryable);
}

function isJson(contentType: string | string[] | undefined): boolean {
  return typeof contentType === 'string' && /^application\/(json|graphql-response\+json)\s*(;|$)/i.test(contentType);
}

function isTooLong(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE';
}
