import type { Clock } from '../../schema/city-clock.ts';
import { quotaKey } from '../authorization/windows.ts';
import { codeOf, type ErrorCode } from '../errors.ts';
import type { QueryLog, QueryLogEntry, Receipt } from './entry.ts';
import { GatheredEntries } from './gathered-entries.ts';
import { type LookOnRecord, refusalEntry, rejectionEntry, type RejectionOnRecord } from './make-entry.ts';

/** How refusals get on the log. */
export interface RefusalLog {
  /**
   * Resolves once the entry is durable; with null, at once, for a refusal that a later entry will count. Rejects with
   * LOG_UNAVAILABLE when it may not be durable.
   */
  append(look: LookOnRecord, error: unknown): Promise<Receipt | null>;
  /** The same for a request refused before the flow, of which there may be a flood whatever its code. */
  appendRejection(look: RejectionOnRecord, code: ErrorCode): Promise<Receipt | null>;
  /** Appends what is still only counted. */
  close(): Promise<void>;
}

/**
 * Every refusal is an entry of its own, but for floods: a caller's requests over the quota of the hour, and those that no quota holds,
 * refused before anything is known of them but caller and purpose, are gathered ({@link GatheredEntries}), save the purposes that a
 * work account tries. So whoever is not accountable adds an entry a minute at most for each purpose and code. A process that dies loses
 * the counts of its last minute; nothing that reached a subject or a field is ever gathered.
 */
export function createRefusalLog({ queryLog, clock }: { queryLog: QueryLog; clock: Clock }): RefusalLog {
  const gathered = new GatheredEntries(queryLog, clock);
  return {
    async append(look, error) {
      const entry = refusalEntry(look, error, clock());
      const kind = look.budget === undefined ? unlessTrial(entry) : overRequestQuota(look, error);
      return kind === undefined ? queryLog.append(entry) : gathered.append(kind, entry);
    },
    async appendRejection(look, code) {
      const entry = rejectionEntry(look, code, clock());
      return gathered.append(uncounted(entry), entry);
    },
    close: () => gathered.close(),
  };
}

/** The quota that was used up. A query that was planned named subjects: its refusal, for the quota of subjects, is never gathered. */
function overRequestQuota({ caller, purpose, disclosure }: LookOnRecord, error: unknown): string | undefined {
  if (codeOf(error) !== 'RATE_LIMITED' || disclosure !== undefined) return undefined;
  return caller && purpose && quotaKey(caller, purpose.code, 'refused');
}

/** Which purposes a work account tries out is reviewed (REFUSED_THEN_RELEASED), in order and with what it was shown in the end. */
function unlessTrial(entry: QueryLogEntry): string | undefined {
  const { caller, purpose } = entry;
  const isTrial = caller !== null && purpose === null && caller.actor !== 'PUBLIC' && caller.actor !== 'SUBJECT';
  return isTrial ? undefined : uncounted(entry);
}

/**
 * Who proves nobody, declares no purpose it may ask for, or is suspended has no quota, and could fill the log. Whoever shows no token is
 * one caller: an entry would not tell one network from another either.
 */
function uncounted({ caller, code, purpose }: QueryLogEntry): string {
  return JSON.stringify([code, caller, purpose]);
}
