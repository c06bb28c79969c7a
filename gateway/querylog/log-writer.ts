import type { Db, Queryable } from '../../database/db.ts';
import type { QueryLogEntry } from './entry.ts';
import { leafOf } from './leaf.ts';
import { type Edge, readEdge } from './read-edge.ts';
import { type LoggedEntry, writeBatch } from './write-batch.ts';
import { lockEnd } from './lock-end.ts';

/** Batches that wait their turn from the start after another gateway was faster, before one is tried without. */
const TURNS = 32;

/** Writes batches to a log that others may write to as well. */
export interface LogWriter {
  /** Resolves once the entries are durable; rejects when they are not, or may not be. */
  write(batch: readonly LoggedEntry[]): Promise<Written>;
}

/** Where a batch was written. */
export interface Written {
  /** Position of the first entry that was. */
  first: bigint;
  /** Entries that were not, because what was to happen alongside was refused, each with the reason. The others close ranks. */
  refused: ReadonlyMap<LoggedEntry, unknown>;
}

const notIntegrated = () => new Error('the query log is not integrated: no gateway of this version has started on it');
const NONE_REFUSED: Written['refused'] = new Map();

/**
 * Alone, a writer knows where the log ends and writes there in one statement. When it does not end there, another gateway writes
 * too: then it takes its turn under the head's row lock, which the server gives in the order of asking.
 */
export function createLogWriter(db: Pick<Db, 'query' | 'transaction'>): LogWriter {
  let known: Edge | undefined;
  let turns = 0;

  async function write(batch: readonly LoggedEntry[]): Promise<Written> {
    if (batch.some(({ alongside }) => alongside !== undefined)) return inTurn(batch);
    const edge = turns > 0 ? undefined : (known ?? (await readEdge(db)));
    // Until the outcome is known, nothing is: a transaction that fails may have been written.
    known = undefined;
    const after = edge && (await writeBatch(db, edge, batch));
    if (edge !== undefined && after !== undefined) {
      known = after;
      return { first: edge.range.size, refused: NONE_REFUSED };
    }
    turns = edge === undefined ? turns - 1 : TURNS;
    return inTurn(batch);
  }

  async function inTurn(batch: readonly LoggedEntry[]): Promise<Written> {
    // Until the outcome is known, nothing is.
    known = undefined;
    const { after, ...written } = await db.transaction(async (tx) => {
      await lockEnd(tx);
      const refused = await changeAlongside(tx, batch);
      // A statement of its own: its snapshot is taken when the lock is held.
      const edge = await readEdge(tx);
      const entries = refused.size === 0 ? batch : batch.filter((entry) => !refused.has(entry));
      const after = entries.length === 0 ? edge : await writeBatch(tx, edge, entries);
      if (after === undefined) throw notIntegrated();
      return { first: edge.range.size, refused, after };
    });
    known = after;
    return written;
  }

  return { write };
}

/**
 * Appends an entry in a transaction that holds the lock of the log's end, as what else happens in it is on record then. Rejects with
 * `LogContradiction`, and with `DatabaseError`.
 */
export async function appendInTransaction(tx: Queryable, entry: QueryLogEntry): Promise<void> {
  const after = await writeBatch(tx, await readEdge(tx), [{ entry, leaf: leafOf(entry) }]);
  if (after === undefined) throw notIntegrated();
}

/** Each change by itself: one that is refused undoes what it did, and keeps its entry alone off the log. */
async function changeAlongside(tx: Queryable, batch: readonly LoggedEntry[]): Promise<Written['refused']> {
  const refused = new Map<LoggedEntry, unknown>();
  for (const logged of batch) {
    if (logged.alongside === undefined) continue;
    await tx.query('SAVEPOINT alongside');
    try {
      await logged.alongside(tx);
    } catch (error) {
      refused.set(logged, error);
      await tx.query('ROLLBACK TO SAVEPOINT alongside');
    }
    await tx.query('RELEASE SAVEPOINT alongside');
  }
  return refused;
}
