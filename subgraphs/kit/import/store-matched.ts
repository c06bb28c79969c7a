import type { Queryable } from '../../../database/db.ts';
import type { ImportCategory, PlannedRecord } from './category.ts';
import { contentHash } from './content-hash.ts';
import type { MergeOutcome, MergeProvenance } from './merge.ts';
import type { MergeRecord } from './merge-record.ts';
import { mergeRecords } from './merge.ts';

/** A valid line whose subject is known. */
export interface MatchedRow {
  readonly line: number;
  readonly officer: string;
  readonly subjectId: string;
  readonly records: readonly PlannedRecord[];
}

/** Merges lines whose subject is known into the tables of their category. Must run under {@link lockImports}. */
export async function storeMatched(
  tx: Queryable,
  category: ImportCategory,
  rows: readonly MatchedRow[],
  provenance: MergeProvenance,
): Promise<MergeOutcome> {
  const written: number[] = [];
  const displaced: number[] = [];
  const moved = new Set<number>();
  const repeated = new Set<number>();
  const older = new Set<number>();
  for (const table of category.tables) {
    const records = rows.flatMap((row) =>
      row.records.filter((record) => record.table === table).map((record) => mergeRecord(row, record)),
    );
    if (records.length === 0) continue;
    const outcome = await mergeRecords(tx, table, records, provenance);
    written.push(...outcome.written);
    displaced.push(...outcome.displaced);
    for (const line of outcome.moved) moved.add(line);
    for (const line of outcome.older) older.add(line);
    for (const line of outcome.repeated) repeated.add(line);
  }
  return { written, displaced, moved, repeated, older };
}

/** Two imports into one department take turns, a chunk at a time: their rows may touch the same keys in different order. */
export async function lockImports(tx: Queryable, schema: string): Promise<void> {
  await tx.query("select pg_advisory_xact_lock(hashtextextended('xinqiao import ' || $1::text, 0))", [schema]);
}

function mergeRecord(row: MatchedRow, record: PlannedRecord): MergeRecord {
  const subjectId = record.subjectId ?? row.subjectId;
  const hash = contentHash(subjectId, record.values);
  return { line: row.line, officer: row.officer, subjectId, values: record.values, hash };
}
