import type { Subtree } from '../querylog/merkle.ts';
import { subtreeOfTiles, type Tile, tilePath } from '../querylog/tiles.ts';
import type { LogCopy } from './log-copy.ts';

/** Thrown out of a proof that needs a tile which has not been read yet. */
class TileNeeded extends Error {
  readonly tile: Tile;
  constructor(tile: Tile) {
    super('a tile is needed');
    this.tile = tile;
  }
}

/**
 * Computes something from the tree of a copy, such as a root or a proof: what it asks for is read, then it begins anew. A proof
 * needs some dozens of tiles whatever the size. Rejects when a tile is missing.
 */
export async function withSubtrees<T>(copy: Pick<LogCopy, 'tile'>, size: bigint, compute: (subtree: Subtree) => T): Promise<T> {
  const read = new Map<string, Uint8Array>();
  const subtree = subtreeOfTiles(size, (tile) => {
    const hashes = read.get(tilePath(tile));
    if (hashes === undefined) throw new TileNeeded(tile);
    return hashes;
  });
  for (;;) {
    try {
      return compute(subtree);
    } catch (error) {
      if (!(error instanceof TileNeeded)) throw error;
      const hashes = await copy.tile(error.tile);
      if (hashes === undefined) throw new Error(`the log lacks ${tilePath(error.tile)}`, { cause: error });
      read.set(tilePath(error.tile), hashes);
    }
  }
}
