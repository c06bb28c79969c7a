import { foldPeaks, peaksBetween } from './compact-range.ts';
import { rootHash, type Subtree } from './merkle.ts';
import { HASH_BYTES } from './suite.ts';

/** Hashes in a full tile, and entries in a full bundle (C2SP tlog-tiles). */
export const TILE_WIDTH = 256;
const TILE_HEIGHT = 8n;
const WIDTH = BigInt(TILE_WIDTH);

/**
 * A row of up to 256 hashes: at level 0 leaf hashes, above it each the root of a full tile of the level below. The n-th tile at level l
 * holds MTH(D[(n·256 + i)·256^l : (n·256 + i + 1)·256^l]) for i from 0.
 */
export interface Tile {
  level: number;
  index: bigint;
  /** How many hashes: 1 to 256. */
  width: number;
}

/** Where a tile is in a log's directory: `tile/0/x001/x234/067`, with `.p/112` when it is partial. */
export function tilePath({ level, index, width }: Tile): string {
  return `tile/${level}/${pathOf(index, width)}`;
}

/** Where a bundle of entries is: like the tile of level 0 beside it. */
export function bundlePath({ index, width }: Pick<Tile, 'index' | 'width'>): string {
  return `tile/entries/${pathOf(index, width)}`;
}

function pathOf(index: bigint, width: number): string {
  const digits = index.toString();
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/\d{3}/g) ?? [];
  const path = groups.map((group, n) => (n < groups.length - 1 ? `x${group}` : group)).join('/');
  return width === TILE_WIDTH ? path : `${path}.p/${width}`;
}

/** Every tile of a tree of that size which holds leaves from `from` on, level by level; the last of a level may be partial. */
export function* tilesOf(treeSize: bigint, from = 0n): Generator<Tile> {
  for (let level = 0, [hashes, first] = [treeSize, from]; hashes > 0n; level++) {
    for (let index = first / WIDTH; index * WIDTH < hashes; index++) {
      const left = hashes - index * WIDTH;
      yield { level, index, width: left < WIDTH ? Number(left) : TILE_WIDTH };
    }
    [hashes, first] = [hashes / WIDTH, first / WIDTH];
  }
}

/** The root of a tile's subtree. `hashes` are concatenated. */
export function tileRoot(hashes: Uint8Array): Uint8Array {
  return rootHash(splitHashes(hashes));
}

/** The hashes of a tile, one by one, without copying. Throws a RangeError for bytes that are no tile. */
export function splitHashes(hashes: Uint8Array): Uint8Array[] {
  if (hashes.length % HASH_BYTES !== 0) throw new RangeError('not a tile: its length is no multiple of a hash');
  return Array.from({ length: hashes.length / HASH_BYTES }, (_, n) => hashes.subarray(n * HASH_BYTES, (n + 1) * HASH_BYTES));
}

/** How a tree's tiles are had: the concatenated hashes of that tile, at least `width` of them; throws when there is no such tile. */
export type ReadTile = (tile: Tile) => Uint8Array;

/** The tree of `treeSize` leaves whose tiles are read: what the proofs of `merkle.ts` are made of, and its root from 0 to `treeSize`. */
export function subtreeOfTiles(treeSize: bigint, read: ReadTile): Subtree {
  const perfect = (height: bigint, index: bigint): Uint8Array => {
    const level = height / TILE_HEIGHT;
    const within = 1n << (height % TILE_HEIGHT);
    const first = index * within;
    const left = (treeSize >> (level * TILE_HEIGHT)) - (first / WIDTH) * WIDTH;
    const tile = read({ level: Number(level), index: first / WIDTH, width: left < WIDTH ? Number(left) : TILE_WIDTH });
    const from = Number(first % WIDTH) * HASH_BYTES;
    return tileRoot(tile.subarray(from, from + Number(within) * HASH_BYTES));
  };
  return (start, end) => foldPeaks(peaksBetween(start, end).map(({ height, index }) => perfect(height, index)));
}
