import type { Queryable } from '../../database/db.ts';

/** How many entries, from the first on, have left the database for an archive. Rejects with `DatabaseError`. */
export async function archivedEntries(db: Queryable): Promise<bigint> {
  const { rows } = await db.query<{ archived: bigint }>('SELECT archived FROM querylog.head');
  return rows[0]?.archived ?? 0n;
}
