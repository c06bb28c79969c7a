import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Layout } from './layout.ts';
import { columnKey, isRejectsHeader, REJECT_COLUMNS } from './column-key.ts';
import { UnreadableFile } from './read/unreadable-file.ts';
import { readCsv } from './read/csv.ts';
import type { RejectionCode } from './reasons.ts';
import { REJECTIONS } from './reasons.ts';
import type { Finding } from './row-reader.ts';
import { withoutEmptyEnd } from './without-empty-end.ts';

/** What a spreadsheet takes for a formula at the start of a cell, in half and full width, behind the apostrophes that keep it from that. */
const FORMULA = /^'*(?:[\t\r\n]|[\s\u3000]*[=+\-@＝＋－＠])/u;
const BYTE_ORDER_MARK = '\uFEFF';
/** Stands where a row had no cell: empty, it would pass for one that was left open, and the row for one that was corrected. */
export const MISSING_CELL = '〔缺〕';
/** Characters gathered before they are written. */
const BUFFERED = 65_536;

/** Writes rejected rows as they come; nothing stands under the final name until all are there. */
export interface RejectWriter {
  add(row: { line: number; cells: readonly string[] }, faults: readonly Finding<RejectionCode>[]): Promise<void>;
  /** Puts the file in place, or removes that of an earlier run when nothing was rejected. Returns its path, or null. */
  finish(): Promise<string | null>;
  /** Gives up, leaving no part behind. */
  discard(): Promise<void>;
}

/**
 * Opens the file of rejected rows at `path`: UTF-8 with a byte-order mark (Excel needs it), the original columns, then line,
 * column, reason code, reason and type of value. Cells that a spreadsheet would run as a formula get a leading apostrophe.
 * It is opened by the first rejected row, so that a faultless file may stand where nothing can be written.
 * @throws {UnreadableFile} when a file stands there that is not such a file; `add` throws it when none can be written there.
 */
export async function openRejects(path: string, header: readonly string[], layout: Layout): Promise<RejectWriter> {
  if (await isForeign(path))
    throw new UnreadableFile(
      `${path} 已存在，且不是本命令写的文件；请移走或改名后重试。 A file stands there that this command did not write: move it away.`,
    );
  // Its own, named by the process: somebody else may be importing the same file.
  const part = `${path}.${process.pid}-${randomUUID().slice(0, 8)}.part`;
  await removeLeftParts(path);
  const added = new Set<string>(isRejectsHeader(header) ? REJECT_COLUMNS : []);
  // A corrected file of rejected rows has these columns already.
  const ownColumns = [...header.keys()].filter((index) => !added.has(columnKey(header[index] ?? '')));
  const columns = new Map(layout.columns.map((column) => [column.field, column]));
  let file: FileHandle | null = null;
  let pending = '';
  const flush = async (): Promise<void> => {
    const text = pending;
    pending = '';
    await file?.appendFile(text).catch((cause: unknown) => cannotWrite(part, cause));
  };
  const write = async (cells: readonly string[]): Promise<void> => {
    pending += `${cells.map((cell) => quoted(neutralised(cell))).join(',')}\r\n`;
    if (pending.length > BUFFERED) await flush();
  };
  return {
    async add({ line, cells }, faults) {
      if (!file) {
        file = await openPart(part);
        pending = BYTE_ORDER_MARK;
        await write([...ownColumns.map((index) => header[index] ?? ''), ...REJECT_COLUMNS]);
      }
      const about = faults.map(({ field }) => (field === null ? undefined : columns.get(field)));
      const original = ownColumns.map((index) => cells[index] ?? MISSING_CELL);
      const names = about.map((column) => column?.headers[0] ?? '（整行）').join('；');
      const codes = faults.map(({ code }) => code).join('；');
      const reasons = faults.map(({ code }) => REJECTIONS[code]).join('');
      const types = about.map((column) => column?.type ?? '整行').join('；');
      // Cells that no column has room for stand behind: nothing is lost, and until they are gone the row has too many.
      const beyond = withoutEmptyEnd(cells.slice(header.length));
      await write([...original, String(line), names, codes, reasons, types, ...beyond]);
    },
    async finish() {
      await flush();
      await file?.close();
      if (file) await rename(part, path);
      else await rm(path, { force: true });
      return file ? path : null;
    },
    async discard() {
      await file?.close();
      await rm(part, { force: true });
    },
  };
}

/** Removes what processes that were killed have left behind: it holds values. */
async function removeLeftParts(path: string): Promise<void> {
  const names = await readdir(dirname(path)).catch(() => []);
  for (const name of names.filter((one) => one.startsWith(`${basename(path)}.`))) {
    const [, pid] = /\.(\d+)-[0-9a-f]{8}\.part$/.exec(name) ?? [];
    if (pid !== undefined && !isRunning(Number(pid))) await rm(join(dirname(path), name), { force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function openPart(part: string): Promise<FileHandle> {
  return open(part, 'w', 0o600).catch((cause: unknown) => cannotWrite(part, cause));
}

function cannotWrite(part: string, cause: unknown): never {
  throw new UnreadableFile(
    `有行被拒收，但无法写入 ${part}；请把文件放到可写且有空间的文件夹后重试。 Rows were rejected and cannot be written there: put the file where there is leave and space.`,
    { cause },
  );
}

/** A cell that a spreadsheet will show and not run. */
export function neutralised(cell: string): string {
  return FORMULA.test(cell) ? `'${cell}` : cell;
}

/** The cell as it was before {@link neutralised}. */
export function restored(cell: string): string {
  return cell.startsWith("'") && FORMULA.test(cell) ? cell.slice(1) : cell;
}

async function isForeign(path: string): Promise<boolean> {
  try {
    for await (const { cells } of readCsv(createReadStream(path, { end: 65_535 }))) return !isRejectsHeader(cells);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    return true;
  }
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
