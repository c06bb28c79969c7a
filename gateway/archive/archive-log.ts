import type { Db, Queryable } from '../../database/db.ts';
import { forgetArchivedLooks, isLevelUpTo } from '../audit/forget-looks.ts';
import { openDatabaseCopy } from '../evidence/database-copy.ts';
import { openDirectoryCopy, sizeOfCopy } from '../evidence/directory-copy.ts';
import { exportLog } from '../evidence/export-log.ts';
import { FAULTS } from '../evidence/fault.ts';
import type { LogCopy } from '../evidence/log-copy.ts';
import { verifyLog } from '../evidence/verify-log.ts';
import { withArchive } from '../evidence/with-archive.ts';
import { archivedEntries } from '../querylog/archived-entries.ts';
import { logKeys } from '../querylog/checkpoint-store.ts';
import type { QueryLogEntry } from '../querylog/entry.ts';
import { appendInTransaction } from '../querylog/log-writer.ts';
import { HASH_BYTES, SUITE } from '../querylog/suite.ts';
import { TILE_WIDTH } from '../querylog/tiles.ts';
import { holdExports } from '../exports/under-way.ts';
import { isReviewedUpTo } from '../review/is-reviewed.ts';
import { dropEntries } from './drop-entries.ts';
import { ArchiveError, findCut } from './find-cut.ts';
import { flushDirectory } from './flush-directory.ts';
import { lockEnd } from '../querylog/lock-end.ts';

/** Tiles compared in one statement. */
const PAGE_TILES = 64n;
const WIDTH = BigInt(TILE_WIDTH);
/** From this exit code on, faults are of what entries say: old sins are archived like everything else. */
const OF_WHAT_ENTRIES_SAY = 30;

export interface ArchiveOptions {
  db: Pick<Db, 'query' | 'transaction'>;
  /** Where the archive is, or is begun. */
  directory: string;
  /** Entries of the months before this one (`YYYY-MM`) leave the database. */
  before: string;
  /** The entry of the act, given the SHA-256 (hex) of the archive's checkpoint. */
  entryOf: (digest: string) => QueryLogEntry;
  onProgress?: (entries: bigint, size: bigint) => void;
}

/** What an archiving did: how many entries left the database now, and how many have so far. */
export interface Archived {
  entries: bigint;
  archived: bigint;
}

/**
 * Brings the archive up to the newest checkpoint, verifies it, and takes the entries of the months before one out of the database, in one
 * transaction that compares them with the archive first and puts it on record. Tiles, checkpoints and keys stay, and every proof with
 * them. Dying anywhere loses nothing, and the next run completes it. Rejects with {@link ArchiveError} when the archive does not verify,
 * times are out of order or an auditor's export is at them, with `ExportError`, and with `DatabaseError`.
 */
export async function archiveLog(options: ArchiveOptions): Promise<Archived> {
  const { db, directory, before } = options;
  // Of a run that died behind its transaction.
  await forgetArchivedLooks(db);
  const already = await archivedEntries(db);
  const cut = await findCut(db, before);
  if (cut === undefined) return { entries: 0n, archived: already };
  if (!(await isLevelUpTo(db, cut)))
    throw new ArchiveError('审计检索表尚未与日志一致。 What auditors search is behind the log: run `xinqiao log index` first.');
  if (!(await isReviewedUpTo(db, cut)))
    throw new ArchiveError(
      '复核规则尚未看过这些记录。 The review has not passed these entries yet: let a gateway run until it has.',
    );
  const note = await bringUpToDate(options, { already, cut });
  await db.transaction(async (tx) => {
    if (await holdExports(tx, cut))
      throw new ArchiveError(
        '审计人员正在导出这些记录，未移出任何记录；请待导出完成后重试。 An auditor’s export of these entries is being made, nothing was taken out: try again when it is done, some minutes while a gateway runs.',
      );
    // The order in which appends take them: nobody waits for somebody who waits for him.
    await tx.query("SELECT set_config('lock_timeout', '4s', true)");
    await tx.query('LOCK TABLE querylog.entry IN ACCESS EXCLUSIVE MODE');
    await lockEnd(tx);
    await assertInArchive(tx, openDirectoryCopy(directory), { already, cut });
    await dropEntries(tx, cut);
    await appendInTransaction(tx, options.entryOf(Buffer.from(SUITE.hash(Buffer.from(note))).toString('hex')));
  });
  // Dying here: auditors find looks whose entries are gone, until the next run.
  await forgetArchivedLooks(db);
  return { entries: cut - already, archived: cut };
}

