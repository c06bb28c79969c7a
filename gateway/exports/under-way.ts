import type { Queryable } from '../../database/db.ts';

/**
 * Whether an export is being made that has yet to read entries before a position. No export that was asked for begins or goes on until
 * the transaction ends. Rejects with `DatabaseError`, also when a gateway is at one of them for longer than the lock may take.
 */
export async function holdExports(tx: Queryable, position: bigint): Promise<boolean> {
  const { rows } = await tx.query<{ next: bigint | null }>(
    `SELECT coalesce(last_seq + 1, first_seq) AS next FROM exports.export WHERE state IN ('QUEUED', 'RUNNING') FOR UPDATE`,
  );
  return rows.some(({ next }) => next !== null && next < position);
}
