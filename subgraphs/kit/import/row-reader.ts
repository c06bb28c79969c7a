import { withoutIdentityNumbers } from '../../../schema/identifiers/holds-identity.ts';
import type { IdentifierCheck } from '../../../schema/identifiers/identifier.ts';
import { normaliseIdentifier } from '../../../schema/identifiers/identifier.ts';
import { checkUscc } from '../../../schema/identifiers/uscc.ts';
import type { Layout } from './layout.ts';
import type { RejectionCode, WarningCode } from './reasons.ts';
import { parseAmount, parseDecimal } from './values/amount.ts';
import type { CodeTable } from './values/code-value.ts';
import { parseCode, parseCodes } from './values/code-value.ts';
import type { Parsed } from './values/date.ts';
import { parseDate, parseMonth, parseYear } from './values/date.ts';

/** A fault or warning and the column (field) it is about. */
export interface Finding<Code> {
  readonly field: string | null;
  readonly code: Code;
}

const MAX_REMEMBERED_CODES = 1_000;
/** A day of birth, or kind and place: most texts of a file's many hold none, and are not searched. */
const MAY_BE_NUMBER = /[\d０-９]{8}/;
const HIDDEN = '****';
const UNREADABLE = '\uFFFD';
/** A number as a spreadsheet shows it when it is longer than eleven digits: what it left out is lost. */
const SHORTENED = /^-?\d(?:\.\d+)?E\+(?:1[1-9]|[2-9]\d)$/i;
/** What a spreadsheet shows in place of a value that it could not work out, and writes into CSV. */
const ERROR_VALUE = /^#(?:N\/A|REF!|VALUE!|DIV\/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!)$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
const CONTROL = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F]/;

/**
 * One line of a file, read by field name. Readers return the value in its stored form, or null when the cell is empty or
 * at fault; faults and warnings gather here and the mapping asks {@link RowReader.failed} at its end.
 * One reader serves a whole file: {@link RowReader.load} puts in the next line.
 */
export class RowReader {
  faults: Finding<RejectionCode>[] = [];
  warnings: Finding<WarningCode>[] = [];
  readonly layout: string;
  readonly #columns: Layout['columns'];
  readonly #positions: ReadonlyMap<string, number>;
  /** The columns of the file that the template has an example for. */
  readonly #exampled: Layout['columns'];
  readonly #limits: ReadonlyMap<string, number>;
  /** A file names few authorities, in every row. */
  readonly #checks = new Map<string, IdentifierCheck>();
  #cells: readonly string[] = [];

  /** `positions` says in which cell each field stands. */
  constructor(layout: Layout, positions: ReadonlyMap<string, number>) {
    this.layout = layout.name;
    this.#columns = layout.columns;
    this.#positions = positions;
    this.#exampled = layout.columns.filter(({ field, example }) => example !== '' && positions.has(field));
    this.#limits = new Map(layout.columns.map((column) => [column.field, column.maxLength]));
  }

