import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { PurposeRules } from '../../policies/policy-set.ts';
import type { Clock } from '../../schema/city-clock.ts';
import { cityToday } from '../../schema/city-clock.ts';
import type { SubjectId } from '../../schema/identifiers/subject-id.ts';
import { GatewayError } from '../errors.ts';
import type { Caller } from '../identity/caller.ts';
import type { Counters } from './counters.ts';
import { localCounters } from './counters.ts';
import { redisCounters } from './redis-counters.ts';

/**
 * How much one caller may ask for one purpose: requests in a clock hour, distinct subjects in a city day. A caller is an
 * operator of an organisation, a subject, or for the public a network; an organisation without operators counts as one.
 */
export interface Quotas {
  /** Counts one request. Rejects with RATE_LIMITED {retryAfterSeconds, limit}. */
  spendRequest(caller: Caller, purpose: QuotaPurpose): Promise<void>;
  /** Counts subjects; those seen that day already are free, those over the limit are not counted. Rejects like `spendRequest`. */
  spendSubjects(caller: Caller, purpose: QuotaPurpose, subjects: readonly SubjectId[]): Promise<void>;
  /** Whether Redis was given but failed, so that this process counts alone, at a fraction of the limits. For health. */
  degraded(): boolean;
}

type QuotaPurpose = Pick<PurposeRules, 'code' | 'limits'>;

/** While Redis is down, gateways cannot see each other: four of them together then still keep to the limit. */
const LOCAL_SHARE = 1 / 4;
/** While Redis is down, queries do not wait for it: it is tried again after this long. */
const RETRY_REDIS_AFTER_MS = 1_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** What quotas are counted with. */
interface QuotasOptions {
  redis?: Redis;
  clock: Clock;
  /** Processes of this gateway (default 1): without Redis each counts for itself, up to its part of the limits. */
  processes?: number;
}

/** Quotas counted in Redis when a client is given, else in this process. Never open: Redis down means stricter limits. */
export function createQuotas({ redis, clock, processes = 1 }: QuotasOptions): Quotas {
  const local = localCounters(clock);
  const shared = redis && redisCounters(redis);
  let failedAt: number | undefined;

  async function within(limit: number, count: (counters: Counters, limit: number) => Promise<boolean>): Promise<boolean> {
    if (shared === undefined) return count(local, partOf(limit, 1 / processes));
    if (failedAt === undefined || Math.abs(clock() - failedAt) >= RETRY_REDIS_AFTER_MS) {
      try {
        const verdict = await count(shared, limit);
        failedAt = undefined;
        return verdict;
      } catch {
        failedAt = clock();
      }
    }
    return count(local, partOf(limit, LOCAL_SHARE / processes));
  }

  async function spendRequest(caller: Caller, { code, limits: { requestsPerHour: limit } }: QuotaPurpose): Promise<void> {
    if (limit === undefined) return;
    const hour = Math.floor(clock() / HOUR_MS);
    const key = quotaKey(caller, code, hour);
    if (await within(limit, async (counters, limit) => (await counters.countRequest(key)) <= limit)) return;
    throw rateLimited(limit, (hour + 1) * HOUR_MS - clock());
  }

  async function spendSubjects(caller: Caller, { code, limits }: QuotaPurpose, subjects: readonly SubjectId[]): Promise<void> {
    const limit = limits.subjectsPerDay;
    if (limit === undefined || subjects.length === 0) return;
    const day = cityToday(clock);
    const key = quotaKey(caller, code, day);
    if (await within(limit, (counters, limit) => counters.admitSubjects(key, subjects, limit))) return;
    throw rateLimited(limit, Date.parse(`${day}T00:00:00+08:00`) + DAY_MS - clock());
  }

  return {
    spendRequest,
    spendSubjects,
    degraded: () => failedAt !== undefined,
  };
}

/** At least one, or a process would refuse everybody. */
function partOf(limit: number, share: number): number {
  return Math.min(limit, Math.max(1, Math.floor(limit * share)));
}

/**
 * Names whose quota for which purpose and window is counted. A hash, so that no account name stands in Redis and none can be written
 * to look like another's key.
 */
export function quotaKey(
  { actor, organization, operator, subject, client }: Caller,
  purpose: string,
  window: number | string,
): string {
  const parts = [actor, organization, operator ?? null, subject ?? null, client ?? null, purpose, window];
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}

function rateLimited(limit: number, waitMs: number): GatewayError {
  return new GatewayError('RATE_LIMITED', { retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)), limit });
}
