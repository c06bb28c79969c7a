import { randomUUID } from 'node:crypto';

/** What a caller may send: enough for a UUID or a trace id, nothing that could forge a log line or a header. */
const REQUEST_ID = /^[\w.-]{8,64}$/;

/** The id of a request: the caller's `X-Request-Id` when it has the accepted form, else a random UUID. */
export function requestId(given: string | string[] | undefined): string {
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}
