import { type Hash, SUITE } from './suite.ts';

/** Where an entry is in the tree. */
interface Inclusion {
  leafIndex: bigint;
  treeSize: bigint;
}

/** Two sizes of one growing tree. */
interface Growth {
  size1: bigint;
  size2: bigint;
}

/**
 * The hash over the leaves from `start` up to, not including, `end`: MTH(D[start:end]) of RFC 6962, 2.1. Proofs are made of nothing
 * else, so that a tree in memory, in tiles or in a file proves by the same functions.
 */
export type Subtree = (start: bigint, end: bigint) => Uint8Array;

/** What a leaf is hashed behind (RFC 6962, 2.1). */
export const LEAF_PREFIX = 0x00;
const LEAF = Uint8Array.of(LEAF_PREFIX);
const NODE = Uint8Array.of(0x01);

/** Hash of a leaf, over 0x00 and the entry's bytes (RFC 6962, 2.1). */
export function leafHash(entry: Uint8Array, hash: Hash = SUITE.hash): Uint8Array {
  return hash(Buffer.concat([LEAF, entry]));
}

/** Hash of a node, over 0x01 and the hashes of its two halves (RFC 6962, 2.1). */
export function nodeHash(left: Uint8Array, right: Uint8Array, hash: Hash = SUITE.hash): Uint8Array {
  return hash(Buffer.concat([NODE, left, right]));
}

/** Root over leaf hashes in their order (RFC 6962, 2.1); that of an empty tree is the hash of nothing. */
export function rootHash(leafHashes: readonly Uint8Array[], hash: Hash = SUITE.hash): Uint8Array {
  let level = leafHashes;
  if (level.length === 0) return hash(new Uint8Array(0));
  // Level by level; an odd one at the right end goes up as it is, which is RFC 6962's split at the largest power of two.
  while (level.length > 1) {
    const above: Uint8Array[] = [];
    for (let n = 0; n < level.length; n += 2) {
      const [left, right] = [level[n] as Uint8Array, level[n + 1]];
      above.push(right === undefined ? left : nodeHash(left, right, hash));
    }
    level = above;
  }
  return level[0] as Uint8Array;
}

/** Proof that a leaf is in the tree: the hashes beside its path, from the leaf up (RFC 6962, 2.1.1). Throws a RangeError for a leaf outside the tree. */
export function inclusionProof({ leafIndex, treeSize }: Inclusion, subtree: Subtree): Uint8Array[] {
  if (leafIndex < 0n || leafIndex >= treeSize) throw new RangeError(`no leaf ${leafIndex} in a tree of size ${treeSize}`);
  const proof: Uint8Array[] = [];
  let [start, end] = [0n, treeSize];
  while (end - start > 1n) {
    const middle = start + split(end - start);
    const isLeft = leafIndex < middle;
    proof.push(isLeft ? subtree(middle, end) : subtree(start, middle));
    [start, end] = isLeft ? [start, middle] : [middle, end];
  }
  return proof.reverse();
}

/** Whether the proof puts the leaf at that index into the tree with that root (RFC 9162, 2.1.3.2). False for anything malformed. */
export function verifyInclusion(
  claim: Inclusion & { leafHash: Uint8Array; proof: readonly Uint8Array[]; root: Uint8Array },
  hash: Hash = SUITE.hash,
): boolean {
  const { leafIndex, treeSize, leafHash, proof, root } = claim;
  if (leafIndex < 0n || leafIndex >= treeSize || !areHashes([leafHash, ...proof, root], hash)) return false;
  let [index, last, node] = [leafIndex, treeSize - 1n, leafHash];
  for (const beside of proof) {
    if (last === 0n) return false;
    if (isOdd(index) || index === last) {
      node = nodeHash(beside, node, hash);
      [index, last] = pastEven(index, last);
    } else {
      node = nodeHash(node, beside, hash);
    }
    [index, last] = [index >> 1n, last >> 1n];
  }
  return last === 0n && equal(node, root);
}

/**
 * Proof that the tree of `size1` leaves is the beginning of that of `size2` (RFC 6962, 2.1.2). Throws a RangeError unless
 * 0 < size1 ≤ size2: everything begins with nothing, so that an empty tree proves nothing.
 */
export function consistencyProof({ size1, size2 }: Growth, subtree: Subtree): Uint8Array[] {
  if (size1 <= 0n || size1 > size2) throw new RangeError(`no consistency proof from size ${size1} to ${size2}`);
  const proof: Uint8Array[] = [];
  let [start, end] = [0n, size2];
  while (size1 !== end) {
    const middle = start + split(end - start);
    const isLeft = size1 <= middle;
    proof.push(isLeft ? subtree(middle, end) : subtree(start, middle));
    [start, end] = isLeft ? [start, middle] : [middle, end];
  }
  // Where the smaller tree is whole within the larger one, the verifier has its hash: it is the root.
  if (start > 0n) proof.push(subtree(start, end));
  return proof.reverse();
}

/** Whether the proof makes the first tree the beginning of the second (RFC 9162, 2.1.4.2). False for anything malformed, and from size 0. */
export function verifyConsistency(
  claim: Growth & { root1: Uint8Array; root2: Uint8Array; proof: readonly Uint8Array[] },
  hash: Hash = SUITE.hash,
): boolean {
  const { size1, size2, root1, root2, proof } = claim;
  if (size1 <= 0n || size1 > size2) return false;
  if (size1 === size2) return proof.length === 0 && equal(root1, root2);
  if (!areHashes([root1, root2, ...proof], hash)) return false;
  const [first, ...rest] = isPowerOfTwo(size1) ? [root1, ...proof] : proof;
  if (first === undefined || proof.length === 0) return false;
  let [index, last, node1, node2] = [size1 - 1n, size2 - 1n, first, first];
  while (isOdd(index)) [index, last] = [index >> 1n, last >> 1n];
  for (const beside of rest) {
    if (last === 0n) return false;
    if (isOdd(index) || index === last) {
      [node1, node2] = [nodeHash(beside, node1, hash), nodeHash(beside, node2, hash)];
      [index, last] = pastEven(index, last);
    } else {
      node2 = nodeHash(node2, beside, hash);
    }
    [index, last] = [index >> 1n, last >> 1n];
  }
  return last === 0n && equal(node1, root1) && equal(node2, root2);
}

/** The largest power of two below `size`, which is at least 2. */
function split(size: bigint): bigint {
  return 1n << BigInt((size - 1n).toString(2).length - 1);
}

/** A node at the right end goes up without a partner as long as its index is even. */
function pastEven(index: bigint, last: bigint): [bigint, bigint] {
  let [i, l] = [index, last];
  while (!isOdd(i) && i !== 0n) [i, l] = [i >> 1n, l >> 1n];
  return [i, l];
}

function isOdd(index: bigint): boolean {
  return (index & 1n) === 1n;
}

function isPowerOfTwo(size: bigint): boolean {
  return (size & (size - 1n)) === 0n;
}

/** Of other lengths, two hashes could be cut elsewhere and still be hashed to the same node. */
function areHashes(values: readonly Uint8Array[], hash: Hash): boolean {
  const { length } = hash(LEAF);
  return values.every((value) => value.length === length);
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
