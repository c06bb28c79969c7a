import { columnKey } from '../column-key.ts';
import type { RawRow } from './csv.ts';
import { UnreadableFile } from './unreadable-file.ts';

/** A sheet of a workbook as it is asked about: the name on its tab and its rows. */
export interface NamedSheet {
  readonly name: string;
  readonly rows: Iterable<RawRow>;
}

/** Characters of a name that is repeated in a message. */
const MAX_NAME = 40;

/**
 * The names of the sheets behind the first that hold anything, fit to be shown: they are not read, and somebody has to be told.
 * @throws {UnreadableFile} when what was to be read stands in one of them: the first is empty, or another has rows under the same header.
 */
export function otherSheets(first: Iterable<RawRow>, others: readonly NamedSheet[]): readonly string[] {
  const [header] = first;
  const names: string[] = [];
  for (const { name, rows } of others) {
    const [top, row] = rows;
    if (!top) continue;
    const shown = name.slice(0, MAX_NAME).replace(/\p{C}/gu, '�');
    if (!header)
      throw new UnreadableFile(
        `第一张工作表是空的，而只读第一张；请把工作表“${shown}”移到最前。 The first sheet is empty, and only the first is read: move the other in front of it.`,
      );
    if (row && namesOf(top) === namesOf(header))
      throw new UnreadableFile(
        `工作表“${shown}”也有相同的表头和数据，而只读第一张；请合并为一张，或另存为多个文件分别导入。 Another sheet has rows under the same header, and only the first is read: put them into one sheet, or into files of their own.`,
      );
    names.push(shown);
  }
  return names;
}

/** The names of the columns as they are compared, in any order. */
function namesOf({ cells }: RawRow): string {
  const names = cells.map((cell) => columnKey(cell)).filter((name) => name !== '');
  return names.sort().join('\n');
}
