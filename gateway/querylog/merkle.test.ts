import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  consistencyProof,
  inclusionProof,
  leafHash,
  nodeHash,
  rootHash,
  type Subtree,
  verifyConsistency,
  verifyInclusion,
} from './merkle.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const base64 = (text: string | null) => Buffer.from(text ?? '', 'base64');

/** The definition of RFC 6962, 2.1, word for word: slow, and written apart from the code it judges. */
function definedRoot(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 0) return createHash('sha256').digest();
  if (leaves.length === 1) return leaves[0]!;
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  const halves = [definedRoot(leaves.slice(0, k)), definedRoot(leaves.slice(k))];
  return createHash('sha256')
    .update(Buffer.concat([Buffer.of(1), ...halves]))
    .digest();
}

const LARGEST = 300;
const LEAVES = Array.from({ length: LARGEST }, (_, n) => leafHash(Buffer.from(`entry ${n}`)));
const treeOf = (leaves: readonly Uint8Array[]): Subtree => {
  const known = new Map<string, Uint8Array>();
  return (start, end) => {
    const key = `${start}-${end}`;
    const root = known.get(key) ?? rootHash(leaves.slice(Number(start), Number(end)));
    known.set(key, root);
    return root;
  };
};
const subtree = treeOf(LEAVES);
const inclusion = (leafIndex: number, treeSize: number) => ({
  leafIndex: BigInt(leafIndex),
  treeSize: BigInt(treeSize),
  leafHash: LEAVES[leafIndex]!,
  proof: inclusionProof({ leafIndex: BigInt(leafIndex), treeSize: BigInt(treeSize) }, subtree),
  root: subtree(0n, BigInt(treeSize)),
});
const consistency = (from: number, to: number) => {
  const [size1, size2] = [BigInt(from), BigInt(to)];
  return {
    size1,
    size2,
    root1: subtree(0n, size1),
    root2: subtree(0n, size2),
    proof: consistencyProof({ size1, size2 }, subtree),
  };
};

describe('roots', () => {
  // The inputs and roots that RFC 6962's reference implementation (google/certificate-transparency) publishes.
  const inputs = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
  const roots = [
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
    '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
    'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
    '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
  ];
  test.each(roots.map((root, size) => ({ size, root })))(
    'of the $size published leaves is the published one',
    ({ size, root }) => {
      expect(hex(rootHash(inputs.slice(0, size).map((input) => leafHash(Buffer.from(input, 'hex')))))).toBe(root);
    },
  );

  test('are as RFC 6962 defines them, for every size to 300', () => {
    for (let size = 0; size <= LARGEST; size++)
      expect(hex(rootHash(LEAVES.slice(0, size))), `size ${size}`).toBe(hex(definedRoot(LEAVES.slice(0, size))));
  });

  test('separate leaves from nodes', () => {
    const [a, b] = LEAVES as [Uint8Array, Uint8Array];
    expect(hex(leafHash(Buffer.concat([a, b])))).not.toBe(hex(nodeHash(a, b)));
  });

  test('are made with the hash that is given', () => {
    const sha512 = (data: Uint8Array) => createHash('sha512').update(data).digest();
    const leaves = ['a', 'b', 'c'].map((entry) => leafHash(Buffer.from(entry), sha512));
    const root = rootHash(leaves, sha512);
    const proof = inclusionProof({ leafIndex: 1n, treeSize: 3n }, (start, end) =>
      rootHash(leaves.slice(Number(start), Number(end)), sha512),
    );
    const claim = { leafIndex: 1n, treeSize: 3n, leafHash: leaves[1]!, proof, root };
    expect(root).toHaveLength(64);
    expect([verifyInclusion(claim, sha512), verifyInclusion(claim)]).toEqual([true, false]);
  });
});

describe('proofs', () => {
  test('of every leaf in every tree to size 300 verify, and in no other place', () => {
    for (let size = 1; size <= LARGEST; size++)
      for (let index = 0; index < size; index++) {
        const claim = inclusion(index, size);
        if (!verifyInclusion(claim)) expect.fail(`leaf ${index} of ${size}`);
        const elsewhere = { ...claim, leafIndex: BigInt((index + 1) % size) };
        if (size > 1 && verifyInclusion(elsewhere)) expect.fail(`leaf ${index} of ${size} stands for its neighbour`);
      }
    expect(inclusion(0, 1).proof).toEqual([]);
  });

  test('of growth between all sizes to 300 verify', () => {
    for (let to = 1; to <= LARGEST; to++)
      for (let from = 1; from <= to; from++) if (!verifyConsistency(consistency(from, to))) expect.fail(`${from} to ${to}`);
    expect(consistency(7, 7).proof).toEqual([]);
  });

  test('of large trees at random places verify', () => {
    // Equal leaves: a perfect subtree is known by its height alone, so that trees of any size can be had.
    const heights = [leafHash(Buffer.from('x'))];
    for (let height = 1; height < 64; height++) heights.push(nodeHash(heights[height - 1]!, heights[height - 1]!));
    const uniform: Subtree = (start, end) => {
      const height = (end - start).toString(2).length - 1;
      const half = start + (1n << BigInt(height));
      return half === end ? heights[height]! : nodeHash(heights[height]!, uniform(half, end));
    };
    const size = fc.bigInt({ min: 1n, max: (1n << 63n) - 1n });
    fc.assert(
      fc.property(size, size, (a, b) => {
        const [size1, size2] = a < b ? [a, b] : [b, a];
        const [root1, root2] = [uniform(0n, size1), uniform(0n, size2)];
        const proof = inclusionProof({ leafIndex: size1 - 1n, treeSize: size2 }, uniform);
        expect(verifyInclusion({ leafIndex: size1 - 1n, treeSize: size2, leafHash: heights[0]!, proof, root: root2 })).toBe(true);
        const growth = consistencyProof({ size1, size2 }, uniform);
        expect(verifyConsistency({ size1, size2, root1, root2, proof: growth })).toBe(true);
      }),
    );
  });

  test('are not made for a leaf outside the tree, a tree that shrinks, or from an empty one', () => {
    expect(() => inclusionProof({ leafIndex: 3n, treeSize: 3n }, subtree)).toThrow(RangeError);
    expect(() => inclusionProof({ leafIndex: -1n, treeSize: 3n }, subtree)).toThrow(RangeError);
    for (const [size1, size2] of [
      [0n, 0n],
      [0n, 1n],
      [-1n, 1n],
      [2n, 1n],
    ] as const)
      expect(() => consistencyProof({ size1, size2 }, subtree), `${size1} to ${size2}`).toThrow(RangeError);
  });
});

