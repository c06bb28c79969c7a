import type { QueryLogEntry } from '../../../gateway/querylog/entry.ts';
import type { Staff } from './people.ts';

/** An entry that has no position yet. */
export interface Draft {
  /** Milliseconds since the epoch. */
  at: number;
  entry: QueryLogEntry;
  /** Number of the planted incident it belongs to; the rules never see it. */
  incident?: number;
}

/** What differs from one entry to the next. */
export type Told = Partial<Pick<QueryLogEntry, 'purpose' | 'matter' | 'decision' | 'code' | 'authorizations' | 'act'>> & {
  asked?: readonly string[];
  returned?: readonly string[];
};

const HOUR_MS = 3_600_000;

/** The instant of an hour of the city's day; hours past 24 are the next day's. */
export function cityInstant(day: string, hour: number): number {
  return Date.parse(`${day}T00:00:00+08:00`) + Math.round(hour * HOUR_MS);
}

/** The entry of a caller at an instant: who is `asked` for is looked up, and returned too unless told otherwise. */
export function draft(at: number, caller: QueryLogEntry['caller'], told: Told): Draft {
  const { asked = [], returned = asked, ...rest } = told;
  const released = told.decision === undefined || told.decision === 'RELEASED';
  const lookedUp = released && asked.length > 0;
  const entry: QueryLogEntry = {
    version: 1,
    time: new Date(at).toISOString(),
    requestId: '',
    caller,
    purpose: null,
    matter: null,
    policyHash: '',
    operation: { hash: null, name: null },
    subjects: { asked, returned: released ? returned : [] },
    fields: lookedUp ? [{ coordinate: 'Query.subject', treatment: 'REVEAL', count: returned.length }] : [],
    departments: lookedUp ? ['registry'] : [],
    unavailable: [],
    decision: 'RELEASED',
    code: null,
    durationMs: 5,
    ...rest,
  };
  return { at, entry };
}

/** A member of the staff as a caller. */
export function callerOf({ actor, organization, department, operator }: Staff): QueryLogEntry['caller'] {
  return { actor, organization, operator, ...(department !== undefined && { department }) };
}
