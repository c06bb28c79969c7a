import { HASH_BYTES, SUITE } from '../querylog/suite.ts';

/** A bundle's entries, their leaf hashes concatenated, and whether it ends where its last entry ends. */
export interface HashedBundle {
  entries: readonly Uint8Array[];
  hashes: Uint8Array;
  isWhole: boolean;
}

const LEAF = 0x00;
const LENGTH_BYTES = 2;

/**
 * The leaf hashes (RFC 6962, 2.1) of a bundle as it is stored, without taking it apart: the byte before an entry, the second of its
 * length, is overwritten by the prefix 0x00 once it is read, so that nothing is copied. Its lengths are gone afterwards.
 */
export function hashBundle(bundle: Uint8Array, width: number): HashedBundle {
  let hashes = Buffer.allocUnsafe(width * HASH_BYTES);
  const entries: Uint8Array[] = [];
  let at = 0;
  while (at + LENGTH_BYTES <= bundle.length) {
    const start = at + LENGTH_BYTES;
    const end = start + (((bundle[at] as number) << 8) | (bundle[at + 1] as number));
    if (end > bundle.length) break;
    bundle[start - 1] = LEAF;
    // More entries than there should be: rare enough to be slow.
    if ((entries.length + 1) * HASH_BYTES > hashes.length) hashes = Buffer.concat([hashes, Buffer.allocUnsafe(hashes.length)]);
    hashes.set(SUITE.hash(bundle.subarray(start - 1, end)), entries.length * HASH_BYTES);
    entries.push(bundle.subarray(start, end));
    at = end;
  }
  return { entries, hashes: hashes.subarray(0, entries.length * HASH_BYTES), isWhole: at === bundle.length };
}
