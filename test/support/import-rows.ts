import type { Db } from '../../database/db.ts';
import { importCategory } from '../../subgraphs/import-categories.ts';
import type { ImportOptions, ImportSummary } from '../../subgraphs/kit/import/import-file.ts';
import { importFile } from '../../subgraphs/kit/import/import-file.ts';

/** Noon of 21 November 2026 in the city. */
export const NOW = Date.UTC(2026, 10, 21, 4);
export const SUBJECT_KEY = 'test key';

/**
 * Imports rows given as objects (column → text) as a CSV file of the category would be. Columns that no row names are added empty when
 * the layout requires them. `layout` is the position of the layout, the first when it is not given.
 */
export function importRows(
  db: Db | null,
  categoryName: string,
  rows: readonly Readonly<Record<string, string>>[],
  { layout = 0, ...options }: Partial<ImportOptions> & { layout?: number } = {},
): Promise<ImportSummary> {
  const category = importCategory(categoryName);
  if (!category) throw new Error(`no category ${categoryName}`);
  const required = (category.layouts[layout]?.columns ?? [])
    .filter(({ presence }) => presence !== 'optional')
    .map(({ headers }) => headers[0] ?? '');
  const header = [...new Set([...required, ...rows.flatMap((row) => Object.keys(row))])];
  const csv = [header, ...rows.map((row) => header.map((name) => row[name] ?? ''))]
    .map((cells) => cells.map(quoted).join(','))
    .join('\n');
  const source = { bytes: once(Buffer.from(csv)), name: 'rows.csv' };
  return importFile({ db, category, source, officer: '经办', subjectKey: SUBJECT_KEY, clock: () => NOW, ...options });
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function quoted(cell: string): string {
  return `"${cell.replaceAll('"', '""')}"`;
}
