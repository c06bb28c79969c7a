import type { Redis } from 'ioredis';
import type { Clock } from '../../schema/city-clock.ts';
import type { Caller } from '../identity/caller.ts';
import { withFallback } from '../redis/with-fallback.ts';
import { type Budget, openBudget } from './budget.ts';
import { localCounters } from './counters.ts';
import { openLedger } from './ledger.ts';
import { redisCounters } from './redis-counters.ts';
import { createUsedUp } from './used-up.ts';
import { type LimitedPurpose, windowsOf } from './windows.ts';

/**
 * How much one caller may ask for one purpose: requests in a clock hour, distinct subjects in a city day. A caller is an
 * operator of an organisation, a subject, or for the public a network; an organisation without operators counts as one. Where the
 * purpose says so, all operators of an organisation together have a quota too.
 */
export interface Quotas {
  /** Opens the budget of one request. */
  open(caller: Caller, purpose: LimitedPurpose): Budget;
  /** Redis is connected anew: it is tried at the next request, and is not taken for failed until then. */
  retry(): void;
  /** Whether Redis was given but failed, so that this process counts alone, at a fraction of the limits. For health. */
  degraded(): boolean;
}

/** While Redis is down, gateways cannot see each other: four of them together then still keep to the limit. */
const FALLEN_BACK_SHARE = 1 / 4;

/** What quotas are counted with. */
interface QuotasOptions {
  redis?: Redis;
  clock: Clock;
  /** Processes of this gateway (default 1): without Redis each counts for itself, up to its part of the limits. */
  processes?: number;
}

/** Quotas counted in Redis when a client is given, else in this process. Never open: Redis down means stricter limits. */
export function createQuotas({ redis, clock, processes = 1 }: QuotasOptions): Quotas {
  const stores = withFallback({ shared: redis && redisCounters(redis), local: localCounters(clock), clock });
  const shares = { shared: 1, alone: 1 / processes, 'fallen-back': FALLEN_BACK_SHARE / processes };
  const share = (limit: number, where: keyof typeof shares) => partOf(limit, shares[where]);
  const usedUp = createUsedUp();
  return {
    open: (caller, purpose) =>
      openBudget({
        ledger: openLedger({ windows: windowsOf(caller, purpose, clock()), stores, partOf: share, usedUp, clock }),
        limits: purpose.limits,
        remote: stores.shared,
        clock,
      }),
    retry: stores.retry,
    degraded: () => stores.degraded(),
  };
}

/** At least one, or a process would refuse everybody. */
function partOf(limit: number, share: number): number {
  return Math.min(limit, Math.max(1, Math.floor(limit * share)));
}
