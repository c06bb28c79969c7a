import { Pool } from 'undici';
import { RELEASED } from './load.ts';

/** What became of an open load. */
export interface Flood {
  sent: number;
  /** Milliseconds of each query that was answered, rising. */
  answered: Float64Array;
  /** Milliseconds of each that was refused with 503 and Retry-After, rising. */
  shed: Float64Array;
  /** Whatever else came back, with its number. */
  others: Readonly<Record<string, number>>;
}

export interface FloodOptions {
  url: string;
  headers: Readonly<Record<string, string>>;
  /** Sent in turn. */
  bodies: readonly string[];
  perSecond: number;
  milliseconds: number;
  /** Clients; when all of them wait, the next is not sent. */
  clients: number;
}

/** Milliseconds between two bursts of an open load. */
const TICK_MS = 10;
/** A client that shares a busy core must not take its own waiting for the gateway's refusal. */
const PATIENCE_MS = 60_000;

/** Sends so many queries a second whether or not the earlier ones are answered, as clients do who know nothing of each other. */
export async function flood({ url, headers, bodies, perSecond, milliseconds, clients }: FloodOptions): Promise<Flood> {
  const { origin, pathname } = new URL(url);
  const pool = new Pool(origin, { connections: clients, pipelining: 1, connectTimeout: PATIENCE_MS });
  const answered: number[] = [];
  const shed: number[] = [];
  const others: Record<string, number> = {};
  const waiting = new Set<Promise<void>>();
  let sent = 0;

  async function ask(body: string): Promise<void> {
    const from = performance.now();
    const kind = await outcome(pool, { path: pathname, headers, body });
    const took = performance.now() - from;
    if (kind === '200') answered.push(took);
    else if (kind === '503 Retry-After') shed.push(took);
    else others[kind] = (others[kind] ?? 0) + 1;
  }

  const begin = performance.now();
  for (let now = begin; now - begin < milliseconds; now = performance.now()) {
    for (const due = ((now - begin) * perSecond) / 1_000; sent < due; sent++) {
      if (waiting.size >= clients) {
        others['not sent'] = (others['not sent'] ?? 0) + 1;
        continue;
      }
      const asked = ask(bodies[sent % bodies.length] ?? '').finally(() => waiting.delete(asked));
      waiting.add(asked);
    }
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
  await Promise.all(waiting);
  await pool.close();
  return { sent, answered: Float64Array.from(answered).sort(), shed: Float64Array.from(shed).sort(), others };
}

async function outcome(pool: Pool, request: { path: string; headers: Readonly<Record<string, string>>; body: string }) {
  try {
    const { statusCode, headers, body } = await pool.request({
      ...request,
      method: 'POST',
      headers: { 'content-type': 'application/json', ...request.headers },
    });
    const text = await body.text();
    if (statusCode === 200) return text.startsWith(RELEASED) ? '200' : '200 with errors';
    return headers['retry-after'] === undefined ? String(statusCode) : `${statusCode} Retry-After`;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  }
}
