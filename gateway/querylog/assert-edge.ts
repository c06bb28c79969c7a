import { DatabaseError, type Db, type Queryable } from '../../database/db.ts';
import { foldPeaks } from './compact-range.ts';
import { LogContradiction } from './log-contradiction.ts';
import { nodeHash } from './merkle.ts';
import { readEdge } from './read-edge.ts';
import { type LeafRange, readTiles } from './read-tiles.ts';
import { subtreeOfTiles, TILE_WIDTH } from './tiles.ts';
import { lockEnd } from './lock-end.ts';

/**
 * Whether head, newest entries and last tiles agree, which is all that appending goes on from; what is further back is for
 * `xinqiao log verify`. As all of it is written in one transaction, no crash leaves anything to be repaired: what does not agree
 * was changed by other means. Rejects with {@link LogContradiction} then, and with `DatabaseError`.
 */
export async function assertEdgeHolds(db: Db): Promise<void> {
  await db.transaction(async (tx) => {
    await lockEnd(tx);
    const { size, range } = await readEdge(tx);
    const { rows } = await tx.query<{ beyond: boolean }>('SELECT EXISTS (SELECT FROM querylog.entry WHERE seq >= $1) AS beyond', [
      size,
    ]);
    if (range.size !== size || rows[0]?.beyond !== false) throw new LogContradiction('size and entries');
    const root = await rootOfTiles(tx, size).catch((error: unknown) => {
      throw error instanceof DatabaseError ? error : new LogContradiction('tiles and size');
    });
    if (!equal(root, foldPeaks(range.peaks))) throw new LogContradiction('tiles and head');
  });
}

/** The root as the tiles have it, when the last full tile of each level is the one that the level above holds the root of. */
async function rootOfTiles(db: Queryable, size: bigint): Promise<Uint8Array> {
  const last = lastFullTiles(size);
  const ranges = last.flatMap(([start, middle, end]): LeafRange[] => [
    [start, end],
    [start, middle],
    [middle, end],
  ]);
  const subtree = subtreeOfTiles(size, await readTiles(db, size, [[0n, size], ...ranges]));
  for (const [start, middle, end] of last) {
    if (!equal(subtree(start, end), nodeHash(subtree(start, middle), subtree(middle, end)))) throw new Error('another tile');
  }
  return subtree(0n, size);
}

/** The leaves under the last full tile of each level: from, middle, to. Its root is a level higher than those of its halves. */
function lastFullTiles(size: bigint): [start: bigint, middle: bigint, end: bigint][] {
  const tiles: [bigint, bigint, bigint][] = [];
  for (let span = BigInt(TILE_WIDTH); span <= size; span *= BigInt(TILE_WIDTH)) {
    const end = size - (size % span);
    tiles.push([end - span, end - span / 2n, end]);
  }
  return tiles;
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
