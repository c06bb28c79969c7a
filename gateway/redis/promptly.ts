import type { Redis } from 'ioredis';

/** Longer than Redis ever takes when it is well; a query must not wait for one that is not. */
const TIMEOUT_MS = 250;

/**
 * Resolves with what Redis answered; rejects at once when it is not connected, or after a quarter of a second.
 * ioredis queues commands while it reconnects, for as long as that takes; a client that connects lazily has yet to try.
 */
export async function promptly<T>(redis: Redis, work: () => Promise<T>): Promise<T> {
  if (redis.status !== 'ready' && redis.status !== 'wait') throw new Error('Redis is not connected');
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('Redis did not answer in time')), TIMEOUT_MS);
  });
  try {
    return await Promise.race([work(), timeout]);
  } finally {
    clearTimeout(timer);
  }
}
