import type { Db } from '../../database/db.ts';
import { type Edge, readEdge } from './read-edge.ts';
import { type LoggedEntry, writeBatch } from './write-batch.ts';

/** Batches that wait their turn from the start after another gateway was faster, before one is tried without. */
const TURNS = 32;

/** Writes batches to a log that others may write to as well. */
export interface LogWriter {
  /** Resolves, once the entries are durable, with the position of the first; rejects when they are not, or may not be. */
  write(batch: readonly LoggedEntry[]): Promise<bigint>;
}

/**
 * Alone, a writer knows where the log ends and writes there in one statement. When it does not end there, another gateway writes
 * too: then it takes its turn under the head's row lock, which the server gives in the order of asking.
 */
export function createLogWriter(db: Pick<Db, 'query' | 'transaction'>): LogWriter {
  let known: Edge | undefined;
  let turns = 0;

  async function write(batch: readonly LoggedEntry[]): Promise<bigint> {
    const edge = turns > 0 ? undefined : (known ?? (await readEdge(db)));
    // Until the outcome is known, nothing is: a transaction that fails may have been written.
    known = undefined;
    const after = edge && (await writeBatch(db, edge, batch));
    if (edge !== undefined && after !== undefined) {
      known = after;
      return edge.range.size;
    }
    turns = edge === undefined ? turns - 1 : TURNS;
    return inTurn(batch);
  }

  async function inTurn(batch: readonly LoggedEntry[]): Promise<bigint> {
    const { first, after } = await db.transaction(async (tx) => {
      await tx.query('SELECT FROM querylog.head FOR UPDATE');
      // A statement of its own: its snapshot is taken when the lock is held.
      const edge = await readEdge(tx);
      const after = await writeBatch(tx, edge, batch);
      if (after === undefined) throw new Error('the query log is not integrated: no gateway of this version has started on it');
      return { first: edge.range.size, after };
    });
    known = after;
    return first;
  }

  return { write };
}
