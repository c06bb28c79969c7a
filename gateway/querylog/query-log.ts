import type { Db } from '../../database/db.ts';
import { afterTurns } from '../after-turns.ts';
import { GatewayError } from '../errors.ts';
import { MAX_ENTRY_BYTES } from './entry-bundle.ts';
import type { Alongside, NewEntry, QueryLog, Receipt } from './entry.ts';
import { type Leaf, leafOf } from './leaf.ts';
import { createLogWriter, type LogWriter, type Written } from './log-writer.ts';
import type { SealReadable } from './sealing.ts';
import type { LoggedEntry } from './write-batch.ts';

/** Entries that a transaction does not wait for others with. */
const FULL_BATCH = 32;
/** Entries in one transaction at most: about one megabyte. */
const BATCH_ENTRIES = 500;
/** Entries that may wait for the next transaction; one more is refused at once. */
const WAITING_ENTRIES = 5_000;
/** How long a transaction may take before its outcome counts as unknown. */
const TIMEOUT_MS = 5_000;
/** How long an append that failed says that the next would fail too: then somebody has to try, or nobody ever would. */
const FAILING_MS = 10_000;
/** Transactions given up on that may still hold a connection; with more, nothing is sent until one of them ends. */
const ABANDONED_TRANSACTIONS = 2;

/** Where the log is kept and what it is called. */
export interface QueryLogOptions {
  db: Pick<Db, 'query' | 'transaction'>;
  /** Name of the log, part of every receipt. */
  origin: string;
  timeoutMs?: number;
  maxWaiting?: number;
  /** Told of entries that are durable, the first of them at that position; must not throw. */
  onWritten?: (first: bigint, entries: readonly LoggedEntry[]) => void;
  /** Seals what goes beside the entries; without it, nothing does. */
  seal?: SealReadable;
}

interface Waiting extends LoggedEntry {
  resolve(receipt: Receipt): void;
  reject(error: unknown): void;
}

/**
 * The query log over one database. Entries appended in a few turns of the event loop, or while a transaction is under way, travel together
 * in the next one (group commit).
 * Several gateways may write to one log: a row lock orders their transactions, and positions stay dense.
 * `append` rejects with LOG_UNAVAILABLE when the entry is not, or may not be, on disk; the next append tries anew, so that the log
 * recovers by itself when its database returns; with QUERY_TOO_COSTLY when it is longer than a log can hold. `close` resolves when nothing is waiting any more; the database stays open.
 */
export function createQueryLog(options: QueryLogOptions): WrittenLog {
  return new GroupCommit(options);
}

/** A query log that this process writes. */
export interface WrittenLog extends QueryLog {
  /** Whether the last append failed, not long ago: a disk that is full is found out by writing alone. */
  isFailing(): boolean;
  close(): Promise<void>;
}

class GroupCommit implements WrittenLog {
  readonly #writer: LogWriter;
  readonly #origin: string;
  readonly #timeoutMs: number;
  readonly #maxWaiting: number;
  readonly #onWritten: NonNullable<QueryLogOptions['onWritten']>;
  readonly #seal: SealReadable | undefined;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;
  #onFull = () => {};
  #abandoned = 0;
  #failedAt = Number.NEGATIVE_INFINITY;
  #closed = false;

  constructor(options: QueryLogOptions) {
    const { db, origin, timeoutMs = TIMEOUT_MS, maxWaiting = WAITING_ENTRIES, onWritten = () => {}, seal } = options;
    this.#writer = createLogWriter(db);
    this.#origin = origin;
    this.#timeoutMs = timeoutMs;
    this.#maxWaiting = maxWaiting;
    this.#onWritten = onWritten;
    this.#seal = seal;
  }

  append({ readable, ...plain }: NewEntry, alongside?: Alongside): Promise<Receipt> {
    if (this.#closed || this.#waiting.length >= this.#maxWaiting || this.#abandoned > ABANDONED_TRANSACTIONS) {
      return Promise.reject(new GatewayError('LOG_UNAVAILABLE'));
    }
    const sealing = readable && this.#seal?.(plain, readable);
    const entry = sealing ? { sealed: sealing.references, ...plain } : plain;
    const leaf = leafOf(entry);
    // Such an entry could not be exported with the others: nothing may leave on its account.
    if (leaf.canonical.length > MAX_ENTRY_BYTES) return Promise.reject(new GatewayError('QUERY_TOO_COSTLY'));
    return new Promise((resolve, reject) => {
      const durable = (receipt: Receipt) => {
        sealing?.durable();
        resolve(receipt);
      };
      this.#waiting.push({ entry, leaf, texts: sealing?.texts, alongside, resolve: durable, reject });
      this.#writing ??= this.#writeAll();
      if (this.#waiting.length === FULL_BATCH) this.#onFull();
    });
  }

  isFailing(): boolean {
    return performance.now() - this.#failedAt < FAILING_MS;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#writing;
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      await this.#gathered();
      await this.#write(this.#waiting.splice(0, BATCH_ENTRIES));
    }
    this.#writing = undefined;
  }

  /** Entries of a few turns of the event loop, as answers of departments are, travel together; so many are worth a transaction before that. */
  #gathered(): Promise<void> {
    if (this.#waiting.length >= FULL_BATCH) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onFull = resolve;
      afterTurns(resolve);
    });
  }

  async #write(batch: readonly Waiting[]): Promise<void> {
    try {
      // Dying in here: the batch is on disk whole or not at all, and no receipt has been given for any of it.
      const written = await this.#inTime(this.#writer.write(batch));
      // Durable from here on: dying now leaves looks on record whose answers nobody received, never the reverse.
      this.#failedAt = Number.NEGATIVE_INFINITY;
      this.#report(batch, written);
      const { first, refused } = written;
      this.#onWritten(first, refused.size === 0 ? batch : batch.filter((entry) => !refused.has(entry)));
    } catch (error) {
      this.#failedAt = performance.now();
      // Perhaps written, perhaps not: both are safe, because without a receipt no answer leaves.
      for (const { reject } of batch) reject(new GatewayError('LOG_UNAVAILABLE', {}, { cause: error }));
    }
  }

  #report(batch: readonly Waiting[], { first, refused }: Written): void {
    let index = first;
    for (const waiting of batch) {
      const { leaf, resolve, reject } = waiting;
      if (refused.has(waiting)) reject(refused.get(waiting));
      else resolve(this.#receipt(index++, leaf));
    }
  }

  #receipt(index: bigint, { hash }: Leaf): Receipt {
    return { origin: this.#origin, index: index.toString(), leafHash: Buffer.from(hash).toString('hex') };
  }

  /** Gives up on a transaction that takes too long; what was waiting behind it has waited as long, and is refused with it. */
  #inTime(writing: Promise<Written>): Promise<Written> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#abandoned += 1;
        const settled = () => (this.#abandoned -= 1);
        writing.then(settled, settled);
        for (const waiting of this.#waiting.splice(0)) waiting.reject(new GatewayError('LOG_UNAVAILABLE'));
        reject(new Error(`the query log did not commit within ${this.#timeoutMs} ms`));
      }, this.#timeoutMs);
      writing.then(resolve, reject).finally(() => clearTimeout(timer));
    });
  }
}
