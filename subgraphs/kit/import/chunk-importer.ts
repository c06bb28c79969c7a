import type { Db } from '../../../database/db.ts';
import type { ImportCounts } from './batch.ts';
import type { ImportCategory, PlanContext } from './category.ts';
import type { MatchedHeader } from './header.ts';
import type { MergeProvenance } from './merge.ts';
import type { RawRow } from './read/csv.ts';
import type { RejectionCode, WarningCode } from './reasons.ts';
import type { RejectWriter } from './rejects.ts';
import { MISSING_CELL, restored } from './rejects.ts';
import type { ResolveReferences } from './resolve-references.ts';
import { RowReader } from './row-reader.ts';
import type { StoredRow, StoreOutcome } from './store.ts';
import { storeRows } from './store.ts';
import { OFFICER_FIELD } from './standard-columns.ts';
import { withoutEmptyEnd } from './without-empty-end.ts';

/** What a {@link ChunkImporter} works with for the whole of one file; `db` null validates only. */
export interface ChunkImport {
  readonly db: Db | null;
  readonly category: ImportCategory;
  /** `corrected`: the file is one of rejected rows, come back. */
  readonly header: MatchedHeader & { readonly cells: readonly string[]; readonly corrected: boolean };
  readonly officer: string;
  readonly context: PlanContext;
  readonly provenance: MergeProvenance;
  readonly resolve: ResolveReferences;
  readonly rejects: RejectWriter | null;
}

/** Validates and stores a file chunk by chunk, and counts. Chunks are taken one after the other. */
export class ChunkImporter {
  readonly counts: ImportCounts = { accepted: 0, rejected: 0, unchanged: 0, warned: 0, waiting: 0 };
  readonly reasons: Record<string, number> = {};
  readonly #options: ChunkImport;
  readonly #reader: RowReader;
  /** How many records of each line stand in the tables. */
  readonly #standing: number[] = [];

  constructor(options: ChunkImport) {
    this.#options = options;
    this.#reader = new RowReader(options.header.layout, options.header.positions);
  }

  /** Takes in one chunk of rows. A failure of the database rejects and leaves the chunk out whole. */
  async take(rows: readonly RawRow[]): Promise<void> {
    const valid: StoredRow[] = [];
    const warned = new Map<number, Set<WarningCode>>();
    for (const row of rows) {
      const planned = this.#plan(row);
      if (!planned) {
        this.counts.rejected++;
        for (const { code } of this.#reader.faults) this.#count(code);
        await this.#options.rejects?.add(row, this.#reader.faults);
        continue;
      }
      valid.push(planned);
      if (this.#reader.warnings.length > 0) warned.set(row.line, new Set(this.#reader.warnings.map(({ code }) => code)));
    }
    await this.#store(valid, warned);
    this.counts.warned += warned.size;
    for (const codes of warned.values()) for (const code of codes) this.#count(code);
  }

  async #store(valid: readonly StoredRow[], warned: Map<number, Set<WarningCode>>): Promise<void> {
    const { db, category, provenance, resolve } = this.#options;
    if (!db || valid.length === 0) {
      this.counts.accepted += valid.length;
      return;
    }
    const outcome = await storeRows(db, category, valid, { provenance, resolve });
    const accepted = this.#accepted(outcome);
    this.counts.accepted += accepted;
    this.counts.unchanged += valid.length - accepted;
    this.counts.waiting += outcome.waiting.size;
    const warn = (line: number, code: WarningCode) => warned.set(line, (warned.get(line) ?? new Set<WarningCode>()).add(code));
    for (const line of outcome.moved) warn(line, 'SUBJECT_CHANGED');
    for (const line of outcome.repeated) warn(line, 'REPEATED_IN_FILE');
    for (const line of outcome.older) warn(line, 'NEWER_LAYOUT_KEPT');
  }

  /** How many lines are accepted more than before: those displaced whole counted when they were written. */
  #accepted({ written, displaced }: StoreOutcome): number {
    for (const line of written) this.#standing[line] = (this.#standing[line] ?? 0) + 1;
    for (const line of displaced) this.#standing[line] = (this.#standing[line] ?? 0) - 1;
    const gone = new Set(displaced.filter((line) => this.#standing[line] === 0));
    return new Set(written).size - gone.size;
  }

  #plan({ line, cells }: RawRow): StoredRow | null {
    const { category, header, context, officer } = this.#options;
    const reader = this.#reader;
    reader.load(header.corrected ? cells.map(restored) : cells);
    if (!hasWidth(cells, header.cells.length)) {
      // Cells stand in the wrong columns: what else is wrong with them would mislead.
      reader.faults = [{ field: null, code: 'COLUMN_COUNT' }];
      return null;
    }
    if (reader.isExample) {
      reader.faults = [{ field: null, code: 'EXAMPLE_ROW' }];
      return null;
    }
    const planned = category.plan(reader, context);
    if (!planned || reader.failed) return null;
    return { ...planned, line, officer: reader.text(OFFICER_FIELD) ?? officer };
  }

  #count(code: RejectionCode | WarningCode): void {
    this.reasons[code] = (this.reasons[code] ?? 0) + 1;
  }
}

/** Whether a row has as many cells as the header has names, and had when it was rejected; a spreadsheet may add empty ones at the end. */
function hasWidth(cells: readonly string[], width: number): boolean {
  if (cells.includes(MISSING_CELL)) return false;
  return cells.length >= width && (cells.length === width || withoutEmptyEnd(cells).length <= width);
}
