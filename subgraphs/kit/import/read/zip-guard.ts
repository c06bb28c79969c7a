import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw } from 'node:zlib';
import { UnreadableFile } from './unreadable-file.ts';

/** Limits on an .xlsx file, checked before the reader opens it: it unpacks everything into memory. */
const MAX_ENTRIES = 1_000;
const MAX_UNPACKED_BYTES = 256 * 1024 * 1024;
const MAX_ROWS = 100_000;

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const LOCAL_HEADER = 0x04034b50;
/** Flag of an entry whose sizes stand behind its data, and how long that may be. */
const SIZES_BEHIND = 8;
const SIZES_BEHIND_BYTES = 24;
const STORED = 0;
const DEFLATED = 8;

/** The advice with every refusal for size. */
const TOO_LARGE = `Excel 文件最多 ${MAX_ROWS.toLocaleString('en')} 行数据，更大的请另存为“CSV UTF-8”后再导入。 An Excel file has ${MAX_ROWS.toLocaleString('en')} rows at most: save a larger one as “CSV UTF-8”.`;

/** What begins a row or cell, up to the next tag: no attribute holds a `<`. */
const PLACED = /<(?:[^\s<>:/]+:)?(row|c)(?=[\s/>])([^<]*)/g;
/** A place outside any layout (one row is the header), or one spelled so that only the reader would understand it. */
const OUTSIDE = new RegExp(`\\br\\s*=\\s*["'](?![A-Za-z]{0,2}(?:\\d{0,5}|${MAX_ROWS}|${MAX_ROWS + 1})["'])`);
/** A cell that holds an error and no value (`#N/A`), and its address. */
const ERROR_CELL = /\bt\s*=\s*["']e["']/;
const ADDRESS = /\br\s*=\s*["']([A-Z]{1,3}\d{1,7})["']/;
/** No real tag is longer. */
const MAX_TAG = 4_096;

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly data: Buffer;
  /** Where it stands in the archive, from its local header to the end of its data. */
  readonly start: number;
  readonly end: number;
  readonly isSizedBehind: boolean;
}

/**
 * Unpacks an .xlsx file once, keeping nothing, and refuses what would exhaust memory: too many entries, too many bytes
 * whatever sizes the archive claims, more than 100,000 rows, a cell address far outside any layout (the reader fills gaps). Refuses
 * cells that are errors as well: the reader takes them for empty ones.
 * @throws {UnreadableFile} for these and for a truncated or encrypted archive.
 */
export async function guardXlsx(file: Buffer): Promise<void> {
  let budget = MAX_UNPACKED_BYTES;
  for (const entry of entriesOf(file)) {
    // The workbook may keep its sheets in any of them.
    const scan = entry.name.endsWith('.xml') ? new SheetScan() : null;
    const count = new Writable({
      write(chunk: Buffer, _encoding, done) {
        budget -= chunk.length;
        try {
          if (budget < 0)
            throw new UnreadableFile(
              `文件解压后超过 ${MAX_UNPACKED_BYTES / 1024 / 1024} MB。 It unpacks to too much. ${TOO_LARGE}`,
            );
          scan?.add(chunk.toString('latin1'));
          done();
        } catch (error) {
          done(error as Error);
        }
      },
    });
    try {
      if (entry.method === STORED) await pipeline(Readable.from([entry.data]), count);
      else await pipeline(Readable.from([entry.data]), createInflateRaw(), count);
    } catch (error) {
      if (error instanceof UnreadableFile) throw error;
      throw new UnreadableFile('Excel 文件已损坏（内容不完整）。 The Excel file is damaged (incomplete).', { cause: error });
    }
  }
}

/** Looks at rows and addresses in a sheet's XML as it streams by. */
class SheetScan {
  #rest = '';
  #rows = 0;

  add(text: string): void {
    const all = this.#rest + text;
    // A tag cut at the end of this piece is looked at again with the next one.
    const cut = all.lastIndexOf('<');
    const whole = cut === -1 ? all : all.slice(0, cut);
    this.#rest = cut === -1 ? '' : all.slice(cut, cut + MAX_TAG);
    for (const [, tag, attributes = ''] of whole.matchAll(PLACED)) {
      if (tag === 'row') this.#rows++;
      if (this.#rows > MAX_ROWS + 1 || OUTSIDE.test(attributes)) throw new UnreadableFile(TOO_LARGE);
      if (tag === 'c' && ERROR_CELL.test(attributes)) throw errorCell(ADDRESS.exec(attributes)?.[1] ?? '');
    }
    if (this.#rest.length === MAX_TAG && /^<(?:[^\s<>:/]+:)?(?:row|c)\s/.test(this.#rest)) throw new UnreadableFile(TOO_LARGE);
  }
}

function errorCell(address: string): UnreadableFile {
  return new UnreadableFile(
    `单元格 ${address} 是错误值（如 #N/A），请改正公式或按原始数据填写，再导入；其他工作表也不能有错误值。 Cell ${address} is an error such as #N/A: correct it, on whatever sheet it is.`,
  );
}

/**
 * The entries that the directory names. The reader goes by the entries as they stand and not by the directory, so that nothing may
 * stand between them.
 */
function entriesOf(file: Buffer): readonly Entry[] {
  const end = file.lastIndexOf(Buffer.from('504b0506', 'hex'));
  if (end === -1 || end + 22 > file.length || file.readUInt32LE(end) !== END_OF_DIRECTORY) {
    throw new UnreadableFile(
      '不是有效的 .xlsx 文件，或文件不完整。旧的 .xls 请另存为 .xlsx 或 CSV。 This is no whole .xlsx file; save an old .xls as .xlsx or CSV.',
    );
  }
  const count = file.readUInt16LE(end + 10);
  const directory = file.readUInt32LE(end + 16);
  if (count > MAX_ENTRIES) throw new UnreadableFile('Excel 文件内的部件过多，已拒绝。 The Excel file has too many parts.');
  const entries: Entry[] = [];
  for (let at = directory; entries.length < count; ) {
    const { next, ...entry } = entryAt(file, at);
    entries.push(entry);
    at = next;
  }
  let at = 0;
  let slack = 0;
  for (const { start, end: last, isSizedBehind } of entries.toSorted((one, other) => one.start - other.start)) {
    if (start < at || start > at + slack) throw broken();
    at = last;
    slack = isSizedBehind ? SIZES_BEHIND_BYTES : 0;
  }
  if (directory < at || directory > at + slack) throw broken();
  return entries;
}

function broken(): UnreadableFile {
  return new UnreadableFile('Excel 文件已损坏（目录不完整）。 The Excel file is damaged (its directory is incomplete).');
}

function entryAt(file: Buffer, at: number): Entry & { next: number } {
  if (at + 46 > file.length || file.readUInt32LE(at) !== DIRECTORY_ENTRY) throw broken();
  const flags = file.readUInt16LE(at + 8);
  const method = file.readUInt16LE(at + 10);
  const size = file.readUInt32LE(at + 20);
  const nameLength = file.readUInt16LE(at + 28);
  const local = file.readUInt32LE(at + 42);
  if (flags & 1) throw new UnreadableFile('Excel 文件设有密码，请去除密码后再导入。 The Excel file has a password: remove it.');
  if (method !== STORED && method !== DEFLATED) throw broken();
  if (local + 30 > file.length || file.readUInt32LE(local) !== LOCAL_HEADER) throw broken();
  const localNameLength = file.readUInt16LE(local + 26);
  const data = local + 30 + localNameLength + file.readUInt16LE(local + 28);
  const name = file.subarray(at + 46, at + 46 + nameLength);
  if (data + size > file.length || !file.subarray(local + 30, local + 30 + localNameLength).equals(name)) throw broken();
  return {
    name: name.toString('utf8'),
    method,
    data: file.subarray(data, data + size),
    start: local,
    end: data + size,
    isSizedBehind: (flags & SIZES_BEHIND) !== 0,
    next: at + 46 + nameLength + file.readUInt16LE(at + 30) + file.readUInt16LE(at + 32),
  };
}
