import type { Queryable } from '../../database/db.ts';
import { goRound } from '../go-round.ts';
import { type ExportWork, takeExportStep } from './export-step.ts';

/** How often a gateway without work looks for exports that were asked for, and for those that have expired. */
const POLL_MS = 1_000;

/**
 * Works exports off and erases what has expired, until closed. Any number of gateways may: the row of an export under work is locked, for
 * as long as whoever works on it lives, and the others take the next.
 */
export function workExports(work: ExportWork & { report: (error: unknown) => void }): { close(): Promise<void> } {
  return goRound({ round: () => nextPiece(work), everyMs: POLL_MS, report: work.report });
}

async function nextPiece(work: ExportWork): Promise<boolean> {
  await eraseExpired(work.db, work.clock());
  return takeExportStep(work);
}

/** Erases the parts of every export whose time is over; what it was stays known. Rejects with `DatabaseError`. */
export async function eraseExpired(db: Queryable, now: number): Promise<void> {
  await db.query(
    `WITH expired AS (
       UPDATE exports.export SET state = 'EXPIRED' WHERE state = 'READY' AND expires_at <= $1::timestamptz RETURNING id
     ) DELETE FROM exports.part USING expired WHERE part.export = expired.id`,
    [new Date(now).toISOString()],
  );
}
