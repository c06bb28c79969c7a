import type { RateLimiterAbstract } from 'rate-limiter-flexible';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import type { Clock } from '../../schema/city-clock.ts';

/** What quotas count with: in this process, or in Redis for all replicas. Keys carry their window, so a count never needs a reset. */
export interface Counters {
  /** Counts one request and answers how many there were under this key, this one included. */
  countRequest(key: string): Promise<number>;
  /** Adds subjects to those seen under this key, unless there would be more than `limit`: then adds none and answers false. */
  admitSubjects(key: string, subjects: readonly string[], limit: number): Promise<boolean>;
}

/** Counts are kept this long: the window of the key, and a little for clocks that differ. */
export const REQUESTS_KEPT_SECONDS = 3_600 + 60;
export const SUBJECTS_KEPT_SECONDS = 86_400 + 60;

/** Limits differ by purpose and change with the policy, so limiters only count and {@link Counters} compare. */
export const UNLIMITED_POINTS = Number.MAX_SAFE_INTEGER;

/** Counters in this process's memory. */
export function localCounters(clock: Clock): Counters {
  const requests = new RateLimiterMemory({ points: UNLIMITED_POINTS, duration: REQUESTS_KEPT_SECONDS });
  const seen = new Map<string, { subjects: Set<string>; expiresAt: number }>();

  function subjectsUnder(key: string): Set<string> {
    const known = seen.get(key);
    if (known !== undefined) return known.subjects;
    // Insertion order is expiry order: what is past its day goes from the front.
    for (const [old, { expiresAt }] of seen) {
      if (expiresAt > clock()) break;
      seen.delete(old);
    }
    const subjects = new Set<string>();
    seen.set(key, { subjects, expiresAt: clock() + SUBJECTS_KEPT_SECONDS * 1000 });
    return subjects;
  }

  return {
    countRequest: (key) => countWith(requests, key),
    async admitSubjects(key, subjects, limit) {
      const known = subjectsUnder(key);
      const fresh = subjects.filter((subject) => !known.has(subject));
      if (known.size + new Set(fresh).size > limit) return false;
      for (const subject of fresh) known.add(subject);
      return true;
    },
  };
}

/** Counts one under the key. Rejects when the limiter's store does. */
export async function countWith(limiter: RateLimiterAbstract, key: string): Promise<number> {
  return (await limiter.consume(key)).consumedPoints;
}
