import type { Clock } from '../../schema/city-clock.ts';
import type { SubjectId } from '../../schema/identifiers/subject-id.ts';
import { GatewayError } from '../errors.ts';
import type { WithFallback } from '../redis/with-fallback.ts';
import type { Counters } from './counters.ts';
import { type Standing, secondsUntil } from './rate-limit-headers.ts';
import type { UsedUp } from './used-up.ts';
import type { Window, Windows } from './windows.ts';

/** One caller's windows, and how it stood in each when it was last counted. */
export interface Ledger {
  /** Counts so many requests in every window of requests. */
  countRequests(points: number): Promise<void>;
  /** Counts subjects in every window of subjects, or rejects with RATE_LIMITED and counts none. */
  countSubjects(subjects: readonly SubjectId[]): Promise<void>;
  /** @throws {GatewayError} RATE_LIMITED when more requests were counted than there may be. */
  assertRequestsWithin(): void;
  /** @throws {GatewayError} RATE_LIMITED when the requests were used up before, which is known without counting. */
  assertNotUsedUp(): void;
  /** Windows that were looked at, in the order of the policy's limits. */
  standings(): readonly Standing[];
}

/** What a ledger is kept with. */
export interface LedgerParts {
  windows: Windows;
  stores: WithFallback<Counters>;
  /** The part of a limit that this process may use, by where it counts. */
  partOf: (limit: number, where: Parameters<Parameters<WithFallback<Counters>['use']>[0]>[1]) => number;
  usedUp: UsedUp;
  clock: Clock;
}

/** Opens a ledger. */
export function openLedger({ windows, stores, partOf, usedUp, clock }: LedgerParts): Ledger {
  const known = new Map<Window, Standing>();
  const refusal = ({ limit, name, endsAtMs }: Window) =>
    new GatewayError('RATE_LIMITED', { quota: name, limit, retryAfterSeconds: secondsUntil(endsAtMs, clock()) });
  const standingsIn = (those: readonly Window[]) =>
    those.map((window) => known.get(window)).filter((standing) => standing !== undefined);
  return {
    async countRequests(points) {
      const keys = windows.requests.map(({ key }) => key);
      if (keys.length === 0) return;
      await stores.use(async (counters, where) => {
        const counts = await counters.count(keys, points);
        for (const [index, window] of windows.requests.entries()) {
          const used = counts[index] ?? 0;
          known.set(window, { window, limit: partOf(window.limit, where), used });
          if (where === 'shared') usedUp.note(window, used);
        }
      });
    },
    async countSubjects(subjects) {
      if (windows.subjects.length === 0 || subjects.length === 0) return;
      const over = await stores.use(async (counters, where) => {
        const sets = windows.subjects.map(({ key, limit }) => ({ key, limit: partOf(limit, where) }));
        const { over, sizes } = await counters.admitSubjects(sets, subjects);
        for (const [index, window] of windows.subjects.entries())
          known.set(window, { window, limit: sets[index]?.limit ?? 0, used: sizes[index] ?? 0 });
        return over === undefined ? undefined : windows.subjects[over];
      });
      if (over !== undefined) throw refusal(over);
    },
    assertRequestsWithin() {
      const over = windows.requests.find((window) => isOver(known.get(window)));
      if (over !== undefined) throw refusal(over);
    },
    assertNotUsedUp() {
      const window = windows.requests.find((window) => usedUp.has(window));
      if (window === undefined) return;
      known.set(window, { window, limit: window.limit, used: window.limit });
      throw refusal(window);
    },
    standings: () => [...standingsIn(windows.requests), ...standingsIn(windows.subjects)],
  };
}

function isOver(standing: Standing | undefined): boolean {
  return standing !== undefined && standing.used > standing.limit;
}
