const LENGTH_BYTES = 2;

/** The longest entry that a bundle can hold, in bytes: its length is written in 16 bits. */
export const MAX_ENTRY_BYTES = 0xffff;

/** Entries as a log's directory keeps them: each behind its length in bytes, 16 bits, big-endian (C2SP tlog-tiles). Throws a RangeError for a longer one. */
export function encodeBundle(entries: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(
    entries.flatMap((entry) => {
      if (entry.length > MAX_ENTRY_BYTES) throw new RangeError(`an entry of ${entry.length} bytes is too long for a bundle`);
      return [Buffer.of(entry.length >> 8, entry.length & 0xff), entry];
    }),
  );
}

/** The entries of a bundle, without copying. Throws a RangeError for one that ends in the middle of an entry. */
export function decodeBundle(bundle: Uint8Array): Uint8Array[] {
  const view = new DataView(bundle.buffer, bundle.byteOffset, bundle.byteLength);
  const entries: Uint8Array[] = [];
  for (let at = 0; at < bundle.length; ) {
    const start = at + LENGTH_BYTES;
    const end = start <= bundle.length ? start + view.getUint16(at) : start;
    if (end > bundle.length) throw new RangeError('a bundle that ends in the middle of an entry');
    entries.push(bundle.subarray(start, end));
    at = end;
  }
  return entries;
}
