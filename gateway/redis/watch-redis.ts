import type { Redis } from 'ioredis';
import { goRound } from '../go-round.ts';
import { promptly } from './promptly.ts';

/** Redis is asked so often whether it is there, whoever else needs it. */
const EVERY_MS = 1_000;
/** What is written to see whether anything can be. */
const SIGN_OF_LIFE = 'xinqiao:watch';
const KEPT_SECONDS = 60;
/** A connection that is being made for the first time is no failure before that. */
const CONNECTS_WITHIN_MS = 2_000;

/** Whether Redis is there, and takes what it is given. */
export interface WatchedRedis {
  /** Asks it now; takes a quarter of a second at most. For health. */
  answers(): Promise<boolean>;
  /** Resolves after the question under way. */
  close(): Promise<void>;
}

/** Who is told: of a failure once, whatever it is called, until the return. Neither may throw. */
export interface RedisNews {
  failed: (error: unknown) => void;
  returned: () => void;
}

/**
 * Asks Redis again and again whether it can be written to, so that its failure is known before a query needs it. A server that has become a
 * replica is left for whatever stands at its address now: connections outlast a failover. Call it before the client has connected.
 */
export function watchRedis(redis: Redis, news: RedisNews): WatchedRedis {
  let fault: unknown;
  let isDown = false;
  // Why there is no connection tells an operator more than that there is none.
  redis.on('error', (error) => {
    fault = error;
  });
  redis.on('ready', () => {
    fault = undefined;
  });
  const connected = untilConnected(redis);

  async function write(): Promise<void> {
    try {
      // Replicas, and servers that are full, answer a ping.
      await promptly(redis, () => redis.set(SIGN_OF_LIFE, '', 'EX', KEPT_SECONDS));
    } catch (error) {
      if (error instanceof Error && error.message.startsWith('READONLY')) redis.disconnect(true);
      throw fault ?? error;
    }
  }

  const { close } = goRound({
    everyMs: EVERY_MS,
    async round() {
      await connected;
      await write();
      if (isDown) news.returned();
      isDown = false;
    },
    report(error) {
      if (!isDown) news.failed(error);
      isDown = true;
    },
  });
  return {
    answers: () =>
      write().then(
        () => true,
        () => false,
      ),
    close,
  };
}

/** Resolves with the first word of the connection, good or bad; a server that says nothing is waited for no longer. */
function untilConnected(redis: Redis): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, CONNECTS_WITHIN_MS);
    for (const word of ['ready', 'error', 'end'] as const)
      redis.once(word, () => {
        clearTimeout(timer);
        resolve();
      });
  });
}
