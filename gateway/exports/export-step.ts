import { createHash } from 'node:crypto';
import type { Db, Queryable } from '../../database/db.ts';
import { isLevelUpTo } from '../audit/forget-looks.ts';
import { archivedEntries } from '../querylog/archived-entries.ts';
import { newestCheckpoint } from '../querylog/checkpoint-store.ts';
import type { QueryLogEntry } from '../querylog/entry.ts';
import type { SealKey, SealKeys } from '../sealed/seal-keys.ts';
import type { ExportFilter, LogExport } from './log-export.ts';
import { readExports } from './log-export.ts';
import { rowMarks } from './row-mark.ts';
import { keepPart, openPart } from './sealed-part.ts';
import { type ExportedEntry, writeHead, writeRow } from './write-rows.ts';

/** Times that work on an export may fail in a row. */
const ATTEMPTS = 5;
const DAY_MS = 86_400_000;

/** What exports are made with. */
export interface ExportWork {
  db: Db;
  /** Name of the log. */
  origin: string;
  keys: SealKeys;
  /** Positions of the entries that a filter names, from the oldest on: at most one more than `size`, as the query log's list finds them. */
  find(
    db: Queryable,
    filter: ExportFilter,
    page: { size: number; from: 'oldest'; olderThan: bigint; newerThan: bigint },
  ): Promise<bigint[]>;
  clock: () => number;
}

/**
 * Does the next piece of work on exports, in one transaction that holds the export's row: dying in it leaves everything as it was, and
 * another gateway goes on from there. Resolves with whether something was done. Rejects with what failed; an export at which that
 * happens again and again is given up.
 */
export async function takeExportStep(work: ExportWork): Promise<boolean> {
  let claimed: string | undefined;
  try {
    return await work.db.transaction(async (tx) => {
      const [job] = await readExports(
        tx,
        `WHERE e.state IN ('QUEUED', 'RUNNING') ORDER BY e.attempts, e.number LIMIT 1 FOR UPDATE SKIP LOCKED`,
      );
      claimed = job?.id;
      return job !== undefined && stepOn(job, tx, work);
    });
  } catch (error) {
    if (claimed !== undefined) await countFailure(work.db, claimed);
    throw error;
  }
}

async function countFailure(db: Db, id: string): Promise<void> {
  await db.query(
    `UPDATE exports.export SET attempts = attempts + 1, state = CASE WHEN attempts + 1 >= ${ATTEMPTS} THEN 'FAILED' ELSE state END,
       failure = CASE WHEN attempts + 1 >= ${ATTEMPTS} THEN 'INTERNAL' END
     WHERE id = $1 AND state IN ('QUEUED', 'RUNNING')`,
    [id],
  );
  await db.query(`DELETE FROM exports.part USING exports.export e WHERE part.export = $1 AND e.id = $1 AND e.state = 'FAILED'`, [
    id,
  ]);
}

async function stepOn(job: LogExport, tx: Queryable, work: ExportWork): Promise<boolean> {
  if (job.state === 'QUEUED') return begin(job, tx, work);
  const key = work.keys.find(job.keyId);
  if (key === undefined) throw new Error(`the key ${job.keyId} that seals an export is not held any more`);
  // An export of nothing still has its head.
  if (job.parts > 0 && job.rowsDone === job.rowsTotal) await finish(job, tx, work);
  // Made anew meanwhile, the read model lacks what was counted until it has all of it again.
  else if (await isLevelUpTo(tx, job.treeSize ?? 0n)) await writePart(job, tx, { ...work, key });
  else return false;
  return true;
}

/**
 * Takes it at the newest checkpoint, once that covers what was there when it was asked for, and the read model has all of it. What has left
 * the database for an archive is not in it: its head says from where on.
 */
