import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { CsvError } from 'csv-parse';
import { parse } from 'csv-parse';
import { decodeText } from './encoding.ts';
import { UnreadableFile } from './unreadable-file.ts';

/** A row of a file and the line it starts on, as a person sees it in an editor or a spreadsheet (the header is line 1). */
export interface RawRow {
  readonly line: number;
  readonly cells: readonly string[];
}

/** The longest row read, in characters: an unclosed quotation mark must not swallow the rest of the file into memory. */
const MAX_ROW_CHARACTERS = 1_048_576;

/**
 * The rows of a CSV file (RFC 4180; LF or CR LF, mixed too; quoted line breaks; a stray quotation mark inside a cell is
 * text). Empty lines are left out but counted. Streams: memory does not grow with the file.
 * @throws {UnreadableFile} for an encoding that is not supported, an unclosed quotation mark, a row above a mebicharacter.
 */
export async function* readCsv(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<RawRow> {
  const parser = parse({
    bom: true,
    relax_column_count: true,
    relax_quotes: true,
    record_delimiter: ['\r\n', '\n'],
    max_record_size: MAX_ROW_CHARACTERS,
  });
  // Its rejection reaches the loop below through the parser as well.
  const feeding = pipeline(Readable.from(decodeText(bytes)), parser);
  feeding.catch(() => undefined);
  let line = 1;
  try {
    for await (const cells of parser as AsyncIterable<string[]>) {
      if (cells.length > 1 || cells[0] !== '') yield { line, cells };
      line += 1 + lineBreaksWithin(cells);
    }
    await feeding;
  } catch (error) {
    throw asUnreadable(error, line);
  } finally {
    parser.destroy();
  }
}

function lineBreaksWithin(cells: readonly string[]): number {
  let count = 0;
  for (const cell of cells) {
    for (let at = cell.indexOf('\n'); at !== -1; at = cell.indexOf('\n', at + 1)) count++;
  }
  return count;
}

function asUnreadable(error: unknown, line: number): unknown {
  const code = (error as Partial<CsvError> | null)?.code ?? '';
  if (code === 'CSV_QUOTE_NOT_CLOSED') {
    return new UnreadableFile(`第 ${line} 行起引号没有闭合，其后的内容无法读取。`, { cause: error });
  }
  if (code === 'CSV_MAX_RECORD_SIZE') {
    return new UnreadableFile(`第 ${line} 行过长（超过 ${MAX_ROW_CHARACTERS} 个字符），可能是引号没有闭合。`, { cause: error });
  }
  return String(code).startsWith('CSV_') ? new UnreadableFile(`第 ${line} 行起不是有效的 CSV。`, { cause: error }) : error;
}
