import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { appendLeaves, EMPTY_RANGE, foldPeaks, parsePeaks, peaksBetween } from './compact-range.ts';
import { consistencyProof, inclusionProof, leafHash, rootHash, verifyConsistency, verifyInclusion } from './merkle.ts';
import { bundlePath, splitHashes, subtreeOfTiles, type Tile, TILE_WIDTH, tilePath, tileRoot, tilesOf } from './tiles.ts';

const SIZE = 66_000;
const LEAVES = Array.from({ length: SIZE }, (_, n) => leafHash(Buffer.from(`entry ${n}`)));

/** The tiles of the first `size` leaves by tlog-tiles' definition. */
function tilesOfLeaves(size: number): (tile: Tile) => Uint8Array {
  const levels = [LEAVES.slice(0, size)];
  for (let level = levels[0]!; level.length >= TILE_WIDTH; level = levels.at(-1)!)
    levels.push(
      Array.from({ length: Math.floor(level.length / TILE_WIDTH) }, (_, n) => rootHash(level.slice(n * 256, (n + 1) * 256))),
    );
  return ({ level, index, width }) => {
    const hashes = levels[level]?.slice(Number(index) * 256, Number(index) * 256 + width) ?? [];
    if (hashes.length !== width) throw new Error(`no tile ${level}/${index} of width ${width}`);
    return Buffer.concat(hashes);
  };
}

describe('paths', () => {
  test.each<[Tile, string]>([
    [{ level: 0, index: 0n, width: 256 }, 'tile/0/000'],
    [{ level: 63, index: 999n, width: 1 }, 'tile/63/999.p/1'],
    [{ level: 1, index: 1000n, width: 255 }, 'tile/1/x001/000.p/255'],
    [{ level: 0, index: 1234067n, width: 256 }, 'tile/0/x001/x234/067'],
    [{ level: 0, index: (1n << 55n) - 1n, width: 256 }, 'tile/0/x036/x028/x797/x018/x963/967'],
  ])('of %o is %s', (tile, path) => {
    expect(tilePath(tile)).toBe(path);
  });

  test('of a bundle of entries are like those of tiles', () => {
    expect(bundlePath({ index: 1234067n, width: 8 })).toBe('tile/entries/x001/x234/067.p/8');
  });
});

describe('a tree', () => {
  test('of 70,000 has the tiles that tlog-tiles names', () => {
    const counted = new Map<string, number>();
    for (const { level, width } of tilesOf(70_000n))
      counted.set(`${level}/${width}`, (counted.get(`${level}/${width}`) ?? 0) + 1);
    expect(Object.fromEntries(counted)).toEqual({ '0/256': 273, '0/112': 1, '1/256': 1, '1/17': 1, '2/1': 1 });
  });

  test.each([
    [0n, []],
    [1n, ['0/0/1']],
    [256n, ['0/0/256', '1/0/1']],
    [257n, ['0/0/256', '0/1/1', '1/0/1']],
  ])('of %s has no empty tiles', (size, tiles) => {
    expect([...tilesOf(size)].map(({ level, index, width }) => `${level}/${index}/${width}`)).toEqual(tiles);
  });

  test('has, from some leaf on, the tiles that hold it and those after it', () => {
    const from = [...tilesOf(70_000n, 69_999n)].map(({ level, index, width }) => `${level}/${index}/${width}`);
    expect(from).toEqual(['0/273/112', '1/1/17', '2/0/1']);
  });

  test.each([1, 2, 255, 256, 257, 511, 65_536, SIZE])('of %i proves from its tiles', (size) => {
    const subtree = subtreeOfTiles(BigInt(size), tilesOfLeaves(size));
    const treeSize = BigInt(size);
    const root = rootHash(LEAVES.slice(0, size));
    expect(Buffer.from(subtree(0n, treeSize))).toEqual(root);
    for (const index of new Set([0, Math.floor(size / 3), size - 1])) {
      const leafIndex = BigInt(index);
      const proof = inclusionProof({ leafIndex, treeSize }, subtree);
      expect(verifyInclusion({ leafIndex, treeSize, leafHash: LEAVES[index]!, proof, root })).toBe(true);
      const growth = { size1: leafIndex + 1n, size2: treeSize };
      const root1 = rootHash(LEAVES.slice(0, index + 1));
      expect(verifyConsistency({ ...growth, root1, root2: root, proof: consistencyProof(growth, subtree) })).toBe(true);
    }
  });

  test('proves its beginnings from the tiles of a larger one', () => {
    const subtree = subtreeOfTiles(BigInt(SIZE), tilesOfLeaves(SIZE));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: SIZE }), fc.nat(), (size, n) => {
        const [treeSize, leafIndex] = [BigInt(size), BigInt(n % size)];
        const root = rootHash(LEAVES.slice(0, size));
        const proof = inclusionProof({ leafIndex, treeSize }, subtree);
        expect(verifyInclusion({ leafIndex, treeSize, leafHash: LEAVES[n % size]!, proof, root })).toBe(true);
      }),
      { numRuns: 8 },
    );
  });
});

describe('the right edge', () => {
  test('grows to the root of all leaves, in whatever portions', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 40 }), { maxLength: 12 }), (portions) => {
        let range = EMPTY_RANGE;
        for (const portion of portions)
          range = appendLeaves(range, LEAVES.slice(Number(range.size), Number(range.size) + portion));
        const size = portions.reduce((sum, portion) => sum + portion, 0);
        expect(range.size).toBe(BigInt(size));
        expect(Buffer.from(foldPeaks(range.peaks))).toEqual(rootHash(LEAVES.slice(0, size)));
        expect(parsePeaks(range.size, Buffer.concat(range.peaks))).toEqual(range);
        expect(parsePeaks(range.size + 1n, Buffer.concat([...range.peaks, Buffer.alloc(33)]))).toBeUndefined();
      }),
    );
  });

  test('consists of perfect subtrees, from the largest on', () => {
    expect(peaksBetween(0n, 13n)).toEqual([
      { height: 3n, index: 0n },
      { height: 2n, index: 2n },
      { height: 0n, index: 12n },
    ]);
    expect(peaksBetween(4n, 7n)).toEqual([
      { height: 1n, index: 2n },
      { height: 0n, index: 6n },
    ]);
    expect(peaksBetween(5n, 5n)).toEqual([]);
  });
});

test('bytes that end in the middle of a hash are no tile', () => {
  expect(() => splitHashes(Buffer.alloc(33))).toThrow(RangeError);
  expect(Buffer.from(tileRoot(Buffer.concat(LEAVES.slice(0, 3))))).toEqual(rootHash(LEAVES.slice(0, 3)));
});
