import readWorkbook, { readSheet } from 'read-excel-file/node';
import type { RawRow } from './csv.ts';
import { type NamedSheet, otherSheets } from './other-sheets.ts';
import { UnreadableFile } from './unreadable-file.ts';
import { guardXlsx } from './zip-guard.ts';

/** Digits a spreadsheet's number holds for sure; what a formula leaves beyond them is noise (0.30000000000000004). */
const SIGNIFICANT_DIGITS = 15;

const AS_WRITTEN = { parseNumber: plainNumber, trim: false };

/**
 * The rows of the first sheet of an .xlsx file, every cell as text: dates as `YYYY/MM/DD`, numbers in plain decimal
 * notation, formulas as the value the spreadsheet last showed. Empty rows are left out but counted. Returns the names of the
 * other sheets that hold anything.
 * @throws {UnreadableFile} when it is damaged, has a password, or has more than 100,000 rows (with advice); what {@link otherSheets} does.
 */
export async function* readXlsx(file: Buffer): AsyncGenerator<RawRow, readonly string[]> {
  await guardXlsx(file);
  const { first, others } = await sheetsOf(file);
  const unread = otherSheets(first, others);
  yield* first;
  return unread;
}

/**
 * A number as the file spells it (`1.5E-3`, `0.30000000000000004`), in plain decimal notation to 15 significant digits. One with
 * more digits before the point stays in scientific notation, as its last digits are not known: {@link RowReader} refuses it.
 */
export function plainNumber(spelled: string): string {
  const number = Number(spelled);
  if (!Number.isFinite(number) || spelled.trim() === '') return spelled;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(number.toExponential(SIGNIFICANT_DIGITS - 1)) ?? [];
  const digits = (whole + fraction).replace(/0+$/, '') || '0';
  const point = Number(exponent) + 1;
  if (point > SIGNIFICANT_DIGITS) return `${sign}${whole}.${fraction}E${exponent}`;
  if (point <= 0) return digits === '0' ? '0' : `${sign}0.${'0'.repeat(-point)}${digits}`;
  if (digits.length <= point)
    return `${digits === '0' ? '' : sign}${digits}${digits === '0' ? '' : '0'.repeat(point - digits.length)}`;
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

async function sheetsOf(file: Buffer): Promise<{ first: Iterable<RawRow>; others: readonly NamedSheet[] }> {
  const sheets = await readWorkbook<string>(file, AS_WRITTEN).catch(() => []);
  const [first, ...others] = sheets.map(({ sheet, data }) => ({ name: sheet, rows: rowsOf(data) }));
  // Where not all can be read, the first may be, and says what is wrong if it is the one.
  return first ? { first: first.rows, others } : { first: rowsOf(await firstSheetOf(file)), others: [DAMAGED] };
}

/** Stands for all sheets behind the first where one of them holds an error. */
const DAMAGED: NamedSheet = { name: '（其余各表，有错误）', rows: [{ line: 1, cells: [''] }] };

function rowsOf(sheet: readonly (readonly unknown[])[] = []): Iterable<RawRow> {
  return {
    *[Symbol.iterator]() {
      for (const [index, row] of sheet.entries()) {
        const cells = row.map((cell) => textOf(cell));
        if (cells.some((cell) => cell.trim() !== '')) yield { line: index + 1, cells };
      }
    },
  };
}

async function firstSheetOf(file: Buffer): Promise<readonly (readonly unknown[])[]> {
  try {
    return await readSheet<string>(file, 1, AS_WRITTEN);
  } catch (error) {
    const at = /row (\d+), col (\d+)/.exec(error instanceof Error ? error.message : '');
    const place = at
      ? `第 ${at[1]} 行第 ${at[2]} 列的单元格无法读取，请改正后再导入。 The cell in row ${at[1]}, column ${at[2]} cannot be read: correct it.`
      : 'Excel 文件已损坏或不是 .xlsx。 The Excel file is damaged, or no .xlsx.';
    throw new UnreadableFile(place, { cause: error });
  }
}

function textOf(cell: unknown): string {
  if (cell === null || cell === undefined) return '';
  if (cell instanceof Date) return dateText(cell);
  if (typeof cell === 'boolean') return cell ? 'TRUE' : 'FALSE';
  return String(cell);
}

/** A date cell has no time zone: the reader gives midnight UTC. Times of day come back rounded to the second. */
function dateText(date: Date): string {
  const iso = new Date(Math.round(date.getTime() / 1000) * 1000).toISOString();
  const day = iso.slice(0, 10).replaceAll('-', '/');
  return iso.slice(11, 19) === '00:00:00' ? day : `${day} ${iso.slice(11, 19)}`;
}
