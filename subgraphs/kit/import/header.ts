import { columnKey, isRejectsHeader, REJECT_COLUMNS } from './column-key.ts';
import type { Layout } from './layout.ts';
import { UnreadableFile } from './read/unreadable-file.ts';
import { withoutEmptyEnd } from './without-empty-end.ts';

/** Which layout a file has, and in which cell each of its fields stands. */
export interface MatchedHeader {
  readonly layout: Layout;
  readonly positions: ReadonlyMap<string, number>;
}

/** More columns than any layout has, several times over. */
const MAX_COLUMNS = 200;
/** What no name of a column has: control characters but breaks and tabs, and what could not be decoded. */
const NO_TEXT = /[^\P{Cc}\t\r\n]|\uFFFD/u;
/** Names in a refusal, so that a wrong file does not fill the screen. */
const MAX_LISTED = 40;

/**
 * Finds the layout whose columns a header names, in any order and in either of its spellings (Chinese or code), full and
 * half width alike. The first layout that fits wins.
 * @throws {UnreadableFile} listing unknown, missing and repeated columns of the closest layout.
 */
export function matchHeader(cells: readonly string[], layouts: readonly Layout[]): MatchedHeader {
  const names = withoutEmptyEnd(cells);
  // Named before any is repeated: a terminal would obey what an image has in place of names.
  if (names.some((name) => NO_TEXT.test(name)))
    throw new UnreadableFile(
      '第一行不是文字，文件可能是图片、压缩包或已损坏；请另存为“CSV UTF-8”。 The first line is no text: this may be an image, an archive or a damaged file; save the table as “CSV UTF-8”.',
    );
  if (names.length > MAX_COLUMNS)
    throw new UnreadableFile(
      `表头有 ${names.length} 列，超过 ${MAX_COLUMNS} 列，可能不是本类文件。 The header has ${names.length} columns: this may be another kind of file.`,
    );
  const attempts = layouts.map((layout) => attempt(names, layout));
  const fitting = attempts.find(({ problems }) => problems === 0);
  if (fitting) return fitting;
  // Such a line is one of values, and they are not repeated.
  if (attempts.every(({ positions }) => positions.size === 0))
    throw new UnreadableFile(
      '第一行没有本类别的任何列名：文件可能缺少表头、表头不在第一行或第一张工作表，或属于别的类别；请按模板更正。 The first line names no column of this category: the header may be missing, further down or on another sheet, or this is another kind of file.',
    );
  const [closest] = attempts.sort((a, b) => a.problems - b.problems);
  throw new UnreadableFile(closest ? refusal(closest) : '没有可用的版式。 There is no layout to read it by.');
}

interface Attempt extends MatchedHeader {
  readonly unknown: readonly string[];
  readonly missing: readonly string[];
  readonly repeated: readonly string[];
  readonly problems: number;
}

function attempt(names: readonly string[], layout: Layout): Attempt {
  const fields = new Map(
    layout.columns.flatMap(({ field, headers }) => headers.map((header) => [columnKey(header), field] as const)),
  );
  const positions = new Map<string, number>();
  const ignored = new Set<string>(isRejectsHeader(names) ? REJECT_COLUMNS : []);
  const unknown: string[] = [];
  const repeated: string[] = [];
  for (const [position, name] of names.entries()) {
    if (ignored.has(columnKey(name))) continue;
    const field = fields.get(columnKey(name));
    if (field === undefined) unknown.push(name.trim() || `（第 ${position + 1} 列无名称）`);
    else if (positions.has(field)) repeated.push(name);
    else positions.set(field, position);
  }
  const missing = layout.columns
    .filter(({ field, presence }) => presence !== 'optional' && !positions.has(field))
    .map(({ headers }) => headers[0] ?? '');
  return { layout, positions, unknown, missing, repeated, problems: unknown.length + missing.length + repeated.length };
}

function refusal({ layout, unknown, missing, repeated }: Attempt): string {
  const parts = [
    ['缺少必需的列 missing', missing],
    ['不认识的列 unknown', unknown],
    ['重复的列 repeated', repeated],
  ] as const;
  const lists = parts.filter(([, list]) => list.length > 0).map(([title, list]) => `${title}：${listed(list)}`);
  return `表头与“${layout.name}”版式不符，请按模板更正。 The header does not fit the layout; correct it by the template. ${lists.join('；')}。`;
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, MAX_LISTED).map((name) => name.slice(0, MAX_LISTED).replace(/\p{C}/gu, '�'));
  return shown.join('、') + (names.length > MAX_LISTED ? ` 等 ${names.length} 列` : '');
}
