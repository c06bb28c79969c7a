import type { Clock } from '../../schema/city-clock.ts';
import type { NewEntry, QueryLog, Receipt } from './entry.ts';

/** How long refusals of one kind are gathered into one entry. */
export const GATHER_MS = 60_000;
/** Kinds that are gathered at a time: about 10 MB. What comes on top is put together by code alone. */
export const MAX_GATHERED = 10_000;

interface Gathered {
  last: NewEntry | undefined;
  /** Whether it should have been appended a minute ago, or longer. */
  isLate: boolean;
  count: number;
  timer: NodeJS.Timeout;
}

/**
 * Appends entries of which there may be a flood: of one kind the first at once, and the others of the next minute together, as
 * the last of them with their `count`.
 */
export class GatheredEntries {
  readonly #queryLog: QueryLog;
  readonly #clock: Clock;
  readonly #gathering = new Map<string, Gathered>();

  constructor(queryLog: QueryLog, clock: Clock) {
    this.#queryLog = queryLog;
    this.#clock = clock;
  }

  /** Resolves with the receipt of a kind's first, with null for one that is only counted yet. Rejects with LOG_UNAVAILABLE. */
  async append(kind: string, entry: NewEntry): Promise<Receipt | null> {
    const key = this.#gathering.has(kind) || this.#gathering.size < MAX_GATHERED ? kind : `any ${entry.code}`;
    const told = key === kind ? entry : anybody(entry);
    const gathered = this.#gathering.get(key);
    if (gathered === undefined) return this.#appendFirst(key, told);
    gathered.count += 1;
    gathered.last = told;
    gathered.isLate = false;
    return null;
  }

  /** Appends what is still only counted. */
  async close(): Promise<void> {
    await Promise.all([...this.#gathering.keys()].map((key) => this.#flush(key, false)));
  }

  async #appendFirst(key: string, entry: NewEntry): Promise<Receipt> {
    this.#gather(key);
    try {
      return await this.#queryLog.append(entry);
    } catch (error) {
      // Unless others are counted already, the next one is the first again: while the log is unavailable it is answered like this one.
      if (this.#gathering.get(key)?.count === 0) this.#forget(key);
      throw error;
    }
  }

  #gather(key: string): void {
    // A count waiting for its minute is no reason to keep a process alive: closing appends it.
    const timer = setTimeout(() => void this.#flush(key, true), GATHER_MS).unref();
    this.#gathering.set(key, { last: undefined, isLate: false, count: 0, timer });
  }

  #forget(key: string): Partial<Gathered> {
    const gathered = this.#gathering.get(key);
    clearTimeout(gathered?.timer);
    this.#gathering.delete(key);
    return gathered ?? {};
  }

  async #flush(key: string, goOn: boolean): Promise<void> {
    const { last: kept, isLate, count = 0 } = this.#forget(key);
    if (kept === undefined) return;
    if (goOn) this.#gather(key);
    // The log's times do not run back by more than the minute: what it could not take then is of now.
    const last = isLate ? { ...kept, time: new Date(this.#clock()).toISOString() } : kept;
    try {
      await this.#queryLog.append(count === 1 ? last : { ...last, count });
    } catch {
      // While the log is unavailable they stay counted, for the next minute's entry.
      const next = this.#gathering.get(key);
      if (next === undefined) return;
      next.count += count;
      if (next.last !== undefined) return;
      next.last = last;
      next.isLate = true;
    }
  }
}

/** An entry that stands for several callers names none. */
function anybody(entry: NewEntry): NewEntry {
  return { ...entry, caller: null, purpose: null, matter: null, operation: { hash: null, name: null }, readable: {} };
}
