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
  const { entries, rest } = splitBundle(bundle);
  if (rest.length > 0) throw new RangeError('a bundle that ends in the middle of an entry');
  return entries;
}

/** The entries of a bundle as far as there are whole ones, and what follows them; without copying. */
export function splitBundle(bundle: Uint8Array): { entries: Uint8Array[]; rest: Uint8Array } {
  const view = new DataView(bundle.buffer, bundle.byteOffset, bundle.byteLength);
  const entries: Uint8Array[] = [];
  let at = 0;
  for (let start = LENGTH_BYTES; start <= bundle.length; start = at + LENGTH_BYTES) {
    const end = start + view.getUint16(at);
    if (end > bundle.length) break;
    entries.push(bundle.subarray(start, end));
    at = end;
  }
  return { entries, rest: bundle.subarray(at) };
}
