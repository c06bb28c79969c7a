import { expect } from 'vitest';
import type { Queryable, Row } from '../../database/db.ts';
import { foldPeaks, parsePeaks } from '../../gateway/querylog/compact-range.ts';
import { leafHash, rootHash } from '../../gateway/querylog/merkle.ts';
import { TILE_WIDTH } from '../../gateway/querylog/tiles.ts';

/** One statement, so that head, entries and tiles are those of one moment of a log that is being written to. */
const LOG = `
select size, integrated, peaks,
  (select coalesce(array_agg(seq order by seq), '{}') from querylog.entry) as positions,
  (select coalesce(array_agg(canonical order by seq), '{}') from querylog.entry) as texts,
  (select coalesce(array_agg(encode(leaf_hash, 'hex') order by seq), '{}') from querylog.entry) as hashes,
  (select coalesce(array_agg(level || '/' || index order by level, index), '{}') from querylog.tile) as tile_names,
  (select coalesce(array_agg(encode(hashes, 'hex') order by level, index), '{}') from querylog.tile) as tiles
from querylog.head`;

interface Log extends Row {
  size: bigint;
  integrated: bigint;
  peaks: Uint8Array;
  positions: bigint[];
  texts: string[];
  hashes: string[];
  tile_names: string[];
  tiles: string[];
}

/** Expects the log to hold each position once, without a gap, and its tree and tiles to be those of the very texts of its entries. */
export async function expectTree(db: Queryable): Promise<void> {
  const log = (await db.query<Log>(LOG)).rows[0] as Log;
  const gap = log.positions.findIndex((seq, n) => seq !== BigInt(n));
  expect(gap, 'the first position that is missing or twice').toBe(-1);
  const leaves = log.texts.map((text) => leafHash(Buffer.from(text)));
  const changed = log.hashes.findIndex((hash, n) => hash !== hex(leaves[n] as Uint8Array));
  expect(changed, 'the first entry that is not what was hashed').toBe(-1);
  const { size, integrated } = log;
  expect({ size, integrated }).toEqual({ size: BigInt(leaves.length), integrated: BigInt(leaves.length) });
  expect(hex(foldPeaks(parsePeaks(size, log.peaks)?.peaks ?? [])), 'the root of the head').toBe(hex(rootHash(leaves)));
  expect(Object.fromEntries(log.tile_names.map((name, n) => [name, log.tiles[n]])), 'the tiles').toEqual(tilesOver(leaves));
}

/** What is stored of a tree by tlog-tiles' definition: all tiles, but for a partial one of level 0. */
function tilesOver(leaves: readonly Uint8Array[]): Record<string, string> {
  const tiles: Record<string, string> = {};
  for (let [level, hashes] = [0, leaves]; hashes.length > 0; level++) {
    const roots: Uint8Array[] = [];
    for (let index = 0; index * TILE_WIDTH < hashes.length; index++) {
      const tile = hashes.slice(index * TILE_WIDTH, (index + 1) * TILE_WIDTH);
      const isFull = tile.length === TILE_WIDTH;
      if (isFull) roots.push(rootHash(tile));
      if (isFull || level > 0) tiles[`${level}/${index}`] = hex(Buffer.concat(tile));
    }
    hashes = roots;
  }
  return tiles;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
