import type { Dispatcher } from 'undici';
import { parseByteTexts } from '../byte-text.ts';
import type { CancelSignal } from './cancellation.ts';
import { type DepartmentAnswer, readAnswer, TransportError } from './department-transport.ts';
import type { RecognizeAnswer } from './passages/recognize.ts';

/** Statuses of a department or its proxy that is down or busy, not of an answer. */
const AWAY = new Set([429, 502, 503, 504]);

export interface GatherOptions {
  maxResponseBytes: number;
  /** Whether the answer passes unparsed, as far as that goes. */
  recognize?: RecognizeAnswer | undefined;
  /** Its abort ends the exchange and closes the connection. */
  signal: CancelSignal;
}

type Headers = Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>[2];

/**
 * Gathers one answer while it arrives, never more than `maxResponseBytes` of it, and reads it as GraphQL.
 * @param dispatch starts the request with the handler it is given.
 * @throws {TransportError} when it is no GraphQL answer, is too long or breaks off.
 */
export function gatherAnswer(
  dispatch: (handler: Dispatcher.DispatchHandler) => unknown,
  { maxResponseBytes, recognize, signal }: GatherOptions,
): Promise<DepartmentAnswer> {
  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | undefined;
    let refusal: TransportError | undefined;
    const chunks: Buffer[] = [];
    let bytes = 0;
    // Also when the request still waits for a connection: then it ends as soon as it gets one.
    const leave = () => controller?.abort(new Error('given up'));
    const fail = (error: Error) => {
      signal.removeEventListener('abort', leave);
      reject(error);
    };
    signal.addEventListener('abort', leave);
    dispatch({
      onRequestStart(started) {
        controller = started;
        if (signal.aborted) leave();
      },
      onResponseStart(response, status, headers) {
        // 1xx announces the answer.
        if (status < 200) return;
        refusal = refusalOf(status, headers) ?? tooLong(Number(headers['content-length'] ?? 0), maxResponseBytes);
        if (refusal !== undefined && !AWAY.has(status)) response.abort(refusal);
      },
      onResponseData(response, chunk) {
        bytes += chunk.length;
        const excess = tooLong(bytes, maxResponseBytes);
        if (excess !== undefined) return response.abort(excess);
        // What a busy department says is let pass by, so that its connection can be used again.
        if (refusal === undefined) chunks.push(chunk);
      },
      onResponseEnd() {
        if (refusal !== undefined) return fail(refusal);
        signal.removeEventListener('abort', leave);
        try {
          resolve(read(chunks, recognize));
        } catch (error) {
          reject(error as Error);
        }
      },
      onResponseError(_, error) {
        // A connection that broke before or during the answer: reads are idempotent, so one more attempt is safe.
        fail(
          error instanceof TransportError
            ? error
            : new TransportError('the department could not be reached', true, { cause: error }),
        );
      },
    });
  });
}

function refusalOf(status: number, headers: Headers): TransportError | undefined {
  if (AWAY.has(status)) return refused(`status ${status}`, true);
  if (status >= 300 && status < 400) return refused('a redirect', false);
  if (!isJson(headers['content-type'])) return refused('another content type', status >= 500);
  // Read as UTF-8, which JSON is (RFC 8259, section 8.1), its texts would be others.
  if (!isUtf8(headers['content-type'])) return refused('another charset than UTF-8', false);
  const encoding = headers['content-encoding'];
  // It was asked for none; unpacked it could be of any size.
  return encoding === undefined || encoding === 'identity' ? undefined : refused('a compressed body', false);
}

function refused(what: string, retryable: boolean): TransportError {
  return new TransportError(`the department answered with ${what}`, retryable);
}

function tooLong(bytes: number, most: number): TransportError | undefined {
  if (bytes <= most) return undefined;
  return new TransportError('the department answered with more than may be taken', false, { tooLong: true });
}

type Header = Headers[string];

function isJson(contentType: Header): boolean {
  return typeof contentType === 'string' && /^application\/(json|graphql-response\+json)\s*(;|$)/i.test(contentType);
}

function isUtf8(contentType: Header): boolean {
  const [, charset] = /;\s*charset="?([^";\s]+)/i.exec(String(contentType)) ?? [];
  return charset === undefined || /^utf-?8$/i.test(charset);
}

function read(chunks: readonly Buffer[], recognize: GatherOptions['recognize']): DepartmentAnswer {
  const [first = Buffer.alloc(0)] = chunks;
  const bytes = chunks.length === 1 ? first : Buffer.concat(chunks);
  const recognized = recognize?.(bytes);
  if (recognized !== undefined) return { data: recognized, errors: [] };
  try {
    return readAnswer(parseByteTexts(bytes));
  } catch (error) {
    if (error instanceof SyntaxError) throw new TransportError('the department answered with broken JSON', false);
    throw error;
  }
}
