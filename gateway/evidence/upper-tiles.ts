import { type CompactRange, appendLeaves } from '../querylog/compact-range.ts';
import { splitHashes, type Tile, TILE_WIDTH, tilePath } from '../querylog/tiles.ts';
import type { LogCopy } from './log-copy.ts';

const TILE_HEIGHT = 8n;

/** Rebuilds the tiles above level 0 from a growing tree, and holds them against those that are kept. */
export class UpperTiles {
  readonly #copy: Pick<LogCopy, 'tile'>;
  /** By level, the hashes of the tile that is not full yet, and how many came before it. */
  readonly #open = new Map<number, { index: bigint; hashes: Uint8Array[] }>();
  #full: { tile: Tile; hashes: Uint8Array }[] = [];
  /** Paths of tiles that are missing or hold something else. */
  readonly wrong: string[] = [];

  constructor(copy: Pick<LogCopy, 'tile'>) {
    this.#copy = copy;
  }

  /** The tree with these leaves appended; what they complete is gathered. */
  append(range: CompactRange, leaves: Uint8Array): CompactRange {
    return appendLeaves(range, splitHashes(leaves), (height, index, hash) => {
      if (height % TILE_HEIGHT === 0n) this.#gain(Number(height / TILE_HEIGHT), index, hash);
    });
  }

  /** Compares the tiles that became full; with `isLast`, those that never will. */
  async compare(isLast: boolean): Promise<void> {
    if (isLast) for (const level of this.#open.keys()) this.#finish(level);
    for (const { tile, hashes } of this.#full.splice(0)) {
      const kept = await this.#copy.tile(tile);
      if (kept === undefined || Buffer.compare(kept, hashes) !== 0) this.wrong.push(tilePath(tile));
    }
  }

  #gain(level: number, index: bigint, hash: Uint8Array): void {
    const open = this.#open.get(level);
    if (open === undefined) this.#open.set(level, { index: index / BigInt(TILE_WIDTH), hashes: [hash] });
    else open.hashes.push(hash);
    if (this.#open.get(level)?.hashes.length === TILE_WIDTH) this.#finish(level);
  }

  #finish(level: number): void {
    const open = this.#open.get(level);
    this.#open.delete(level);
    if (open === undefined) return;
    this.#full.push({ tile: { level, index: open.index, width: open.hashes.length }, hashes: Buffer.concat(open.hashes) });
  }
}