interface Range {
  already: bigint;
  cut: bigint;
}

/** Exports into the archive and verifies all of it. Resolves with its checkpoint, which covers what is to leave. */
async function bringUpToDate({ db, directory, onProgress }: ArchiveOptions, { already, cut }: Range): Promise<string> {
  const archive = openDirectoryCopy(directory);
  const database = openDatabaseCopy(db);
  if (already > 0n && (await sizeOfCopy(archive)) < already)
    throw new ArchiveError('此目录不是原有归档。 This is not the directory into which the earlier months were archived.');
  await exportLog(withArchive(database, archive, already), directory, onProgress);
  await flushDirectory(directory);
  const { findings, checkpoint } = await verifyLog(archive, { keys: await logKeys(db), toleranceMs: Number.MAX_SAFE_INTEGER });
  const faults = findings.faults.filter(({ kind }) => FAULTS[kind].exitCode < OF_WHAT_ENTRIES_SAY);
  const note = await archive.newest();
  if (faults.length > 0 || checkpoint === undefined || note === undefined)
    throw new ArchiveError(
      `归档核验不通过，未移出任何记录。 The archive does not verify, nothing was taken out: ${faults.map(({ kind, at }) => `${kind} ${at}`).join(', ')}`,
    );
  if (checkpoint.size < cut)
    throw new ArchiveError('检查点尚未覆盖这些记录。 No checkpoint covers these entries yet: start a gateway, which signs one.');
  return note;
}

/** The very entries that are about to leave are the archive's, whose tiles were verified against its entries. */
async function assertInArchive(tx: Queryable, archive: LogCopy, { already, cut }: Range): Promise<void> {
  const changed = new ArchiveError(
    '归档与日志不一致，未移出任何记录。 The archive is not of these entries: nothing was taken out.',
  );
  if ((await archivedEntries(tx)) !== already) throw changed;
  const size = await sizeOfCopy(archive);
  for (let index = already / WIDTH; index * WIDTH < cut; index += PAGE_TILES) {
    const from = index * WIDTH < already ? already : index * WIDTH;
    const to = (index + PAGE_TILES) * WIDTH < cut ? (index + PAGE_TILES) * WIDTH : cut;
    const { rows } = await tx.query<{ hashes: Uint8Array | null }>(
      `SELECT string_agg(leaf_hash, ''::bytea ORDER BY seq) AS hashes FROM querylog.entry WHERE seq >= $1 AND seq < $2`,
      [from, to],
    );
    const archived = await tileHashes(archive, { first: index, end: (to + WIDTH - 1n) / WIDTH, size });
    const offset = Number(from - index * WIDTH) * HASH_BYTES;
    const expected = archived.subarray(offset, offset + Number(to - from) * HASH_BYTES);
    if (Buffer.compare(rows[0]?.hashes ?? new Uint8Array(0), expected) !== 0) throw changed;
  }
}

async function tileHashes(archive: LogCopy, { first, end, size }: { first: bigint; end: bigint; size: bigint }): Promise<Buffer> {
  const tiles: Uint8Array[] = [];
  for (let index = first; index < end; index++) {
    const left = size - index * WIDTH;
    tiles.push((await archive.tile({ level: 0, index, width: left < WIDTH ? Number(left) : TILE_WIDTH })) ?? new Uint8Array(0));
  }
  return Buffer.concat(tiles);
}
