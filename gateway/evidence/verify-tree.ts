import type { Checkpoint } from '../querylog/checkpoint.ts';
import { appendLeaves, type CompactRange, EMPTY_RANGE, foldPeaks } from '../querylog/compact-range.ts';
import { HASH_BYTES } from '../querylog/suite.ts';
import { splitHashes, type Tile, TILE_WIDTH, tilePath } from '../querylog/tiles.ts';
import type { CheckpointTrail } from './checkpoint-trail.ts';
import { EntryDifference } from './entry-difference.ts';
import type { Findings } from './findings.ts';
import { type HashedBundle, hashBundle } from './hash-bundle.ts';
import type { LogCopy } from './log-copy.ts';
import { UpperTiles } from './upper-tiles.ts';

/** Tiles read ahead of the one that is hashed: enough to keep a disk busy, 16 MB of entries at most of usual length. */
const READ_AHEAD = 32;

const NO_ENTRIES: HashedBundle = { entries: [], hashes: new Uint8Array(0), isWhole: true };

/** What the tree is rebuilt with. */
export interface TreeVerification {
  newest: Checkpoint;
  trail: CheckpointTrail;
  findings: Findings;
  /** Given the entries of each tile that has their hashes, with the index of the first. */
  onEntries: (first: bigint, entries: readonly Uint8Array[]) => void;
  onProgress: (entries: bigint) => void;
}

/**
 * Rebuilds the tree of a copy from its entries, tile by tile, and holds it against the tiles and every checkpoint. Two trees are followed as soon as
 * entries and tiles differ: the one that has the signed root tells which of the two was changed.
 */
export async function verifyTree(copy: LogCopy, verification: TreeVerification): Promise<void> {
  const { newest, trail } = verification;
  const difference = new EntryDifference();
  const upper = new UpperTiles(copy);
  const missingTiles: string[] = [];
  let byTiles = EMPTY_RANGE;
  let byEntries: CompactRange | undefined;
  let isCutOff = true;
  await compareUpTo(byTiles);
  for await (const { tile, hashes, bundle } of readLevel0(copy, newest.size)) {
    const first = byTiles.size;
    const taken = bundle === undefined ? NO_ENTRIES : hashBundle(bundle, tile.width);
    if (hashes === undefined && bundle !== undefined) missingTiles.push(tilePath(tile));
    const logged = hashes ?? taken.hashes;
    if (logged.length !== tile.width * HASH_BYTES) {
      isCutOff = (await lastBundle(copy, newest.size)) === undefined;
      break;
    }
    if (difference.compare(first, taken, logged)) verification.onEntries(first, taken.entries);
    if (difference.first !== undefined) byEntries = appendLeaves(byEntries ?? byTiles, splitHashes(taken.hashes));
    byTiles = await grow(byTiles, logged);
    verification.onProgress(byTiles.size);
  }
  await upper.compare(true);
  conclude({ byTiles, byEntries, difference, isCutOff, missingTiles, upperTiles: upper.wrong }, verification);

  /** To the size of each checkpoint on the way, so that each is compared at its own. */
  async function grow(range: CompactRange, leaves: Uint8Array): Promise<CompactRange> {
    const end = range.size + BigInt(leaves.length / HASH_BYTES);
    let [grown, rest] = [range, leaves];
    while (rest.length > 0) {
      const stop = await trail.nextSize();
      const upTo = stop === undefined || stop > end ? end : stop;
      const length = Number(upTo - grown.size) * HASH_BYTES;
      grown = upper.append(grown, rest.subarray(0, length));
      rest = rest.subarray(length);
      await compareUpTo(grown);
    }
    await upper.compare(false);
    return grown;
  }

  async function compareUpTo(range: CompactRange): Promise<void> {
    if ((await trail.nextSize()) === range.size) await trail.compare(range);
  }
}

/** Both trees, and where they and their tiles went wrong. */
interface Rebuilt {
  byTiles: CompactRange;
  byEntries: CompactRange | undefined;
  difference: EntryDifference;
  /** Whether what is missing is the end. */
  isCutOff: boolean;
  missingTiles: readonly string[];
  upperTiles: readonly string[];
}

function conclude(rebuilt: Rebuilt, { newest, trail, findings }: TreeVerification): void {
  const { byTiles, byEntries, difference } = rebuilt;
  const isComplete = byTiles.size === newest.size;
  const entriesAreSigned = byEntries !== undefined && Buffer.compare(foldPeaks(byEntries.peaks), newest.root) === 0;
  if (!isComplete) findings.add(rebuilt.isCutOff ? 'TRUNCATED' : 'DROPPED_ENTRY', `index ${byTiles.size}`);
  else if (entriesAreSigned && !trail.isWhole) findings.add('TAMPERED_TILE', tileOf(difference.first ?? 0n, newest.size));
  else if (difference.first !== undefined) findings.add(difference.kind, `index ${difference.first}`);
  // Where the entries have the signed root, what is above a tampered tile differs because of it.
  if (isComplete && !entriesAreSigned) for (const path of rebuilt.upperTiles) findings.add('TAMPERED_TILE', path);
  for (const path of rebuilt.missingTiles) findings.add('TAMPERED_TILE', path);
  trail.conclude(!isComplete || entriesAreSigned);
}

function lastBundle(copy: LogCopy, size: bigint): Promise<Uint8Array | undefined> {
  const index = (size - 1n) / BigInt(TILE_WIDTH);
  return copy.bundle({ index, width: Number(size - index * BigInt(TILE_WIDTH)) });
}

function tileOf(index: bigint, size: bigint): string {
  const tile = index / BigInt(TILE_WIDTH);
  const left = size - tile * BigInt(TILE_WIDTH);
  return tilePath({ level: 0, index: tile, width: left < TILE_WIDTH ? Number(left) : TILE_WIDTH });
}

/** Level 0 of a copy with its bundles, in order, some read ahead. */
async function* readLevel0(copy: LogCopy, size: bigint) {
  const ahead: Promise<{ tile: Tile; hashes: Uint8Array | undefined; bundle: Uint8Array | undefined }>[] = [];
  for (let index = 0n; index * BigInt(TILE_WIDTH) < size; index++) {
    const left = size - index * BigInt(TILE_WIDTH);
    ahead.push(read({ level: 0, index, width: left < TILE_WIDTH ? Number(left) : TILE_WIDTH }));
    if (ahead.length >= READ_AHEAD) yield (await ahead.shift()) as Awaited<(typeof ahead)[number]>;
  }
  for (const one of ahead) yield await one;

  async function read(tile: Tile) {
    const [hashes, bundle] = await Promise.all([copy.tile(tile), copy.bundle(tile)]);
    return { tile, hashes, bundle };
  }
}
