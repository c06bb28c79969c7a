import { setMaxListeners } from 'node:events';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** One HTTP request on its way through Apollo Server: what the flow needs of it, and what HTTP needs of the answer. */
export interface Exchange {
  requestId: string;
  receivedAt: number;
  header(name: string): string | undefined;
  /** Address of the client, as far as the proxies in front are trusted to name it. */
  clientAddress: string;
  signal: AbortSignal;
  /** SHA-256 (hex) of the document's text, once there is one. */
  documentHash: string | null;
  /** Set when the document or its variables were wrong: with `application/json` that is a 200 (GraphQL over HTTP, 6.4.1). */
  documentFault: boolean;
  /** Set once the flow was asked, which from then on answers for the entry on the log. */
  reachedFlow: boolean;
  /** Releases what watches the client. */
  end(): void;
}

/** Opens an exchange: its signal aborts when the client goes away or after `timeoutMs`. */
export function openExchange(
  request: FastifyRequest,
  reply: FastifyReply,
  { now, timeoutMs }: { now: number; timeoutMs: number },
): Exchange {
  const controller = new AbortController();
  // As many requests to departments listen as the query makes at once, which its cost bounds; all go when it ends.
  setMaxListeners(0, controller.signal);
  const timer = setTimeout(() => controller.abort(), timeoutMs);
  const onClose = () => controller.abort();
  // The client may have gone while the request waited its turn.
  if (reply.raw.destroyed) onClose();
  else reply.raw.once('close', onClose);
  return {
    requestId: request.id,
    receivedAt: now,
    header: (name) => singleHeader(request.headers[name]),
    clientAddress: request.ip,
    signal: controller.signal,
    documentHash: null,
    documentFault: false,
    reachedFlow: false,
    end() {
      clearTimeout(timer);
      reply.raw.off('close', onClose);
    },
  };
}

/** Node joins repeated headers with commas, except a few it keeps as a list; one value or none is all anybody here reads. */
export function singleHeader(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
