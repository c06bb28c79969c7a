import type { Limits } from '../../policies/policy-source.ts';
import type { Clock } from '../../schema/city-clock.ts';
import { isSubjectId, type SubjectId } from '../../schema/identifiers/subject-id.ts';
import { GatewayError } from '../errors.ts';
import type { Ledger } from './ledger.ts';
import { rateLimitHeaders } from './rate-limit-headers.ts';

/** What one request takes of its caller's quotas. */
export interface Budget {
  /** Counts the request. Rejects with RATE_LIMITED {quota, limit, retryAfterSeconds}, at the latest in `ask`. */
  request(): Promise<void>;
  /**
   * Counts the subjects asked for; those seen that day already are free, those over the limit are not counted. Rejects with
   * SUBJECTS_TOO_MANY {limit} or RATE_LIMITED. Nothing may be fetched before it resolves.
   */
  ask(asked: readonly SubjectId[]): Promise<void>;
  /** Counts what only the answer revealed, and what was asked for in vain; `unavailable`: departments that were to find subjects and failed. Rejects with RATE_LIMITED, and then nothing may leave. */
  settle(found: { subjects: readonly SubjectId[]; unavailable: readonly string[] }): Promise<void>;
  /** Counts subjects that were asked for and refused. */
  refused(asked: readonly SubjectId[]): Promise<void>;
  /** How the caller stands, for the answer. */
  headers(): Readonly<Record<string, string>>;
}

/** What a budget is kept with. */
export interface BudgetParts {
  ledger: Ledger;
  limits: Pick<Limits, 'subjectsPerRequest' | 'requestsPerMiss'>;
  /** Whether counting takes a round trip. */
  remote: boolean;
  clock: Clock;
}

/** Opens the budget of one request. */
export function openBudget({ ledger, limits, remote, clock }: BudgetParts): Budget {
  let counted: Promise<void> = Promise.resolve();
  let askedFor: readonly SubjectId[] = [];

  /** Who asks for what is not there, or not theirs, is trying: the hour's requests run out sooner. */
  async function missed(subjects: number): Promise<void> {
    if (subjects > 0 && limits.requestsPerMiss !== undefined) await ledger.countRequests(subjects * limits.requestsPerMiss);
  }

  return {
    async request() {
      ledger.assertNotUsedUp();
      counted = observed(ledger.countRequests(1).then(() => ledger.assertRequestsWithin()));
      // Counted elsewhere, it is waited for together with the subjects: both travel in one round trip.
      if (!remote) await counted;
    },
    async ask(asked) {
      askedFor = [...new Set(asked)];
      const { subjectsPerRequest: limit } = limits;
      if (limit !== undefined && askedFor.length > limit) throw new GatewayError('SUBJECTS_TOO_MANY', { limit });
      const subjects = observed(ledger.countSubjects(askedFor.filter(isSubjectId)));
      await counted;
      await subjects;
    },
    async settle({ subjects, unavailable }) {
      const known = new Set(askedFor);
      const unasked = subjects.filter((id) => !known.has(id));
      if (unasked.length > 0) await ledger.countSubjects(unasked);
      // A department that failed finds nobody, which is no fault of who asked.
      const misses = unavailable.length === 0 ? inVain(askedFor, subjects) : 0;
      if (misses > 0) await missed(misses);
    },
    async refused(asked) {
      await counted.catch(() => {});
      await missed(new Set(asked).size);
    },
    headers: () => rateLimitHeaders(ledger.standings(), clock()),
  };
}

/** Whoever is refused meanwhile for something else never awaits it. */
function observed(work: Promise<void>): Promise<void> {
  work.catch(() => {});
  return work;
}

/** How many subjects were asked for and not found; an old number is found under an id that nobody asked for. */
function inVain(asked: readonly SubjectId[], found: readonly SubjectId[]): number {
  if (asked.length === found.length && asked.every((id, index) => id === found[index])) return 0;
  const foundIds = new Set(found);
  const missing = asked.filter((id) => !foundIds.has(id));
  const resolvable = missing.filter(isSubjectId).length;
  const known = new Set(asked);
  const others = found.filter((id) => !known.has(id)).length;
  return resolvable + Math.max(0, missing.length - resolvable - others);
}
