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

/** Entries from index `from` on, in order, at most `limit`, and none after the one with which they have `bytes`. */
export async function readEntries(
  db: Queryable,
  from: bigint,
  limit: number,
  bytes: number = Number.MAX_SAFE_INTEGER,
): Promise<PositionedEntry[]> {
  const { rows } = await db.query<{ seq: bigint; canonical: string }>(
    `SELECT seq, canonical FROM (
       SELECT seq, canonical, sum(octet_length(canonical)) OVER (ORDER BY seq ROWS UNBOUNDED PRECEDING) - octet_length(canonical) AS before
       FROM querylog.entry WHERE seq >= $1 ORDER BY seq LIMIT $2
     ) AS next WHERE before < $3 ORDER BY seq`,
    [from, limit, bytes],
  );
  return rows.map(({ seq, canonical }) => ({ index: seq, entry: JSON.parse(canonical) as QueryLogEntry }));
}
