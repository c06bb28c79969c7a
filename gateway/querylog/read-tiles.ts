import type { Queryable } from '../../database/db.ts';
import { peaksBetween } from './compact-range.ts';
import type { Subtree } from './merkle.ts';
import { HASH_BYTES } from './suite.ts';
import { type ReadTile, subtreeOfTiles, TILE_WIDTH } from './tiles.ts';

/** Leaves [start, end) whose root is wanted. */
export type LeafRange = readonly [start: bigint, end: bigint];

const WIDTH = BigInt(TILE_WIDTH);
const TILE_HEIGHT = 8n;

/**
 * Reads the tiles that it takes for the roots over those leaves of a tree of that size, a few for any size, in two statements. What the function it
 * resolves with is asked for beyond them, or is not stored, throws a RangeError. Rejects with `DatabaseError`.
 */
export async function readTiles(db: Queryable, treeSize: bigint, ranges: readonly LeafRange[]): Promise<ReadTile> {
  const wanted = new Map<string, { level: number; index: bigint }>();
  for (const [start, end] of ranges) {
    for (const { height, index } of peaksBetween(start, end)) {
      const level = height / TILE_HEIGHT;
      const tile = { level: Number(level), index: (index << (height % TILE_HEIGHT)) / WIDTH };
      wanted.set(nameOf(tile), tile);
    }
  }
  const stored = await readStored(db, [...wanted.values()]);
  const tail = { level: 0, index: treeSize / WIDTH };
  if (wanted.has(nameOf(tail)) && !stored.has(nameOf(tail))) stored.set(nameOf(tail), await readTail(db, tail.index, treeSize));
  return (tile) => {
    const hashes = stored.get(nameOf(tile));
    if (hashes === undefined || hashes.length < tile.width * HASH_BYTES) throw new RangeError(`no tile ${nameOf(tile)}`);
    return hashes;
  };
}

/**
 * Proves from the tiles of a tree of that size. `prove` is called twice: to learn over which leaves it takes roots, then with them, all read
 * together; it must ask for the same both times. Rejects as {@link readTiles} does, and as what it resolves with throws.
 */
export async function proveFromTiles<Proof>(db: Queryable, treeSize: bigint, prove: (subtree: Subtree) => Proof): Promise<Proof> {
  const ranges: LeafRange[] = [];
  prove((start, end) => {
    ranges.push([start, end]);
    return new Uint8Array(0);
  });
  return prove(subtreeOfTiles(treeSize, await readTiles(db, treeSize, ranges)));
}

async function readStored(db: Queryable, tiles: readonly { level: number; index: bigint }[]): Promise<Map<string, Uint8Array>> {
  const { rows } = await db.query<{ level: number; index: bigint; hashes: Uint8Array }>(
    'SELECT level, index, hashes FROM querylog.tile JOIN unnest($1::smallint[], $2::bigint[]) AS wanted (level, index) USING (level, index)',
    [tiles.map(({ level }) => level), tiles.map(({ index }) => index)],
  );
  return new Map(rows.map((row) => [nameOf(row), row.hashes]));
}

/** The newest leaf hashes are in no tile yet. */
async function readTail(db: Queryable, index: bigint, treeSize: bigint): Promise<Uint8Array> {
  const { rows } = await db.query<{ hashes: Uint8Array | null }>(
    `SELECT string_agg(leaf_hash, ''::bytea ORDER BY seq) AS hashes FROM querylog.entry WHERE seq >= $1 AND seq < $2`,
    [index * WIDTH, treeSize],
  );
  return rows[0]?.hashes ?? new Uint8Array(0);
}

function nameOf({ level, index }: { level: number; index: bigint }): string {
  return `${level}/${index}`;
}
