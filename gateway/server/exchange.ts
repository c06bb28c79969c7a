import type { FastifyReply, FastifyRequest } from 'fastify';
import { Cancellation, type CancelSignal } from '../execution/cancellation.ts';

/** One HTTP request on its way to the flow: what the flow needs of it, and what HTTP needs of the answer. */
export interface Exchange {
  requestId: string;
  receivedAt: number;
  header(name: string): string | undefined;
  /** Address of the client, as far as the proxies in front are trusted to name it. */
  clientAddress: string;
  signal: CancelSignal;
  /** SHA-256 (hex) of the document's text, once there is one. */
  documentHash: string | null;
  /** Set when the document or its variables were wrong: with `application/json` that is a 200 (GraphQL over HTTP, 6.4.1). */
  documentFault: boolean;
  /** What the flow has to say in headers of the answer; names in lower case. */
  headers: Readonly<Record<string, string>>;
  /** Set once the flow was asked, which from then on answers for the entry on the log. */
  reachedFlow: boolean;
  /** Once there is an answer: its client may go without aborting anything. */
  end(): void;
  /** Resolves when the last byte is handed over, or the client has gone; never rejects. */
  closed: Promise<void>;
}

/** How long a client may take to receive an answer, once its time to wait for one is over: until then it holds a place among those that are answered. */
const TAKEN_WITHIN_MS = 60_000;

/** Opens an exchange: its signal aborts when the client goes away or after `timeoutMs`. */
export function openExchange(
  request: FastifyRequest,
  reply: FastifyReply,
  { now, timeoutMs }: { now: number; timeoutMs: number },
): Exchange {
  const { socket } = request.raw;
  const cancellation = new Cancellation();
  const abort = () => cancellation.abort(new Error('the client has gone, or has waited too long'));
  let answered = false;
  // One timer for both, as almost every answer is taken before: whoever has not taken it by then has a minute from there.
  let timer = setTimeout(() => {
    if (!answered) abort();
    timer = setTimeout(() => socket.destroy(), TAKEN_WITHIN_MS);
  }, timeoutMs);
  const closed = new Promise<void>((resolve) => {
    const onClose = () => {
      clearTimeout(timer);
      socket.off('close', onClose);
      if (!answered) abort();
      resolve();
    };
    // The client may have gone while the request waited its turn.
    if (socket.destroyed || reply.raw.destroyed) return onClose();
    reply.raw.once('close', onClose);
    // Behind others of its connection (pipelining) an answer has no connection yet, and does not hear of its end.
    if (reply.raw.socket === null) socket.setMaxListeners(0).once('close', onClose);
  });
  return {
    requestId: request.id,
    receivedAt: now,
    header: (name) => singleHeader(request.headers[name]),
    clientAddress: request.ip,
    signal: cancellation,
    documentHash: null,
    documentFault: false,
    headers: {},
    reachedFlow: false,
    end() {
      answered = true;
    },
    closed,
  };
}

/** Node joins repeated headers with commas, except a few it keeps as a list; one value or none is all anybody here reads. */
export function singleHeader(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
