import type { Db } from '../../../database/db.ts';
import type { ImportCategory, PlannedRow } from './category.ts';
import type { MergeOutcome, MergeProvenance } from './merge.ts';
import type { OldNumber, ResolveReferences } from './resolve-references.ts';
import { distinctNumbers } from './resolve-references.ts';
import { lockImports, storeMatched } from './store-matched.ts';
import { queueWaiting } from './unmatched.ts';

/** A valid line with the officer who answers for it. */
export interface StoredRow extends PlannedRow {
  readonly line: number;
  readonly officer: string;
}

/** What became of a chunk's lines. `waiting` lines are among the written ones; those that already waited are unchanged. */
export interface StoreOutcome extends MergeOutcome {
  readonly waiting: ReadonlySet<number>;
}

/**
 * Stores a chunk of valid lines in one transaction: all of them or none. Lines of subjects known only by an old number go
 * to their records when the registry knows it, and wait in the department's queue otherwise.
 * A process that dies here leaves whole chunks; importing the file again finds them unchanged and goes on.
 */
export async function storeRows(
  db: Db,
  category: ImportCategory,
  rows: readonly StoredRow[],
  options: { provenance: MergeProvenance; resolve: ResolveReferences },
): Promise<StoreOutcome> {
  const numbers = rows.flatMap(({ subject }) => ('reference' in subject ? [subject] : []));
  const found = numbers.length > 0 ? await options.resolve(distinctNumbers(numbers)) : new Map<string, string>();
  const matched: (StoredRow & { subjectId: string })[] = [];
  const unmatched: (StoredRow & OldNumber)[] = [];
  for (const row of rows) {
    const subjectId = 'id' in row.subject ? row.subject.id : found.get(row.subject.reference);
    if (subjectId !== undefined) matched.push({ ...row, subjectId });
    else if ('reference' in row.subject) unmatched.push({ ...row, ...row.subject });
  }
  return db.transaction(async (tx) => {
    // A lost chunk is no loss before the batch is closed, and closing it makes all before it durable: no chunk waits for the disk.
    await tx.query('set local synchronous_commit = off');
    await lockImports(tx, category.schema);
    const stored = await storeMatched(tx, category, matched, options.provenance);
    const waiting = await queueWaiting(tx, category, unmatched, options.provenance);
    return { ...stored, written: [...stored.written, ...waiting], waiting };
  });
}
