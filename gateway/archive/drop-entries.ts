import type { Queryable } from '../../database/db.ts';

/**
 * Takes the entries before a position out of the database: whole partitions, and what little there is of them in others. The tree stays.
 * In a transaction that holds the locks. Rejects with `DatabaseError`.
 */
export async function dropEntries(tx: Queryable, cut: bigint): Promise<void> {
  await tx.query('UPDATE querylog.head SET archived = $1', [cut]);
  for (const partition of await partitions(tx)) {
    if (await isAllBefore(tx, partition, cut)) await tx.query(`DROP TABLE querylog.${partition}`);
  }
  await tx.query('DELETE FROM querylog.entry WHERE seq < $1', [cut]);
}

/** Those of months, and the one of everything before there were months; the default one stays. */
async function partitions(tx: Queryable): Promise<string[]> {
  const { rows } = await tx.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
     WHERE i.inhparent = 'querylog.entry'::regclass AND c.relname ~ '^entry_([0-9]{4}_[0-9]{2}|before_months)$'`,
  );
  return rows.map(({ name }) => name);
}

/** An empty partition is of a month to come. */
async function isAllBefore(tx: Queryable, partition: string, cut: bigint): Promise<boolean> {
  const { rows } = await tx.query<{ all: boolean }>(
    `SELECT EXISTS (SELECT FROM querylog.${partition}) AND NOT EXISTS (SELECT FROM querylog.${partition} WHERE seq >= $1) AS all`,
    [cut],
  );
  return rows[0]?.all === true;
}
