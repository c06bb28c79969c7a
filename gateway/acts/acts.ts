import type { Queryable } from '../../database/db.ts';
import type { Acting } from '../../schema/acting.ts';
import type { Clock } from '../../schema/city-clock.ts';
import type { Act } from '../querylog/act.ts';
import type { QueryLog, QueryLogEntry } from '../querylog/entry.ts';

/** What is put on record of a change besides who made it. */
export interface ActOnRecord extends Act {
  /** Opaque ids of the subjects it concerns: it is in their access history. */
  subjects?: readonly string[];
  /** Ids of the authorizations it concerns. */
  authorizations?: readonly string[];
}

/** How everything that changes is changed. */
export interface Acts {
  /**
   * Makes a change and puts it on the query log, both in one transaction: there is no change without an entry. Changes happen
   * one after another in the order of their entries, whichever gateway makes them, so that a change may look before it leaps.
   * Resolves with what `change` resolves with, once both are durable. Rejects with what `change` rejects with, and nothing is changed;
   * with ACT_UNCERTAIN when nobody can tell whether it happened.
   */
  record<Result>(by: Acting, act: ActOnRecord, change: (tx: Queryable) => Promise<Result>): Promise<Result>;
}

export interface ActsOptions {
  queryLog: QueryLog;
  /** The policies in force. */
  policies: { current(): { readonly hash: string } };
  clock: Clock;
}

/** The acts of one gateway. */
export function createActs({ queryLog, policies, clock }: ActsOptions): Acts {
  return {
    async record(by, act, change) {
      let result: { of: Awaited<ReturnType<typeof change>> } | undefined;
      const entry = actEntry(by, act, { policyHash: policies.current().hash, now: clock() });
      await queryLog.append(entry, async (tx) => {
        result = { of: await change(tx) };
      });
      if (result === undefined) throw new Error('the log took an act without its change');
      return result.of;
    },
  };
}

/** The entry of an act. Picked member by member, so that nothing else a caller carries reaches the log. `now` in milliseconds since the epoch. */
export function actEntry(
  { actor, organization, department, operator, subject, purpose, matter, requestId }: Acting,
  { kind, object, digest, limits, subjects = [], authorizations }: ActOnRecord,
  { policyHash, now }: { policyHash: string; now: number },
): QueryLogEntry {
  return {
    version: 1,
    time: new Date(now).toISOString(),
    requestId,
    caller: {
      actor,
      organization,
      ...(department !== undefined && { department }),
      ...(operator !== undefined && { operator }),
      ...(subject !== undefined && { subject }),
    },
    purpose,
    matter: matter ?? null,
    policyHash,
    operation: { hash: null, name: null },
    subjects: { asked: [...new Set(subjects)].sort(), returned: [] },
    fields: [],
    ...(authorizations && { authorizations }),
    act: { kind, object, ...(digest !== undefined && { digest }), ...(limits && { limits }) },
    departments: [],
    unavailable: [],
    decision: 'ACTED',
    code: null,
    durationMs: 0,
  };
}