  /** Puts in the next line and checks what holds for every cell: readable characters, length, required columns. */
  load(cells: readonly string[]): void {
    this.#cells = cells;
    this.faults = [];
    this.warnings = [];
    for (const { field, presence } of this.#columns) {
      const text = this.#raw(field);
      if (text === '') {
        if (presence === 'value') this.fault(field, 'REQUIRED');
        continue;
      }
      if (text.includes(UNREADABLE)) this.fault(field, 'ENCODING');
      else if (CONTROL.test(text)) this.fault(field, 'CONTROL_CHARACTER');
      else if (text.length > (this.#limits.get(field) ?? 0)) this.fault(field, 'TEXT_TOO_LONG');
      else if (ERROR_VALUE.test(text)) this.fault(field, 'FORMULA_ERROR');
    }
  }

  /** Whether the line is the template's example as it was written. */
  get isExample(): boolean {
    return this.#exampled.length > 0 && this.#exampled.every(({ field, example }) => this.#raw(field) === example);
  }

  get failed(): boolean {
    return this.faults.length > 0;
  }

  fault(field: string | null, code: RejectionCode): void {
    // The first fault of a cell explains the others.
    if (field === null || !this.#isAtFault(field)) this.faults.push({ field, code });
  }

  #isAtFault(field: string): boolean {
    return this.faults.some((fault) => fault.field === field);
  }

  warn(field: string | null, code: WarningCode): void {
    this.warnings.push({ field, code });
  }

  has(field: string): boolean {
    return this.#raw(field) !== '';
  }

  text(field: string): string | null {
    return this.#whole(field) || null;
  }

  /** What an authority wrote in its own words, and is published so: an identity number that it quotes is hidden, with a warning. */
  freeText(field: string): string | null {
    const text = this.text(field);
    if (text === null || !MAY_BE_NUMBER.test(text)) return text;
    const shown = withoutIdentityNumbers(text, () => HIDDEN);
    if (shown !== text) this.warn(field, 'IDENTITY_NUMBER_HIDDEN');
    return shown;
  }

  /** The cell as an identifier is compared: upper case, half width, without spaces; empty text when it is empty. */
  identifier(field: string): string {
    const text = this.#whole(field);
    return text === '' ? '' : normaliseIdentifier(text);
  }

  /** A unified social credit code in its stored form (of an authority, say); warnings about divisions are left to subjects. */
  checkedUscc(field: string): string | null {
    const text = this.#whole(field);
    return text === '' ? null : this.usccIn(field, text);
  }

  /** The same for one of several codes in a cell. */
  usccIn(field: string, text: string): string | null {
    const check = this.#checks.get(text) ?? checkUscc(text);
    if (this.#checks.size < MAX_REMEMBERED_CODES) this.#checks.set(text, check);
    if (check.valid) return check.value;
    this.fault(field, `IDENTIFIER_${check.reason}`);
    return null;
  }

  date(field: string): string | null {
    return this.#parse(field, (text) => parseDate(text.normalize('NFKC')));
  }

  month(field: string): string | null {
    return this.#parse(field, (text) => parseMonth(text.normalize('NFKC')));
  }

  year(field: string): string | null {
    return this.#parse(field, (text) => parseYear(text.normalize('NFKC')));
  }

  /** Fen of an amount in 万元 (`wan`) or 元. */
  amount(field: string, unit: 'wan' | 'yuan', signed = false): string | null {
    return this.#parse(field, (text) => parseAmount(text.normalize('NFKC'), unit, signed));
  }

  decimal(field: string, wholeDigits: number, fractionDigits: number): string | null {
    return this.#parse(field, (text) => parseDecimal(text.normalize('NFKC'), wholeDigits, fractionDigits));
  }

  code<T extends string>(field: string, table: CodeTable<T>): T | null {
    return this.#parse(field, (text) => parseCode(text, table));
  }

  codes<T extends string>(field: string, table: CodeTable<T>): readonly T[] {
    return this.#parse(field, (text) => parseCodes(text, table)) ?? [];
  }

  #parse<T>(field: string, parse: (text: string) => Parsed<T>): T | null {
    const text = this.#raw(field);
    // What is too long to be a value is not read as one: it may be a megabyte.
    if (text === '' || this.#isAtFault(field)) return null;
    const parsed = parse(text);
    if (parsed.ok) return parsed.value;
    this.fault(field, parsed.code);
    return null;
  }

  /** A cell whose digits are all kept: account numbers have no check digit that would tell. */
  #whole(field: string): string {
    const text = this.#raw(field);
    if (SHORTENED.test(text)) this.fault(field, 'NUMBER_SHORTENED');
    return text;
  }

  #raw(field: string): string {
    const position = this.#positions.get(field);
    const cell = position === undefined ? '' : (this.#cells[position] ?? '');
    return hasBlankEdge(cell) ? cell.trim() : cell;
  }
}

/** Asked of every cell: letters, digits and Chinese characters answer it without a regular expression. */
function hasBlankEdge(cell: string): boolean {
  return cell !== '' && (mayBeBlank(cell.charCodeAt(0)) || mayBeBlank(cell.charCodeAt(cell.length - 1)));
}

function mayBeBlank(code: number): boolean {
  return code <= 0x20 || (code >= 0x80 && code <= 0xa0) || (code >= 0x1680 && code <= 0x3000) || code === 0xfeff;
}
