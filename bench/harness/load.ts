import { Pool } from 'undici';

/** What one load did. */
export interface Load {
  requests: number;
  seconds: number;
  /** Milliseconds of each request, rising. */
  latencies: Float64Array;
}

export interface LoadOptions {
  url: string;
  headers: Readonly<Record<string, string>>;
  /** Headers of one request, where they differ from one to the next. */
  headersOf?: (request: number) => Readonly<Record<string, string>>;
  /** Sent in turn. */
  bodies: readonly string[];
  inFlight: number;
  milliseconds: number;
  /** The most requests to send; no bound but time when left out. */
  requests?: number;
  /** Requests a second to hold; as many as are answered when left out. */
  perSecond?: number;
}

/** How every answer without errors begins: what is slow to say no must not count as an answer. */
export const RELEASED = '{"data":{"subject';

/** Keeps so many requests in flight for a time, then waits for their answers. Rejects when one of them is not an answer. */
export async function load(options: LoadOptions): Promise<Load> {
  const { url, inFlight, milliseconds, bodies, perSecond, requests = Infinity } = options;
  const { origin, pathname } = new URL(url);
  const pool = new Pool(origin, { connections: inFlight, pipelining: 1 });
  const latencies: number[] = [];
  const begin = performance.now();
  let sent = 0;
  const worker = async () => {
    while (performance.now() - begin < milliseconds && sent < requests) {
      const number = sent++;
      const due = perSecond === undefined ? undefined : begin + (number * 1_000) / perSecond;
      if (due !== undefined) await until(due);
      // An open system's clients do not wait for each other: what was due and not sent has waited too.
      const from = due ?? performance.now();
      await ask(pool, pathname, options.headersOf?.(number) ?? options.headers, bodies[number % bodies.length] ?? '');
      latencies.push(performance.now() - from);
    }
  };
  try {
    await Promise.all(Array.from({ length: inFlight }, worker));
    const seconds = (performance.now() - begin) / 1_000;
    return { requests: latencies.length, seconds, latencies: Float64Array.from(latencies).sort() };
  } finally {
    await pool.close();
  }
}

/** The latency that a share of the requests stayed within, in milliseconds. */
export function quantile({ latencies }: Load, share: number): number {
  return latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? Number.NaN;
}

/** Asks once and answers the whole response body. */
export async function askOnce({ url, headers, body }: { url: string; headers: Readonly<Record<string, string>>; body: string }) {
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });
  const text = await response.text();
  if (response.status !== 200 || !text.startsWith(RELEASED)) throw new Error(`status ${response.status}: ${text.slice(0, 400)}`);
  return JSON.parse(text) as { data: Record<string, unknown>; extensions?: Record<string, unknown> };
}

/** Through undici's lowest door: the load shares its core with the departments. */
function ask(pool: Pool, path: string, headers: Readonly<Record<string, string>>, body: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let status = 0;
    let first: Buffer | undefined;
    pool.dispatch(
      { path, method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body },
      {
        onRequestStart: () => {},
        onResponseStart(_controller, statusCode) {
          status = statusCode;
        },
        onResponseData(_controller, chunk) {
          first ??= chunk;
        },
        onResponseEnd() {
          if (status === 200 && first?.toString('latin1', 0, RELEASED.length) === RELEASED) resolve();
          else reject(new Error(`status ${status}: ${first?.toString('utf8', 0, 400) ?? ''}`));
        },
        onResponseError: (_controller, error) => reject(error),
      },
    );
  });
}

function until(due: number): Promise<void> {
  const wait = due - performance.now();
  return wait <= 1 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, wait));
}
