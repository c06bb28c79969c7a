/** Some fifty leaves' worth; more than that in one piece has memory of its own. */
const SLAB_BYTES = 262_144;

let slab = Buffer.alloc(0);

/**
 * Room for so many bytes, with whatever was in it, for what lives until its batch is durable: asking the system for each leaf's
 * memory costs as much as making the leaf. A piece that is kept keeps its whole slab.
 */
export function takeRoom(bytes: number): Buffer {
  if (bytes > SLAB_BYTES / 4) return Buffer.allocUnsafeSlow(bytes);
  if (bytes > slab.length) slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
  const room = slab.subarray(0, bytes);
  slab = slab.subarray(bytes);
  return room;
}
