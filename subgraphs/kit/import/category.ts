import type { Department } from '../../../schema/signed-context.ts';
import type { Layout } from './layout.ts';
import type { RowReader } from './row-reader.ts';
import type { SubjectReference } from './subject.ts';

/** A value as it is sent to PostgreSQL, in the text form of its column's type. */
export type Cell = string | null;

/**
 * A table an import writes. Every such table has `subject_id`, the columns below, the provenance columns and a
 * `<table>_version` twin for superseded rows (see the migrations). `type` is the SQL type a value is cast to. A row without
 * a value for one of the columns `kept` says nothing of it: what was said before stays.
 */
export interface TableSpec {
  readonly name: string;
  readonly key: readonly string[];
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly kept: readonly string[];
}

/** Writes a {@link TableSpec}: `columns` maps names to SQL types, in the order values are given. */
export function defineTable(
  name: string,
  key: readonly string[],
  columns: Readonly<Record<string, string>>,
  kept: readonly string[] = [],
): TableSpec {
  return { name, key, columns: Object.entries(columns).map(([column, type]) => ({ name: column, type })), kept };
}

/** A row for a table; `subjectId` where it is another subject than the line's own. Values in the order of the columns. */
export interface PlannedRecord {
  readonly table: TableSpec;
  readonly subjectId?: string;
  readonly values: readonly Cell[];
}

/** What a valid line means: whose it is, and the records it makes. */
export interface PlannedRow {
  readonly subject: SubjectReference;
  readonly records: readonly PlannedRecord[];
}

/** What a mapping needs besides the line: the city's key for subject ids and today in the city (`YYYY-MM-DD`). */
export interface PlanContext {
  readonly subjectKey: string;
  readonly today: string;
}

/** One kind of file a department sends, with its layouts and its mapping. */
export interface ImportCategory {
  readonly name: string;
  /** 中文名称, for help and templates. */
  readonly title: string;
  readonly department: Department;
  /** The SQL schema of the department. */
  readonly schema: string;
  /** The first is the one `--template` writes. */
  readonly layouts: readonly Layout[];
  readonly tables: readonly TableSpec[];
  /** Reads one line. Faults go to `row`; null when the line has any. */
  plan(row: RowReader, context: PlanContext): PlannedRow | null;
}
