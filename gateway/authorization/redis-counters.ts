import type { Redis } from 'ioredis';
import { RateLimiterRedis } from 'rate-limiter-flexible';
import type { Counters } from './counters.ts';
import { countWith, REQUESTS_KEPT_SECONDS, SUBJECTS_KEPT_SECONDS, UNLIMITED_POINTS } from './counters.ts';

/** Check and addition in one step: two replicas must not both find room for the last subject. */
const ADMIT_SUBJECTS = `
local fresh = {}
for i = 3, #ARGV do
  if redis.call('SISMEMBER', KEYS[1], ARGV[i]) == 0 then fresh[#fresh + 1] = ARGV[i] end
end
if redis.call('SCARD', KEYS[1]) + #fresh > tonumber(ARGV[1]) then return 0 end
for _, subject in ipairs(fresh) do redis.call('SADD', KEYS[1], subject) end
if #fresh > 0 then redis.call('EXPIRE', KEYS[1], ARGV[2]) end
return 1`;

/** Longer than Redis ever takes when it is well; a query must not wait for one that is not. */
const TIMEOUT_MS = 250;
const PREFIX = 'xinqiao:quota';

/** Counters that all replicas share. Both calls reject at once when Redis is not connected, or after a quarter of a second. */
export function redisCounters(redis: Redis): Counters {
  const requests = new RateLimiterRedis({
    storeClient: redis,
    keyPrefix: `${PREFIX}:requests`,
    points: UNLIMITED_POINTS,
    duration: REQUESTS_KEPT_SECONDS,
  });
  return {
    countRequest: (key) => promptly(redis, () => countWith(requests, key)),
    admitSubjects: (key, subjects, limit) =>
      promptly(redis, async () => {
        const distinct = [...new Set(subjects)];
        return (
          (await redis.eval(ADMIT_SUBJECTS, 1, `${PREFIX}:subjects:${key}`, limit, SUBJECTS_KEPT_SECONDS, ...distinct)) === 1
        );
      }),
  };
}

/** ioredis queues commands while it reconnects, for as long as that takes; a client that connects lazily has yet to try. */
async function promptly<T>(redis: Redis, work: () => Promise<T>): Promise<T> {
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
