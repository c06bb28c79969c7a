import type { Department } from '../../../schema/signed-context.ts';
import type { Cell, ImportCategory, TableSpec } from './category.ts';
import type { ColumnSpec, Layout } from './layout.ts';
import type { RowReader } from './row-reader.ts';
import { COMMON_COLUMNS, refuseStateSecret } from './standard-columns.ts';
import { subjectColumns, templateSubject } from './template-subject.ts';

/** A category with one table, one record a line and the project's own template. `persons`: natural persons may occur. */
export interface SimpleCategory {
  readonly name: string;
  readonly title: string;
  readonly department: Department;
  readonly schema: string;
  readonly persons: boolean;
  readonly table: TableSpec;
  readonly columns: readonly ColumnSpec[];
  /** The values of the table's columns, in their order. */
  read(row: RowReader): readonly Cell[];
}

/** Makes an {@link ImportCategory} of a simple one: subject columns first, its own next, officer and secrecy last. */
export function simpleCategory({ persons, table, columns, read, ...named }: SimpleCategory): ImportCategory {
  const layout: Layout = {
    name: `${named.title}（模板）`,
    columns: [...subjectColumns({ persons }), ...columns, ...COMMON_COLUMNS],
  };
  return {
    ...named,
    layouts: [layout],
    tables: [table],
    plan(row, { subjectKey, today }) {
      refuseStateSecret(row, []);
      const identified = templateSubject(row, subjectKey, today);
      const values = read(row);
      return identified && !row.failed ? { subject: identified.subject, records: [{ table, values }] } : null;
    },
  };
}
