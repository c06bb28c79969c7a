import type { Queryable } from '../../database/db.ts';
import type { QueryLogEntry } from './entry.ts';

/** An entry with its position in the log. */
export interface PositionedEntry {
  index: bigint;
  entry: QueryLogEntry;
}

/** How many entries the log holds: the index of the next one. */
export async function logSize(db: Queryable): Promise<bigint> {
  const { rows } = await db.query<{ size: bigint }>('SELECT size FROM querylog.head');
  return rows[0]?.size ?? 0n;
}

/** Entries from index `from` on, in order, at most `limit`. */
export async function readEntries(db: Queryable, from: bigint, limit: number): Promise<PositionedEntry[]> {
  const { rows } = await db.query<{ seq: bigint; canonical: string }>(
    'SELECT seq, canonical FROM querylog.entry WHERE seq >= $1 ORDER BY seq LIMIT $2',
    [from, limit],
  );
  return rows.map(({ seq, canonical }) => ({ index: seq, entry: JSON.parse(canonical) as QueryLogEntry }));
}