async function begin(job: LogExport, tx: Queryable, { find }: ExportWork): Promise<boolean> {
  const checkpoint = await newestCheckpoint(tx);
  if (checkpoint === undefined || checkpoint.size < job.logSize || !(await isLevelUpTo(tx, checkpoint.size))) return false;
  const archived = await archivedEntries(tx);
  const found = await find(tx, filterOf(job), {
    size: job.mostRows,
    from: 'oldest',
    olderThan: checkpoint.size,
    newerThan: archived - 1n,
  });
  const failure = found.length > job.mostRows ? 'TOO_MANY_ROWS' : null;
  await tx.query(
    `UPDATE exports.export SET state = $2, failure = $3, tree_size = $4, root = $5, rows_total = $6,
       first_seq = $7, attempts = 0 WHERE id = $1`,
    [job.id, failure === null ? 'RUNNING' : 'FAILED', failure, checkpoint.size, checkpoint.root, found.length, archived],
  );
  return true;
}

async function writePart(job: LogExport, tx: Queryable, { origin, find, key }: ExportWork & { key: SealKey }): Promise<void> {
  const found = await find(tx, filterOf(job), {
    size: job.rowsPerPart,
    from: 'oldest',
    olderThan: job.treeSize ?? 0n,
    newerThan: job.lastSeq ?? (job.firstSeq ?? 0n) - 1n,
  });
  const positions = found.slice(0, job.rowsPerPart);
  if (positions.length !== Math.min(job.rowsPerPart, (job.rowsTotal ?? 0) - job.rowsDone))
    throw new Error('the log no longer shows what was counted for an export');
  const markOf = rowMarks(key, job.id);
  const rows = (await readPositions(tx, positions)).map((row) => writeRow(job.format, row, markOf(row.index)));
  const bytes = Buffer.from((job.parts === 0 ? writeHead(job, origin) : '') + rows.join(''));
  await keepPart(tx, key, { exportId: job.id, number: job.parts + 1, bytes });
  await tx.query(
    `UPDATE exports.export SET rows_done = rows_done + $2, last_seq = coalesce($3, last_seq), parts = parts + 1, bytes = bytes + $4,
       attempts = 0 WHERE id = $1`,
    [job.id, positions.length, positions.at(-1) ?? null, bytes.length],
  );
}

async function finish({ id, parts, days, keyId }: LogExport, tx: Queryable, { keys, clock }: ExportWork): Promise<void> {
  const hash = createHash('sha256');
  for (let number = 1; number <= parts; number++) {
    const bytes = await openPart(tx, keys, { exportId: id, number, keyId });
    if (bytes === undefined) throw new Error('a part of an export is missing');
    hash.update(bytes);
  }
  const now = clock();
  await tx.query(`UPDATE exports.export SET state = 'READY', sha256 = $2, ready_at = $3, expires_at = $4 WHERE id = $1`, [
    id,
    hash.digest('hex'),
    new Date(now).toISOString(),
    new Date(now + days * DAY_MS).toISOString(),
  ]);
}

/** The entries at positions, in their order; all of them, or an error: a file that lacks rows would not say so. */
async function readPositions(tx: Queryable, positions: readonly bigint[]): Promise<ExportedEntry[]> {
  const { rows } = await tx.query<{ seq: bigint; leaf_hash: Uint8Array; canonical: string }>(
    // By time as well: the log is partitioned by it.
    `SELECT e.seq, e.leaf_hash, e.canonical FROM audit.look l JOIN querylog.entry e ON e.seq = l.seq AND e.at = l.at
     WHERE l.seq = ANY($1::bigint[]) ORDER BY e.seq`,
    [positions],
  );
  if (rows.length !== positions.length) throw new Error('entries that an export names are not in the log any more');
  return rows.map(({ seq, leaf_hash, canonical }) => ({
    index: seq,
    leafHash: Buffer.from(leaf_hash).toString('hex'),
    entry: JSON.parse(canonical) as QueryLogEntry,
  }));
}

function filterOf({ filter }: LogExport): ExportFilter {
  return JSON.parse(filter) as ExportFilter;
}
