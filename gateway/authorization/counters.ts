import { RateLimiterMemory } from 'rate-limiter-flexible';
import type { Clock } from '../../schema/city-clock.ts';

/** What quotas are counted with: in this process, or in Redis for all replicas. Keys carry their window, so a count never needs a reset. */
export interface Counters {
  /** Adds points to the count under each key; answers what each comes to. */
  count(keys: readonly string[], points: number): Promise<readonly number[]>;
  /** Adds subjects, each given once, to every set, unless one of them would hold more than its limit: then to none. */
  admitSubjects(sets: readonly SubjectSet[], subjects: readonly string[]): Promise<Admission>;
}

/** Subjects seen under a key, and how many there may be. */
export interface SubjectSet {
  key: string;
  limit: number;
}

/** What became of subjects. */
export interface Admission {
  /** Which of the sets had no room for them, by its place; absent when they were added. */
  over?: number;
  /** How many each set holds now. */
  sizes: readonly number[];
}

/** Counts are kept this long: the window of the key, and a little for clocks that differ. */
export const REQUESTS_KEPT_SECONDS = 3_600 + 60;
export const SUBJECTS_KEPT_SECONDS = 86_400 + 60;

/**
 * Limits differ by purpose and change with the policy, and windows are those of the city's clock: limiters of
 * rate-limiter-flexible, whose limit and window are fixed when they are made, only count here, and who asked compares.
 */
export const UNLIMITED_POINTS = Number.MAX_SAFE_INTEGER;

/**
 * Counters in this process's memory. Distinct subjects are a set and not a limiter: a subject asked about again is free, which no
 * count can tell, and an estimate such as HyperLogLog's would refuse some callers early and others late.
 */
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
    async count(keys, points) {
      const counts: number[] = [];
      for (const key of keys) counts.push((await requests.consume(key, points)).consumedPoints);
      return counts;
    },
    async admitSubjects(sets, subjects) {
      const known = sets.map(({ key }) => subjectsUnder(key));
      const over = sets.findIndex(({ limit }, index) => union(known[index], subjects) > limit);
      if (over === -1) for (const set of known) for (const subject of subjects) set.add(subject);
      return { ...(over !== -1 && { over }), sizes: known.map(({ size }) => size) };
    },
  };
}

function union(known: ReadonlySet<string> = new Set(), subjects: readonly string[]): number {
  return known.size + subjects.filter((subject) => !known.has(subject)).length;
}
