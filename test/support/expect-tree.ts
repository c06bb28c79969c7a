import { expect } from 'vitest';
import type { Queryable } from '../../database/db.ts';
import { foldPeaks, parsePeaks } from '../../gateway/querylog/compact-range.ts';
import { leafHash, rootHash } from '../../gateway/querylog/merkle.ts';
import { HASH_BYTES } from '../../gateway/querylog/suite.ts';
import { TILE_WIDTH } from '../../gateway/querylog/tiles.ts';

/** Expects the log to hold each position once, without a gap, and its tree and tiles to be those of the very texts of its entries. */
export async function expectTree(log: Queryable): Promise<void> {
  const { rows } = await log.query<{ seq: bigint; canonical: string; leaf_hash: Uint8Array }>(
    'select seq, canonical, leaf_hash from querylog.entry order by seq',
  );
  const gap = rows.findIndex(({ seq }, n) => seq !== BigInt(n));
  expect(gap, 'the first position that is missing or twice').toBe(-1);
  const leaves = rows.map(({ canonical }) => leafHash(Buffer.from(canonical)));
  const changed = rows.findIndex(({ leaf_hash }, n) => Buffer.compare(leaf_hash, leaves[n] as Uint8Array) !== 0);
  expect(changed, 'the first entry that is not what was hashed').toBe(-1);

  const { rows: heads } = await log.query<{ size: bigint; integrated: bigint; peaks: Uint8Array }>('select * from querylog.head');
  expect(heads).toMatchObject([{ size: BigInt(rows.length), integrated: BigInt(rows.length) }]);
  const range = parsePeaks(BigInt(rows.length), heads[0]?.peaks ?? new Uint8Array(0));
  expect(hex(foldPeaks(range?.peaks ?? [])), 'the root of the head').toBe(hex(rootHash(leaves)));
  expect(await storedTiles(log), 'the tiles').toEqual(tilesOver(leaves));
}

async function storedTiles(log: Queryable): Promise<Record<string, string>> {
  const { rows } = await log.query<{ level: number; index: bigint; hashes: Uint8Array }>(
    'select level, index, hashes from querylog.tile',
  );
  return Object.fromEntries(rows.map(({ level, index, hashes }) => [`${level}/${index}`, hex(hashes)]));
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
  return Buffer.from(bytes)
    .toString('hex')
    .padEnd(HASH_BYTES * 2, '-');
}
