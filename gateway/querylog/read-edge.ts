import type { Queryable } from '../../database/db.ts';
import { type CompactRange, parsePeaks } from './compact-range.ts';
import { LogContradiction } from './log-contradiction.ts';
import { splitHashes, TILE_WIDTH } from './tiles.ts';

/** Where the next entry goes, and what the tree needs to know to take it. */
export interface Edge {
  range: CompactRange;
  /** Leaf hashes after the last full tile of level 0. */
  tail: readonly Uint8Array[];
}

/** One statement sees head and entries of one moment. */
const READ_EDGE = `
SELECT size, integrated, peaks,
  (SELECT string_agg(leaf_hash, ''::bytea ORDER BY seq) FROM querylog.entry WHERE seq >= integrated - integrated % ${TILE_WIDTH} AND seq < integrated) AS tail
FROM querylog.head`;

/**
 * The right edge of the tree as far as it is integrated. Rejects with {@link LogContradiction} when the head is missing, or
 * contradicts itself or the entries; with `DatabaseError`.
 */
export async function readEdge(db: Queryable): Promise<Edge & { size: bigint }> {
  const { rows } = await db.query<{ size: bigint; integrated: bigint; peaks: Uint8Array; tail: Uint8Array | null }>(READ_EDGE);
  const head = rows[0];
  if (head === undefined) throw new LogContradiction('no head');
  const range = parsePeaks(head.integrated, head.peaks);
  const tail = splitHashes(head.tail ?? new Uint8Array(0));
  if (range === undefined || BigInt(tail.length) !== head.integrated % BigInt(TILE_WIDTH)) {
    throw new LogContradiction('head and newest entries');
  }
  return { size: head.size, range, tail };
}
