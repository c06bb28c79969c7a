import type { Db, Queryable } from '../../database/db.ts';
import { growTree, type TileGrowth } from './grow-tree.ts';
import { LogContradiction } from './log-contradiction.ts';
import { type Edge, readEdge } from './read-edge.ts';
import { splitHashes, TILE_WIDTH } from './tiles.ts';
import { lockEnd } from './lock-end.ts';

/** Entries brought into the tree in one transaction; appends wait meanwhile, well under a second. */
const STEP_ENTRIES = 64 * TILE_WIDTH;

/** How far the tree of a log is. */
export interface Integration {
  integrated: bigint;
  size: bigint;
}

/**
 * Brings the entries into the tree that are not in it: those of a log older than its tree. Entries and their hashes stay as they
 * are. Step by step, each a transaction, so that it may be ended at any moment and goes on where it was; several may do it at
 * once. `onProgress` is told after each step. Rejects with `LogContradiction` when positions are missing, and with `DatabaseError`.
 */
export async function integrateLog(db: Db, onProgress: (done: Integration) => void = () => undefined): Promise<void> {
  for (;;) {
    const done = await db.transaction(integrateStep);
    if (done === undefined) return;
    onProgress(done);
  }
}

/** Takes the next entries into the tree; undefined when there are none left. */
async function integrateStep(db: Queryable): Promise<Integration | undefined> {
  await lockEnd(db);
  const edge = await readEdge(db);
  const from = edge.range.size;
  if (from === edge.size) return undefined;
  const { rows } = await db.query<{ hashes: Uint8Array | null }>(
    `SELECT string_agg(leaf_hash, ''::bytea ORDER BY seq) AS hashes FROM querylog.entry WHERE seq >= $1 AND seq < $2`,
    [from, from + BigInt(STEP_ENTRIES)],
  );
  const leaves = splitHashes(rows[0]?.hashes ?? new Uint8Array(0));
  const left = edge.size - from;
  if (BigInt(leaves.length) !== (left < BigInt(STEP_ENTRIES) ? left : BigInt(STEP_ENTRIES))) {
    throw new LogContradiction('positions');
  }
  const { edge: after, tiles } = growTree(edge, leaves);
  await storeTree(db, after, tiles);
  return { integrated: after.range.size, size: edge.size };
}

async function storeTree(db: Queryable, { range }: Edge, tiles: readonly TileGrowth[]): Promise<void> {
  for (const { level, index, hashes } of tiles) {
    await db.query(
      `INSERT INTO querylog.tile AS tile (level, index, hashes) VALUES ($1, $2, $3)
       ON CONFLICT (level, index) DO UPDATE SET hashes = tile.hashes || excluded.hashes`,
      [level, index, hashes],
    );
  }
  await db.query('UPDATE querylog.head SET integrated = $1, peaks = $2', [range.size, Buffer.concat(range.peaks)]);
}
