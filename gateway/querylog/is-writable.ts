import type { Queryable } from '../../database/db.ts';

/** Whether the log is there to be written to: a standby that answers under its address, or a server that was set read-only, takes no entry. Rejects with `DatabaseError`. */
export async function isWritable(db: Queryable): Promise<boolean> {
  const { rows } = await db.query(`SELECT FROM querylog.head WHERE current_setting('transaction_read_only') = 'off'`);
  return rows.length === 1;
}
