import { nodeHash } from './merkle.ts';
import { HASH_BYTES, SUITE } from './suite.ts';

/** A perfect subtree of 2^height leaves, the index-th of its height. */
export interface Peak {
  height: bigint;
  index: bigint;
}

/** The right edge of a growing tree: all that is needed to append to it and to know its root. */
export interface CompactRange {
  size: bigint;
  /** Hashes of its perfect subtrees, from the largest on: one for each bit of `size`. */
  peaks: readonly Uint8Array[];
}

/** The tree before its first leaf. */
export const EMPTY_RANGE: CompactRange = { size: 0n, peaks: [] };

/** The perfect subtrees, from left to right and each as large as it can be, that leaves [start, end) consist of. */
export function peaksBetween(start: bigint, end: bigint): Peak[] {
  const peaks: Peak[] = [];
  for (let at = start; at < end; ) {
    let height = BigInt((end - at).toString(2).length - 1);
    while ((at & ((1n << height) - 1n)) !== 0n) height--;
    peaks.push({ height, index: at >> height });
    at += 1n << height;
  }
  return peaks;
}

/** Root over the hashes of such subtrees (RFC 6962, 2.1): from the right, each with all that follows it. */
export function foldPeaks(peaks: readonly Uint8Array[]): Uint8Array {
  const last = peaks.at(-1);
  if (last === undefined) return SUITE.hash(new Uint8Array(0));
  return peaks.slice(0, -1).reduceRight((right, left) => nodeHash(left, right), last);
}

/** Told of every perfect subtree that is completed: 2^height leaves, the index-th of its height. */
export type OnNode = (height: bigint, index: bigint, hash: Uint8Array) => void;

/** The tree with one leaf more for each hash: about one node is hashed a leaf, whatever the size. */
export function appendLeaves({ size, peaks }: CompactRange, leafHashes: readonly Uint8Array[], onNode?: OnNode): CompactRange {
  const grown = [...peaks];
  let next = size;
  for (const leaf of leafHashes) {
    let node = leaf;
    let height = 0n;
    // Every subtree that the new one completes is joined with it, from the smallest.
    for (let rest = next; (rest & 1n) === 1n; rest >>= 1n) {
      node = nodeHash(grown.pop() as Uint8Array, node);
      height++;
      onNode?.(height, next >> height, node);
    }
    grown.push(node);
    next++;
  }
  return { size: next, peaks: grown };
}

/** The peaks of a tree of that size as they are stored, concatenated; undefined when they are not as many as its size has. */
export function parsePeaks(size: bigint, bytes: Uint8Array): CompactRange | undefined {
  const peaks = Array.from({ length: Math.floor(bytes.length / HASH_BYTES) }, (_, n) =>
    bytes.subarray(n * HASH_BYTES, (n + 1) * HASH_BYTES),
  );
  return bytes.length === peaksBetween(0n, size).length * HASH_BYTES ? { size, peaks } : undefined;
}
