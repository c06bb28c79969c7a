import { appendLeaves } from './compact-range.ts';
import type { Edge } from './read-edge.ts';
import { TILE_WIDTH } from './tiles.ts';

/** Hashes to write: at level 0 a whole tile, above it what is added at the end of the tile. */
export interface TileGrowth {
  level: number;
  index: bigint;
  hashes: Uint8Array;
}

/** The tree after more entries, and what its tiles gain; each tile once. */
export interface GrownTree {
  edge: Edge;
  tiles: readonly TileGrowth[];
}

const WIDTH = BigInt(TILE_WIDTH);
const TILE_HEIGHT = 8n;

/** Appends leaves at the edge (pure). */
export function growTree({ range, tail }: Edge, leafHashes: readonly Uint8Array[]): GrownTree {
  const gained = new Map<string, { level: number; index: bigint; hashes: Uint8Array[] }>();
  const gain = (level: number, index: bigint, hashes: readonly Uint8Array[]) => {
    const tile = gained.get(`${level}/${index}`);
    if (tile === undefined) gained.set(`${level}/${index}`, { level, index, hashes: [...hashes] });
    else tile.hashes.push(...hashes);
  };
  let open = [...tail, ...leafHashes];
  let index = range.size / WIDTH;
  for (; open.length >= TILE_WIDTH; index++, open = open.slice(TILE_WIDTH)) gain(0, index, open.slice(0, TILE_WIDTH));
  // The root of a full tile is the node that its last leaf completes, at a multiple of its height.
  const grown = appendLeaves(range, leafHashes, (height, position, hash) => {
    if (height % TILE_HEIGHT === 0n) gain(Number(height / TILE_HEIGHT), position / WIDTH, [hash]);
  });
  const tiles = Array.from(gained.values(), (tile) => ({ ...tile, hashes: Buffer.concat(tile.hashes) }));
  return { edge: { range: grown, tail: open }, tiles };
}
