import { randomUUID } from 'node:crypto';
import type { Db } from '../../../database/db.ts';
import type { Clock } from '../../../schema/city-clock.ts';
import { cityToday } from '../../../schema/city-clock.ts';
import type { ImportCounts } from './batch.ts';
import { closeBatch, openBatch } from './batch.ts';
import type { ImportCategory } from './category.ts';
import { ChunkImporter } from './chunk-importer.ts';
import { isRejectsHeader } from './column-key.ts';
import type { MatchedHeader } from './header.ts';
import { matchHeader } from './header.ts';
import type { RawRow } from './read/csv.ts';
import type { ImportSource, OpenedSource } from './read/source.ts';
import { openSource } from './read/source.ts';
import { EMPTY_FILE, UnreadableFile } from './read/unreadable-file.ts';
import type { RejectWriter } from './rejects.ts';
import { openRejects } from './rejects.ts';
import type { ResolveReferences } from './resolve-references.ts';
import { registryInDatabase } from './resolve-references.ts';
import { withoutEmptyEnd } from './without-empty-end.ts';

/** How far an import has come; `totalBytes` is null when the source does not know. */
export interface ImportProgress {
  readonly rows: number;
  readonly readBytes: number;
  readonly totalBytes: number | null;
}

export interface ImportOptions {
  /** Null validates only: nothing is stored or written, and every valid row counts as accepted. */
  readonly db: Db | null;
  readonly category: ImportCategory;
  readonly source: ImportSource;
  /** Who answers for the rows that do not name their own 经办人. */
  readonly officer: string;
  /** The city's key for subject ids. */
  readonly subjectKey: string;
  readonly clock: Clock;
  /** Where rejected rows are written; default `FILE.rejected.csv` beside a file, nowhere for bytes. */
  readonly rejectsPath?: string;
  readonly onProgress?: (progress: ImportProgress) => void;
  /** How old numbers are resolved; default: the registry's tables, where they are in `db`. */
  readonly resolve?: ResolveReferences;
  /** Names the batch; default: today and a random part. */
  readonly newBatchId?: () => string;
}

/**
 * What became of a file's rows: `accepted` were new or changed, `unchanged` were known already, `rejected` stand in
 * `rejectsPath`; the three add up to all rows. Of the taken in, `warned` deserve a look, and of the accepted, `waiting`
 * wait until the registry knows the subject's old number.
 */
export interface ImportSummary extends Readonly<ImportCounts> {
  readonly category: string;
  readonly layout: string;
  readonly batch: string | null;
  readonly rejectsPath: string | null;
  /** Codes of rejections and warnings with how often each occurred. */
  readonly reasons: Readonly<Record<string, number>>;
  /** Names of sheets of a workbook behind the first that hold something and were not read. */
  readonly unreadSheets: readonly string[];
}

/** Rows stored in one transaction. */
const CHUNK_ROWS = 2_000;

/**
 * Takes in one file of a category: reads it as a stream, validates every row, stores the valid ones chunk by chunk and
 * writes the others to the file of rejected rows. Importing the same file again changes nothing. While one chunk is
 * being stored the next is read; no more than two are in memory.
 * @throws {UnreadableFile} when the file cannot be read or its header fits no layout; chunks before that point stay.
 */
export async function importFile(options: ImportOptions): Promise<ImportSummary> {
  const source = await openSource(options.source);
  try {
    const header = await readHeader(source, options.category);
    const rejects = await rejectWriter(options, header);
    try {
      return await takeFile(options, { source, header, rejects });
    } catch (error) {
      await rejects?.discard();
      throw error;
    }
  } finally {
    await source.rows.return(undefined);
  }
}

async function takeFile(
  options: ImportOptions,
  { source, header, rejects }: { source: OpenedSource; header: FileHeader; rejects: RejectWriter | null },
): Promise<ImportSummary> {
  const { db, category, officer, clock } = options;
  const startedAt = new Date(clock()).toISOString();
  const id = db === null ? null : (options.newBatchId?.() ?? defaultBatchId(clock));
  const layout = header.layout.name;
  if (db && id !== null) await openBatch(db, category, { id, layout, officer, fileName: source.name, startedAt });
  const importer = new ChunkImporter({
    db,
    category,
    header,
    officer,
    context: { subjectKey: options.subjectKey, today: cityToday(clock) },
    provenance: { department: category.department, batchId: id ?? '', receivedAt: startedAt },
    resolve: options.resolve ?? (db ? await registryInDatabase(db) : async () => new Map()),
    rejects,
  });
  await takeAll(source, importer, options.onProgress);
  const { counts, reasons } = importer;
  const rejectsPath = (await rejects?.finish()) ?? null;
  const finishedAt = new Date(clock()).toISOString();
  if (db && id !== null) await closeBatch(db, category, { id, sha256: source.sha256(), finishedAt, counts });
  return { ...counts, category: category.name, layout, batch: id, rejectsPath, reasons, unreadSheets: source.unreadSheets };
}

async function takeAll(source: OpenedSource, importer: ChunkImporter, onProgress: ImportOptions['onProgress']): Promise<void> {
  let chunk: RawRow[] = [];
  let rows = 0;
  let inFlight: Promise<void> = Promise.resolve();
  const send = async () => {
    await inFlight;
    inFlight = importer.take(chunk);
    // Its failure is met at the next await; until then it must not count as unhandled.
    inFlight.catch(() => undefined);
    rows += chunk.length;
    chunk = [];
    onProgress?.({ rows, readBytes: source.readBytes(), totalBytes: source.totalBytes });
  };
  try {
    for await (const row of source.rows) {
      if (chunk.push(row) === CHUNK_ROWS) await send();
    }
    if (chunk.length > 0) await send();
  } finally {
    await inFlight;
  }
}

type FileHeader = MatchedHeader & { readonly cells: readonly string[]; readonly corrected: boolean };

async function readHeader(source: OpenedSource, category: ImportCategory): Promise<FileHeader> {
  const first = await source.rows.next();
  if (first.done) throw new UnreadableFile(EMPTY_FILE);
  const cells = withoutEmptyEnd(first.value.cells);
  return { ...matchHeader(cells, category.layouts), cells, corrected: isRejectsHeader(cells) };
}

async function rejectWriter(options: ImportOptions, header: FileHeader): Promise<RejectWriter | null> {
  const path = options.rejectsPath ?? ('path' in options.source ? `${options.source.path}.rejected.csv` : null);
  return path === null || options.db === null ? null : openRejects(path, header.cells, header.layout);
}

function defaultBatchId(clock: Clock): string {
  return `${cityToday(clock).replaceAll('-', '')}-${randomUUID().slice(0, 13)}`;
}
