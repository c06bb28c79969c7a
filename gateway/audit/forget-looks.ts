import type { Db, Queryable } from '../../database/db.ts';

/** Whether the read model has got every entry before a position. Rejects with `DatabaseError`. */
export async function isLevelUpTo(db: Queryable, position: bigint): Promise<boolean> {
  const { rows } = await db.query<{ level: boolean }>('SELECT next_seq >= $1 AS level FROM audit.progress', [position]);
  return rows[0]?.level === true;
}

/**
 * Takes the entries that have left the log's database for an archive out of the read model too; repeating it changes nothing. Counts by
 * hour go with the hours of which no entry of their kind stays. Rejects with `DatabaseError`.
 */
export function forgetArchivedLooks(db: Pick<Db, 'transaction'>): Promise<void> {
  return db.transaction(async (tx) => {
    // The follower's claim first: nobody may be half-way through a batch.
    await tx.query('SELECT 1 FROM audit.progress FOR UPDATE');
    for (const statement of FORGET) await tx.query(statement);
  });
}

const ARCHIVED = '(SELECT archived FROM querylog.head)';

const FORGET = [
  // The clock of one entry that stays may be far off: what is counted of other hours goes all the same.
  `DELETE FROM audit.tally AS tally WHERE hour <= (SELECT max(at) FROM audit.look WHERE seq < ${ARCHIVED}) AND NOT EXISTS (
     SELECT FROM audit.look AS stays WHERE stays.seq >= ${ARCHIVED} AND stays.kind = tally.kind AND date_trunc('hour', stays.at, 'UTC') = tally.hour)`,
  `WITH gone AS (DELETE FROM audit.mention WHERE seq < ${ARCHIVED} RETURNING name),
        counted AS (SELECT name, count(*) AS mentions FROM gone GROUP BY name)
   UPDATE audit.name AS known SET mentions = known.mentions - counted.mentions FROM counted WHERE known.name = counted.name`,
  'DELETE FROM audit.name WHERE mentions <= 0',
  `DELETE FROM audit.look WHERE seq < ${ARCHIVED}`,
  // Pages from the oldest look on begin with the kinds whose oldest is oldest; one that has none left comes last, until there is one again.
  `UPDATE audit.kind AS kind SET first_seq = coalesce(
     (SELECT l.seq FROM audit.look l WHERE l.kind = kind.kind ORDER BY l.seq LIMIT 1), 9223372036854775807)
   WHERE first_seq < ${ARCHIVED}`,
] as const;
