import { randomUUID } from 'node:crypto';
import { holdsIdentityNumber } from '../../schema/identifiers/holds-identity.ts';

/** What a caller may send: enough for a UUID or a trace id, nothing that could forge a log line or a header. */
const REQUEST_ID = /^[\w.-]{8,64}$/;

/**
 * The id of a request: the caller's `X-Request-Id` when it has the accepted form and holds no identity number, which would
 * get into both logs; else a random UUID.
 */
export function requestId(given: string | string[] | undefined): string {
  return typeof given === 'string' && REQUEST_ID.test(given) && !holdsIdentityNumber(given) ? given : randomUUID();
}
