import type { ImportCategory } from './category.ts';
import type { ColumnSpec } from './layout.ts';

/** The template of a category as CSV (UTF-8 with byte-order mark, for Excel): the header and one fictitious example row. */
export function templateCsv(category: ImportCategory): string {
  const columns = columnsOf(category);
  const header = columns.map(({ headers }) => quoted(headers[0] ?? ''));
  return `\uFEFF${header.join(',')}\r\n${columns.map(({ example }) => quoted(example)).join(',')}\r\n`;
}

/** What an official must know to fill the template: one Markdown table row a column. */
export function templateNotes(category: ImportCategory): string {
  const rows = columnsOf(category).map(
    (column) => `| ${column.headers[0]} | ${PRESENCE[column.presence]} | ${column.type} | ${column.note ?? ''} |`,
  );
  const introduction = `# ${category.title}（\`${category.name}\`，部门 \`${category.department}\`）`;
  const table = ['| 列 | 必填 | 类型 | 说明 |', '| --- | --- | --- | --- |', ...rows];
  return [
    introduction,
    '',
    '第二行是示例，填报前请删除；未删除的示例行会被拒收。列的次序不限；可有可无的列可以整列删去。',
    '',
    ...table,
    '',
  ].join('\n');
}

const PRESENCE = { value: '必填', column: '列必有，值可空', optional: '可无此列' } as const;

function columnsOf(category: ImportCategory): readonly ColumnSpec[] {
  return category.layouts[0]?.columns ?? [];
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