/** Every value with one bit changed somewhere in it. */
function* flipped(hashes: readonly Uint8Array[]): Generator<Uint8Array[]> {
  for (const [n, value] of hashes.entries())
    for (let bit = 0; bit < value.length * 8; bit += 11) {
      const changed = Buffer.from(value);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      yield hashes.map((hash, m) => (m === n ? changed : hash));
    }
}

describe('a verifier', () => {
  test.each([
    [0, 1],
    [5, 7],
    [6, 7],
    [255, 256],
    [256, 300],
  ])('finds one changed bit anywhere in a proof of leaf %i of %i', (index, size) => {
    const { leafHash, root, proof, ...place } = inclusion(index, size);
    for (const [leaf, top, ...rest] of flipped([leafHash, root, ...proof]))
      expect(verifyInclusion({ ...place, leafHash: leaf!, root: top!, proof: rest })).toBe(false);
  });

  test.each([
    [1, 2],
    [4, 8],
    [6, 7],
    [256, 300],
    [257, 300],
  ])('finds one changed bit anywhere in a proof from %i to %i', (from, to) => {
    const { root1, root2, proof, ...sizes } = consistency(from, to);
    for (const [first, second, ...rest] of flipped([root1, root2, ...proof]))
      expect(verifyConsistency({ ...sizes, root1: first!, root2: second!, proof: rest })).toBe(false);
  });

  test('takes no proof with a hash too few, too many, or cut elsewhere', () => {
    const into = inclusion(5, 7);
    const growth = consistency(6, 7);
    const [a, b, ...rest] = into.proof as [Uint8Array, Uint8Array, ...Uint8Array[]];
    const recut = [Buffer.concat([a, b.subarray(0, 1)]), b.subarray(1), ...rest];
    for (const proof of [into.proof.slice(1), into.proof.slice(0, -1), [...into.proof, a], recut, []])
      expect(verifyInclusion({ ...into, proof })).toBe(false);
    for (const proof of [growth.proof.slice(1), growth.proof.slice(0, -1), [...growth.proof, a], recut, []])
      expect(verifyConsistency({ ...growth, proof })).toBe(false);
    expect(verifyConsistency({ ...consistency(7, 7), proof: [a] })).toBe(false);
  });

  test('takes nothing as the beginning of anything, not even of nothing', () => {
    const empty = rootHash([]);
    const root = subtree(0n, 7n);
    expect(verifyConsistency({ size1: 0n, size2: 0n, root1: empty, root2: empty, proof: [] })).toBe(false);
    expect(verifyConsistency({ size1: 0n, size2: 7n, root1: empty, root2: root, proof: [] })).toBe(false);
    expect(verifyConsistency({ size1: -1n, size2: 7n, root1: empty, root2: root, proof: [root] })).toBe(false);
    expect(verifyInclusion({ ...inclusion(0, 1), leafIndex: -1n })).toBe(false);
  });

  const vectors = JSON.parse(readFileSync(new URL('./vectors/merkle-proofs.json', import.meta.url), 'utf8')) as {
    inclusion: {
      case: string;
      leafIdx: string;
      treeSize: string;
      root: string;
      leafHash: string;
      proof: string[] | null;
      wantErr: boolean;
    }[];
    consistency: {
      case: string;
      size1: string;
      size2: string;
      root1: string;
      root2: string;
      proof: string[] | null;
      wantErr: boolean;
    }[];
  };
  const bytes = (proof: string[] | null) => (proof ?? []).map(base64);

  test.each(vectors.inclusion)(
    'agrees with the published inclusion vector $case',
    ({ leafIdx, treeSize, wantErr, ...vector }) => {
      const { root, leafHash, proof } = vector;
      const place = { leafIndex: BigInt(leafIdx), treeSize: BigInt(treeSize) };
      const claim = { ...place, root: base64(root), leafHash: base64(leafHash), proof: bytes(proof) };
      expect(verifyInclusion(claim)).toBe(!wantErr);
    },
  );

  test.each(vectors.consistency)('agrees with the published consistency vector $case', ({ size1, size2, wantErr, ...vector }) => {
    const { root1, root2, proof } = vector;
    const sizes = { size1: BigInt(size1), size2: BigInt(size2) };
    const claim = { ...sizes, root1: base64(root1), root2: base64(root2), proof: bytes(proof) };
    expect(verifyConsistency(claim)).toBe(!wantErr);
  });
});
