import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { VerifierKey } from '../querylog/signed-note.ts';
import type { Refusal } from './add-checkpoint.ts';
import { originHash } from './origin-hash.ts';
import type { Witness } from './witness.ts';

/** A proof has at most 63 hashes and a checkpoint some signatures. */
const MAX_BODY_BYTES = 65_536;
const REQUEST_TIMEOUT_MS = 10_000;

const STATUS: Readonly<Record<Refusal, number>> = {
  MALFORMED: 400,
  UNSIGNED: 403,
  UNKNOWN_LOG: 404,
  STALE: 409,
  INCONSISTENT: 422,
  FORKED: 409,
};

/** Where and for which logs a witness answers. `logs` are those whose checkpoints it shows to whoever asks. */
export interface ServeWitnessOptions {
  host: string;
  /** 0 takes a free port. */
  port: number;
  logs: readonly VerifierKey[];
  /** Told of what nobody foresaw, such as a disk that is full; the sender learns only that it failed. */
  report: (error: unknown) => void;
}

/**
 * A witness behind HTTP: `POST /add-checkpoint`, `GET /<origin hash>/checkpoint` (C2SP tlog-witness) and `GET /health/live`.
 * Rejects when the port cannot be had.
 */
export async function serveWitness(
  witness: Witness,
  { host, port, logs, report }: ServeWitnessOptions,
): Promise<{ url: string; close(): Promise<void> }> {
  const origins = new Map(logs.map(({ name }) => [`/${originHash(name)}/checkpoint`, name]));

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    if (path === '/health/live') return send(response, 200, 'live\n');
    if (path === '/add-checkpoint') return addCheckpoint(request, response);
    const origin = origins.get(path);
    const latest = origin === undefined ? undefined : witness.latest(origin);
    return latest === undefined ? send(response, 404, 'nothing here\n') : send(response, 200, latest);
  }

  async function addCheckpoint(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'POST') return send(response, 405, 'POST only\n');
    const body = await readBody(request);
    if (body === undefined) return send(response, 413, 'too long\n');
    const verdict = witness.addCheckpoint(body);
    if ('cosignature' in verdict) return send(response, 200, verdict.cosignature);
    if (verdict.knownSize !== undefined) return send(response, 409, `${verdict.knownSize}\n`, 'text/x.tlog.size');
    return send(response, STATUS[verdict.refusal], `${verdict.refusal}\n`);
  }

  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: REQUEST_TIMEOUT_MS }, (request, response) => {
    route(request, response).catch((error: unknown) => {
      report(error);
      if (response.headersSent) response.destroy();
      else send(response, 500, 'failed\n');
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
  };
}

/** The body as text; undefined when it is longer than any honest one. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    // Read to its end all the same, and forgotten: the sender hears why only when it has finished.
    if (length <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  return length > MAX_BODY_BYTES ? undefined : Buffer.concat(chunks).toString('utf8');
}

function send(response: ServerResponse, status: number, body: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
}
