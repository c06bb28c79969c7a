import type { ReviewPolicy } from '../../policies/review-rules.ts';
import type { QueryLogEntry } from '../querylog/entry.ts';
import type { PositionedEntry } from '../querylog/read-entries.ts';
import { cityMoment, isWorking } from './city-moment.ts';

/** Who asks, as reviews tell one from another: a work account of an organisation, or the organisation's own system (null). */
export interface Account {
  organization: string;
  operator: string | null;
}

/** An entry as the rules see it. */
export interface ReviewedLook {
  seq: bigint;
  entry: QueryLogEntry;
  /** Milliseconds since the epoch. */
  at: number;
  /** City date on which it counts. */
  day: string;
  /** Whether the city works at that hour. */
  working: boolean;
  account: Account;
  /** One text for the account. */
  accountKey: string;
  /** Distinct subjects asked for or in the answer, each once. */
  subjects: readonly string[];
  /** Whether somebody's record left. */
  accessed: boolean;
  /** Those of them that bear the account, as far as the gateway was told. */
  own: readonly string[];
}

/** Makes of an entry what rules look at; `day` is that on which it counts, `own` who bears the account. Pure. */
export function reviewedLook(
  { index, entry }: PositionedEntry,
  { day, own, calendar }: { day: string; own: readonly string[] } & Pick<ReviewPolicy, 'calendar'>,
): ReviewedLook {
  const { caller, subjects, decision } = entry;
  const at = Date.parse(entry.time);
  // An act is no look at anybody.
  const looked = decision === 'ACTED' ? [] : distinct(subjects.asked, subjects.returned);
  const account = { organization: caller?.organization ?? '', operator: caller?.operator ?? null };
  return {
    seq: index,
    entry,
    at,
    day,
    working: isWorking(cityMoment(at), calendar),
    account,
    accountKey: accountKey(account),
    subjects: looked,
    accessed: decision === 'RELEASED' && subjects.returned.length > 0,
    own: own.filter((subject) => looked.includes(subject)),
  };
}

/** One text for an account. */
function accountKey({ organization, operator }: Account): string {
  return operator === null ? organization : `${organization} ${operator}`;
}

/** An old registration number is asked for by a stand-in (`r-…`), and is the subject that the answer names. */
function distinct(asked: readonly string[], returned: readonly string[]): readonly string[] {
  if (asked.length <= 1 && returned.length <= 1 && asked[0] === returned[0]) return returned;
  const known = asked.filter((id) => !id.startsWith('r-') || returned.length === 0);
  return [...new Set([...known, ...returned])];
}
