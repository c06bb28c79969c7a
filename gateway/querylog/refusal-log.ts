import type { Clock } from '../../schema/city-clock.ts';
import { quotaKey } from '../authorization/quotas.ts';
import { codeOf } from '../errors.ts';
import type { QueryLog, QueryLogEntry, Receipt } from './entry.ts';
import { type LookOnRecord, refusalEntry } from './make-entry.ts';

/** How refusals get on the log. */
export interface RefusalLog {
  /**
   * Resolves once the entry is durable; with null, at once, for a refusal that a later entry will count. Rejects with
   * LOG_UNAVAILABLE when it may not be durable.
   */
  append(look: LookOnRecord, error: unknown): Promise<Receipt | null>;
  /** Appends what is still only counted. */
  close(): Promise<void>;
}

/** How long refusals for one used-up quota are gathered into one entry. */
export const GATHER_MS = 60_000;

interface Gathered {
  last: QueryLogEntry | undefined;
  count: number;
  timer: NodeJS.Timeout;
}

/**
 * Every refusal is an entry of its own, but for a flood: of a caller's requests over the quota of the hour, refused before anything
 * is known of them but caller and purpose, the first is an entry at once and the others of the next minute together make
 * another, with their `count`. So a caller adds an entry a minute at most for each purpose. A process that dies loses the count of its last
 * minute; nothing that reached a subject or a field is ever gathered.
 */
export function createRefusalLog({ queryLog, clock }: { queryLog: QueryLog; clock: Clock }): RefusalLog {
  const gathering = new Map<string, Gathered>();

  function gather(key: string): void {
    // A count waiting for its minute is no reason to keep a process alive: closing appends it.
    const timer = setTimeout(() => void flush(key, true), GATHER_MS).unref();
    gathering.set(key, { last: undefined, count: 0, timer });
  }

  async function flush(key: string, goOn: boolean): Promise<void> {
    const { last, count, timer } = gathering.get(key) ?? {};
    clearTimeout(timer);
    gathering.delete(key);
    if (last === undefined || count === undefined) return;
    if (goOn) gather(key);
    try {
      await queryLog.append(count === 1 ? last : { ...last, count });
    } catch {
      // While the log is unavailable they stay counted, for the next minute's entry.
      const next = gathering.get(key);
      if (next === undefined) return;
      next.count += count;
      next.last ??= last;
    }
  }

  return {
    async append(look, error) {
      const entry = refusalEntry(look, error, clock());
      const key = overRequestQuota(look, error);
      if (key === undefined) return queryLog.append(entry);
      const gathered = gathering.get(key);
      if (gathered === undefined) {
        gather(key);
        return queryLog.append(entry);
      }
      gathered.count += 1;
      gathered.last = entry;
      return null;
    },
    async close() {
      await Promise.all([...gathering.keys()].map((key) => flush(key, false)));
    },
  };
}

/** The quota that was used up. A query that was planned named subjects: its refusal, for the quota of subjects, is never gathered. */
function overRequestQuota({ caller, purpose, disclosure }: LookOnRecord, error: unknown): string | undefined {
  if (codeOf(error) !== 'RATE_LIMITED' || disclosure !== undefined) return undefined;
  return caller && purpose && quotaKey(caller, purpose.code, 'refused');
}
