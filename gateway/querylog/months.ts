import { DUPLICATE_TABLE } from '../../database/database-error.ts';
import { DatabaseError, type Queryable } from '../../database/db.ts';

/** Months after this one that have their partition ready, so that none has to be made while entries wait for it. */
const MONTHS_AHEAD = 2;

/**
 * Makes the partitions of this month (UTC) and of the next ones, where they are missing. `now` in milliseconds since the epoch.
 * Rejects with `DatabaseError`, also when readers held the table for longer than a second: entries then go to `entry_other`.
 */
export async function ensureMonths(db: Queryable, now: number): Promise<void> {
  const today = new Date(now);
  for (let ahead = 0; ahead <= MONTHS_AHEAD; ahead++) {
    const first = new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth() + ahead, 1));
    await db.query('SELECT querylog.ensure_month($1::date)', [first.toISOString().slice(0, 10)]).catch(unlessMadeMeanwhile);
  }
}

/** By another gateway, as when several start together. */
function unlessMadeMeanwhile(error: unknown): void {
  if (!(error instanceof DatabaseError && error.sqlState === DUPLICATE_TABLE)) throw error;
}
