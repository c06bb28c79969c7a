import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { CsvError, Options } from 'csv-parse';
import { parse } from 'csv-parse';
import { asUtf8 } from './encoding.ts';
import { UnreadableFile } from './unreadable-file.ts';

/** A row of a file and the line it starts on, as a person sees it in an editor or a spreadsheet (the header is line 1). */
export interface RawRow {
  readonly line: number;
  readonly cells: readonly string[];
}

/** The longest row read, in characters: an unclosed quotation mark must not swallow the rest of the file into memory. */
const MAX_ROW_CHARACTERS = 1_048_576;

/** The longest stretch without a line break, in bytes: the limit above does not count commas. */
const MAX_STRETCH_BYTES = 4 * 1_048_576;

/**
 * The rows of a CSV file (RFC 4180; LF or CR LF, mixed too; quoted line breaks; a stray quotation mark inside a cell is
 * text). Empty lines, and those of nothing but separators, are left out but counted. Streams: memory does not grow with the file.
 * @throws {UnreadableFile} for an encoding that is not supported, an unclosed quotation mark, a row above a mebicharacter.
 */
export async function* readCsv(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<RawRow> {
  let line = 1;
  const options: Options<RawRow, string[]> = {
    bom: true,
    relax_column_count: true,
    relax_quotes: true,
    record_delimiter: ['\r\n', '\n'],
    max_record_size: MAX_ROW_CHARACTERS,
    // Called as soon as a row is complete, so that an error after it knows the line, whatever waits to be read.
    on_record: (cells: string[]): RawRow | null => {
      const row = cells.some((cell) => cell.trim() !== '') ? { line, cells } : null;
      line += 1 + lineBreaksWithin(cells);
      return row;
    },
  };
  // The package's overloads do not know records that `on_record` makes into something else; its Options do.
  const parser = parse(options as unknown as Options);
  // Its rejection reaches the loop below through the parser as well.
  const feeding = pipeline(Readable.from(bounded(asUtf8(bytes))), parser);
  feeding.catch(() => undefined);
  try {
    for await (const row of parser as AsyncIterable<RawRow>) yield row;
    await feeding;
  } catch (error) {
    throw asUnreadable(error, line);
  } finally {
    parser.destroy();
  }
}

/** Refuses a stretch without a line break that no table has. Leaves out empty pieces, which a stream of objects would keep. */
async function* bounded(pieces: AsyncIterable<string | Buffer>): AsyncGenerator<string | Buffer> {
  let stretch = 0;
  for await (const piece of pieces) {
    const at = piece.lastIndexOf('\n');
    stretch = at === -1 ? stretch + piece.length : piece.length - at;
    if (stretch > MAX_STRETCH_BYTES)
      throw new UnreadableFile(
        '文件中有一行过长，可能不是 CSV 文件，或引号没有闭合。 A line is too long: this may be no CSV, or a quotation mark is not closed.',
      );
    if (piece.length > 0) yield piece;
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
    return new UnreadableFile(
      `第 ${line} 行起引号没有闭合，其后的内容无法读取。 A quotation mark opened on line ${line} is not closed.`,
      { cause: error },
    );
  }
  if (code === 'CSV_MAX_RECORD_SIZE') {
    return new UnreadableFile(
      `第 ${line} 行过长（超过 ${MAX_ROW_CHARACTERS} 个字符），可能是引号没有闭合。 Line ${line} is too long: a quotation mark may not be closed.`,
      { cause: error },
    );
  }
  return String(code).startsWith('CSV_')
    ? new UnreadableFile(`第 ${line} 行起不是有效的 CSV。 From line ${line} on this is no valid CSV.`, { cause: error })
    : error;
}
