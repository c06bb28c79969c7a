import type { Queryable } from '../../database/db.ts';

/**
 * Waits for the turn of this transaction at the end of the log: all that changes it happens one after another. The table of entries is
 * locked first (weakly, as reading does), in the order of an append that is one statement, so that archiving waits for nobody who waits for it.
 */
export async function lockEnd(tx: Queryable): Promise<void> {
  await tx.query('SELECT FROM querylog.head WHERE NOT EXISTS (SELECT FROM querylog.entry WHERE false) FOR UPDATE OF head');
}
