import { Redis } from 'ioredis';
import { createQuotas, type Quotas } from '../../gateway/authorization/quotas.ts';
import { createReplayGuard, type ReplayGuard } from '../../gateway/identity/replay-guard.ts';
import { watchRedis } from '../../gateway/redis/watch-redis.ts';
import type { Readiness } from '../../gateway/server/readiness.ts';
import type { Clock } from '../../schema/city-clock.ts';
import type { CityOptions } from './city-options.ts';

/** What processes of a city share, in Redis if there is one. */
export interface SharedState {
  quotas: Quotas;
  replays: ReplayGuard;
  /** Whether each is shared as it should be, by its name in `/health/ready`. */
  checks: Readiness;
  close(): Promise<void>;
}

/** Opens it; the application log tells when Redis does not answer, and when it does again. */
export function openSharedState({ config, logger, processes = 1 }: CityOptions, clock: Clock): SharedState {
  const redis = config.redisUrl === undefined ? undefined : connectRedis(config.redisUrl);
  const replays = createReplayGuard({ redis, clock });
  const quotas = createQuotas({ ...(redis && { redis }), clock, processes });
  redis?.on('ready', () => {
    quotas.retry();
    replays.retry();
  });
  const watched =
    redis &&
    watchRedis(redis, {
      failed: (error) =>
        logger.error(
          { reason: reasonOf(error) },
          'Redis does not answer: each process counts quotas and remembers proofs for itself',
        ),
      returned: () => logger.info('Redis answers again'),
    });
  const answers = async () => watched === undefined || (await watched.answers());
  return {
    quotas,
    replays,
    checks: {
      quotas: async () => (await answers()) && !quotas.degraded(),
      proofs: async () => (await answers()) && !replays.degraded(),
    },
    async close() {
      await watched?.close();
      redis?.disconnect();
    },
  };
}

function connectRedis(url: string): Redis {
  // A command that cannot be sent now must fail now: the quota then falls back, it does not queue.
  return new Redis(url, { maxRetriesPerRequest: 0, enableOfflineQueue: false, connectTimeout: 2_000 });
}

/** Of a connection, or of a question without content: nothing of a query is in it. */
function reasonOf(error: unknown): string {
  const { message, code } = error as { message?: string; code?: string };
  // Both addresses of one name refused: the error around the two has no text of its own.
  return message || code || String(error);
}
