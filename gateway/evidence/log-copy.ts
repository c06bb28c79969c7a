import type { VerifierKey } from '../querylog/signed-note.ts';
import type { Tile } from '../querylog/tiles.ts';

/** A log to be verified, wherever it is kept; nothing that comes out of it may be believed. What is not there is undefined, never an error. */
export interface LogCopy {
  /** The keys kept beside it, of the log and its witnesses; undefined where they are not keys. */
  keys(): Promise<readonly VerifierKey[] | undefined>;
  /** The newest checkpoint, a signed note. */
  newest(): Promise<string | undefined>;
  /** Every checkpoint kept, in the order of their sizes, the newest included; with `after`, only those of larger trees. */
  checkpoints(after?: bigint): AsyncIterable<string>;
  /** The entries beside that tile of level 0, each behind its length (C2SP tlog-tiles). */
  bundle(tile: Pick<Tile, 'index' | 'width'>): Promise<Uint8Array | undefined>;
  /** The concatenated hashes of that tile, exactly as many as it is wide. */
  tile(tile: Tile): Promise<Uint8Array | undefined>;
  /** The policy versions kept beside it, by the SHA-256 (hex) of their content; undefined where none are kept. */
  policies(): Promise<ReadonlyMap<string, Uint8Array> | undefined>;
  /** What is there and belongs to no log of this size with so many checkpoints. */
  foreign(size: bigint, checkpoints: number): AsyncIterable<string>;
}
