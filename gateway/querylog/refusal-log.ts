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
  /** The same for a request refused before the flow, of which there may be a flood whatever its code. */
  appendRejection(look: Pick<LookOnRecord, 'request' | 'policy' | 'caller'>, error: unknown): Promise<Receipt | null>;
  /** Appends what is still only counted. */
  close(): Promise<void>;
}

/** How long refusals of one kind are gathered into one entry. */
export const GATHER_MS = 60_000;
/** Kinds that are gathered at a time: about 10 MB. What comes on top is put together by code alone. */
export const MAX_GATHERED = 10_000;

interface Gathered {
  last: QueryLogEntry | undefined;
  count: number;
  timer: NodeJS.Timeout;
}

/**
 * Every refusal is an entry of its own, but for floods: of a caller's requests over the quota of the hour, refused before anything
 * is known of them but caller and purpose, and of its requests refused before the flow, the first is an entry at once and the others
 * of the next minute together make another, with their `count`. So a caller adds an entry a minute at most for each purpose
 * and code. A process that dies loses the count of its last minute; nothing that reached a subject or a field is ever gathered.
 */
export function createRefusalLog({ queryLog, clock }: { queryLog: QueryLog; clock: Clock }): RefusalLog {
  const gathering = new Map<string, Gathered>();

  function gather(key: string): void {
    // A count waiting for its minute is no reason to keep a process alive: closing appends it.
    const timer = setTimeout(() => void flush(key, true), GATHER_MS).unref();
    gathering.set(key, { last: undefined, count: 0, timer });
  }

  function forget(key: string): Omit<Gathered, 'timer'> | undefined {
    const gathered = gathering.get(key);
    clearTimeout(gathered?.timer);
    gathering.delete(key);
    return gathered;
  }

  async function flush(key: string, goOn: boolean): Promise<void> {
    const { last, count = 0 } = forget(key) ?? {};
    if (last === undefined) return;
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

  async function appendFirst(key: string, entry: QueryLogEntry): Promise<Receipt> {
    gather(key);
    try {
      return await queryLog.append(entry);
    } catch (error) {
      // Unless others are counted already, the next one is the first again: it is answered like this one while the log is unavailable.
      if (gathering.get(key)?.count === 0) forget(key);
      throw error;
    }
  }

  async function appendGathered(kind: string, entry: QueryLogEntry): Promise<Receipt | null> {
    const key = gathering.has(kind) || gathering.size < MAX_GATHERED ? kind : `any ${entry.code}`;
    const told = key === kind ? entry : anybody(entry);
    const gathered = gathering.get(key);
    if (gathered === undefined) return appendFirst(key, told);
    gathered.count += 1;
    gathered.last = told;
    return null;
  }

  return {
    async append(look, error) {
      const entry = refusalEntry(look, error, clock());
      const kind = overRequestQuota(look, error);
      return kind === undefined ? queryLog.append(entry) : appendGathered(kind, entry);
    },
    async appendRejection(look, error) {
      const entry = refusalEntry(look, error, clock());
      return appendGathered(rejectionOf(entry), entry);
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

/** Whoever shows no token is one caller: an entry would not tell one network from another either. */
function rejectionOf({ caller, code }: QueryLogEntry): string {
  return JSON.stringify([code, caller]);
}

/** An entry that stands for several callers names none. */
function anybody(entry: QueryLogEntry): QueryLogEntry {
  return { ...entry, caller: null, purpose: null, matter: null, operation: { hash: null, name: null } };
}
