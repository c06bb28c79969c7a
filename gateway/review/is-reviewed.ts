import type { Queryable } from '../../database/db.ts';

/** Whether the review of the log needs no entry before a position any more, not even to remember. Rejects with `DatabaseError`. */
export async function isReviewedUpTo(db: Queryable, position: bigint): Promise<boolean> {
  const { rows } = await db.query<{ reviewed: boolean }>('SELECT snapshot_seq >= $1 AS reviewed FROM review.progress', [
    position,
  ]);
  return rows[0]?.reviewed === true;
}
