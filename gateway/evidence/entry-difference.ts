import { HASH_BYTES } from '../querylog/suite.ts';
import type { FaultKind } from './fault.ts';
import type { HashedBundle } from './hash-bundle.ts';

/** Hashes kept to tell another order from other entries. */
const KEPT_HASHES = 65_536;

/** What the entries differ by from the hashes that were logged, gathered tile by tile. */
export class EntryDifference {
  #first: bigint | undefined;
  /** Whether entries are missing, and whether that is all: none behind them, and none that differs. */
  #isMissing = false;
  #isOnlyMissing = true;
  #isBroken = false;
  #surplus = 0;
  /** How much more often a hash is among the entries than among the tiles, where the two differ. */
  readonly #balance = new Map<string, number>();

  /** Compares the entries of a tile, from index `first` on, with its concatenated hashes. Returns whether the entries are the same. */
  compare(first: bigint, { hashes: entries, isWhole }: HashedBundle, tile: Uint8Array): boolean {
    if (this.#isMissing && entries.length > 0) this.#isOnlyMissing = false;
    // What follows the last entry is no entry, and was not logged: the entries before it are read all the same.
    if (!isWhole) {
      this.#isBroken = true;
      this.#first ??= first + BigInt(entries.length / HASH_BYTES);
    }
    if (Buffer.compare(entries, tile) === 0) return true;
    this.#surplus += (entries.length - tile.length) / HASH_BYTES;
    for (let at = 0; at < Math.max(entries.length, tile.length); at += HASH_BYTES) {
      this.#compareAt(first + BigInt(at / HASH_BYTES), hashAt(entries, at), hashAt(tile, at));
    }
    return false;
  }

  /** Whether anything differs at all, and where first. */
  get first(): bigint | undefined {
    return this.#first;
  }

  /** What was most likely done to the entries. */
  get kind(): FaultKind {
    if (this.#isBroken) return 'CHANGED_ENTRY';
    if (this.#surplus < 0) return this.#isOnlyMissing ? 'TRUNCATED' : 'DROPPED_ENTRY';
    if (this.#surplus > 0) return 'INSERTED_ENTRY';
    return this.#balance.size === 0 ? 'REORDERED' : 'CHANGED_ENTRY';
  }

  #compareAt(index: bigint, entry: string | undefined, logged: string | undefined): void {
    if (entry === logged) return;
    this.#first ??= index;
    if (entry === undefined) this.#isMissing = true;
    else this.#isOnlyMissing = false;
    this.#weigh(entry, 1);
    this.#weigh(logged, -1);
  }

  #weigh(hash: string | undefined, by: number): void {
    if (hash === undefined) return;
    const balance = (this.#balance.get(hash) ?? 0) + by;
    if (balance === 0) this.#balance.delete(hash);
    else if (this.#balance.size < KEPT_HASHES) this.#balance.set(hash, balance);
  }
}

function hashAt(hashes: Uint8Array, at: number): string | undefined {
  return at < hashes.length ? Buffer.from(hashes.subarray(at, at + HASH_BYTES)).toString('hex') : undefined;
}
