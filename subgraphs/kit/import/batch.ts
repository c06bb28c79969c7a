import type { Db } from '../../../database/db.ts';
import type { ImportCategory } from './category.ts';

/** Counts of an import. See {@link ImportSummary}. */
export interface ImportCounts {
  accepted: number;
  rejected: number;
  unchanged: number;
  warned: number;
  waiting: number;
}

/** Notes that a file is being received, before its first row is stored; unfinished where the process died. */
export async function openBatch(
  db: Db,
  category: ImportCategory,
  batch: { id: string; layout: string; officer: string; fileName: string; startedAt: string },
): Promise<void> {
  await db.query(
    `insert into ${category.schema}.batch (id, category, layout, department, responsible_officer, file_name, file_sha256, started_at)
     values ($1, $2, $3, $4, $5, $6, '', $7::timestamptz)`,
    [batch.id, category.name, batch.layout, category.department, batch.officer, batch.fileName, batch.startedAt],
  );
}

/** Notes what became of a received file. */
export async function closeBatch(
  db: Db,
  category: ImportCategory,
  batch: { id: string; sha256: string; finishedAt: string; counts: ImportCounts },
): Promise<void> {
  const { accepted, unchanged, rejected, warned, waiting } = batch.counts;
  await db.query(
    `update ${category.schema}.batch set file_sha256 = $2, finished_at = $3::timestamptz,
       accepted = $4, unchanged = $5, rejected = $6, warned = $7, unmatched = $8
     where id = $1`,
    [batch.id, batch.sha256, batch.finishedAt, accepted, unchanged, rejected, warned, waiting],
  );
}
