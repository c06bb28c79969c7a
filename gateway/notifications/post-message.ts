import type { KeyObject } from 'node:crypto';
import { request } from 'undici';
import { SUITE } from '../querylog/suite.ts';

/** Where messages go, and what signs them. */
export interface Hook {
  /** https, or http on this machine. */
  url: string;
  /** The log's own key: its public half is told with every checkpoint. */
  key: KeyObject;
  /** Milliseconds for a whole attempt. */
  timeoutMs: number;
}

/** A message as it travels; `id` is the same at every attempt. */
export interface Message {
  id: string;
  /** JSON text. */
  body: string;
}

/** What became of an attempt: `status` 0 where there was no answer; `afterMs` is what the platform asked to wait. */
export interface Posted {
  status: number;
  afterMs?: number;
}

/** An answer says enough in its status: of the rest so much is taken off the connection, so that it can be used again. */
const MOST_ANSWER_BYTES = 4_096;
const LONGEST_WAIT_S = 86_400;

/**
 * Posts a message, signed as Standard Webhooks has it (`v1a`, Ed25519, over id, time and body). No redirect is followed: another
 * address is not what the operator chose. Never rejects.
 */
export async function postMessage({ url, key, timeoutMs }: Hook, { id, body }: Message, now: number): Promise<Posted> {
  const timestamp = Math.floor(now / 1000).toString();
  const signature = Buffer.from(SUITE.sign(key, Buffer.from(`${id}.${timestamp}.${body}`))).toString('base64');
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const answer = await request(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'webhook-id': id,
        'webhook-timestamp': timestamp,
        'webhook-signature': `v1a,${signature}`,
      },
      body,
      signal,
    });
    // The status has come: what follows it, or never does, changes nothing.
    answer.body.dump({ limit: MOST_ANSWER_BYTES, signal }).catch(() => undefined);
    const wait = answer.headers['retry-after'];
    const afterMs =
      typeof wait === 'string' && /^\d{1,9}$/.test(wait) ? Math.min(Number(wait), LONGEST_WAIT_S) * 1000 : undefined;
    return { status: answer.statusCode, ...(afterMs !== undefined && { afterMs }) };
  } catch {
    return { status: 0 };
  }
}
