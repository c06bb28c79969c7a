import type { Redis } from 'ioredis';
import { RateLimiterRedis } from 'rate-limiter-flexible';
import type { Admission, Counters } from './counters.ts';
import { REQUESTS_KEPT_SECONDS, SUBJECTS_KEPT_SECONDS, UNLIMITED_POINTS } from './counters.ts';
import { promptly } from '../redis/promptly.ts';

/**
 * Check and addition in one step, for all sets: two replicas must not both find room for the last subject. Answers which set had
 * no room (0: none), then how many each holds.
 */
const ADMIT_SUBJECTS = `
local sets, over, fresh, sizes = #KEYS, 0, {}, {}
for set = 1, sets do
  fresh[set] = {}
  for i = sets + 2, #ARGV do
    if redis.call('SISMEMBER', KEYS[set], ARGV[i]) == 0 then table.insert(fresh[set], ARGV[i]) end
  end
  sizes[set] = redis.call('SCARD', KEYS[set])
  if over == 0 and sizes[set] + #fresh[set] > tonumber(ARGV[set + 1]) then over = set end
end
if over == 0 then
  for set = 1, sets do
    for _, subject in ipairs(fresh[set]) do redis.call('SADD', KEYS[set], subject) end
    if #fresh[set] > 0 then redis.call('EXPIRE', KEYS[set], ARGV[1]) end
    sizes[set] = sizes[set] + #fresh[set]
  end
end
return {over, unpack(sizes)}`;

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
    count: (keys, points) =>
      promptly(redis, () => Promise.all(keys.map(async (key) => (await requests.consume(key, points)).consumedPoints))),
    admitSubjects: (sets, subjects) =>
      promptly(redis, async () => {
        const keys = sets.map(({ key }) => `${PREFIX}:subjects:${key}`);
        const limits = sets.map(({ limit }) => limit);
        const answer = await redis.eval(ADMIT_SUBJECTS, keys.length, ...keys, SUBJECTS_KEPT_SECONDS, ...limits, ...subjects);
        return admission(answer as number[]);
      }),
  };
}

function admission([over = 0, ...sizes]: readonly number[]): Admission {
  return { ...(over > 0 && { over: over - 1 }), sizes };
}
