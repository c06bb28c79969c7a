import { createHash } from 'node:crypto';
import { open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { RawRow } from './csv.ts';
import { readCsv } from './csv.ts';
import { EMPTY_FILE, UnreadableFile } from './unreadable-file.ts';
import { readXlsx } from './xlsx.ts';

/** Where rows come from: a file, or bytes somebody else read (with the name to keep). */
export type ImportSource = { readonly path: string } | { readonly bytes: AsyncIterable<Uint8Array>; readonly name: string };

/**
 * An opened source. `readBytes` grows as rows are read; once they have ended, `sha256` is that of all bytes and `unreadSheets`
 * names the sheets of a workbook that hold something and are not read.
 */
export interface OpenedSource {
  readonly name: string;
  readonly totalBytes: number | null;
  readonly rows: AsyncGenerator<RawRow>;
  readBytes(): number;
  sha256(): string;
  readonly unreadSheets: readonly string[];
}

const READ_BYTES = 262_144;
/** An .xlsx file is read whole; 100,000 rows of the national layouts are about 15 MB. */
const MAX_XLSX_BYTES = 64 * 1024 * 1024;
const ZIP = Buffer.from('504b', 'hex');
const OLD_EXCEL = Buffer.from('d0cf11e0', 'hex');

/**
 * Opens a CSV or .xlsx source, told apart by its first bytes and not by its name.
 * @throws {UnreadableFile} when it does not exist or is an old .xls file; later, from `rows`, what the readers refuse, and at
 * the end of a file that was written to meanwhile.
 */
export async function openSource(source: ImportSource): Promise<OpenedSource> {
  const totalBytes = 'path' in source ? await sizeOf(source.path) : null;
  const hash = createHash('sha256');
  let readBytes = 0;
  const bytes = counted('path' in source ? unchanging(source.path) : source.bytes, (chunk) => {
    hash.update(chunk);
    readBytes += chunk.length;
  });
  const opened = {
    name: 'path' in source ? basename(source.path) : source.name,
    totalBytes,
    readBytes: () => readBytes,
    sha256: () => hash.copy().digest('hex'),
  };
  const first = await bytes.next();
  if (first.done) throw new UnreadableFile(EMPTY_FILE);
  const all = withFirst(first.value, bytes);
  const unreadSheets: string[] = [];
  if (first.value.subarray(0, 4).equals(OLD_EXCEL)) {
    await bytes.return(undefined);
    throw new UnreadableFile(
      '这是旧的 .xls 文件，请另存为 .xlsx 或“CSV UTF-8”。 This is an old .xls file: save it as .xlsx or “CSV UTF-8”.',
    );
  }
  return { ...opened, unreadSheets, rows: first.value.subarray(0, 2).equals(ZIP) ? xlsxRows(all, unreadSheets) : readCsv(all) };
}

async function sizeOf(path: string): Promise<number> {
  const found = await stat(path).catch(refuse);
  if (found.isFile()) return found.size;
  throw new UnreadableFile('这不是文件，请给出一个 CSV 或 .xlsx 文件。 This is no file: name one, CSV or .xlsx.');
}

function refuse(cause: unknown): never {
  throw new UnreadableFile('文件不存在或无权读取。 The file is not there or cannot be read.', { cause });
}

/** The bytes of a file. One that is replaced is read on as it was; one that is written to is not all there yet. */
async function* unchanging(path: string): AsyncGenerator<Buffer> {
  const file = await open(path).catch(refuse);
  try {
    const before = await file.stat();
    for await (const piece of file.createReadStream({ highWaterMark: READ_BYTES, autoClose: false })) yield piece as Buffer;
    const after = await file.stat();
    if (after.size !== before.size || after.mtimeMs !== before.mtimeMs)
      throw new UnreadableFile(
        '读取期间文件被改动，可能还没有写完；请待其写完后再导入一次，已入库的行不会重复。 The file was written to while it was read: import it again once it is complete.',
      );
  } finally {
    await file.close();
  }
}

async function* counted(bytes: AsyncIterable<Uint8Array>, count: (chunk: Buffer) => void): AsyncGenerator<Buffer, undefined> {
  for await (const piece of bytes) {
    if (piece.byteLength === 0) continue;
    const chunk = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    count(chunk);
    yield chunk;
  }
  return undefined;
}

async function* withFirst(first: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* rest;
}

async function* xlsxRows(bytes: AsyncIterable<Buffer>, unreadSheets: string[]): AsyncGenerator<RawRow> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of bytes) {
    size += piece.length;
    if (size > MAX_XLSX_BYTES)
      throw new UnreadableFile(
        `Excel 文件超过 ${MAX_XLSX_BYTES / 1024 / 1024} MB，请另存为“CSV UTF-8”后再导入。 The Excel file is too large: save it as “CSV UTF-8”.`,
      );
    pieces.push(piece);
  }
  unreadSheets.push(...(yield* readXlsx(Buffer.concat(pieces))));
}
