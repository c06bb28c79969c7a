import { HASH_BYTES } from './suite.ts';

/** What a log says of itself: so many entries, and this root over them (C2SP tlog-checkpoint). */
export interface Checkpoint {
  /** Name of the log. */
  origin: string;
  size: bigint;
  root: Uint8Array;
}

/** The text that is signed: origin, size and root, a line each. */
export function formatCheckpoint({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${Buffer.from(root).toString('base64')}\n`;
}

/**
 * Reads the text of a note; undefined when it is no checkpoint. Lines after the third are refused, unlike in C2SP: this log writes
 * none, and nobody could say what they mean.
 */
export function parseCheckpoint(text: string): Checkpoint | undefined {
  const [, origin = '', size = '', encoded = ''] = /^([^\n]+)\n(0|[1-9]\d{0,18})\n([A-Za-z0-9+/=]+)\n$/.exec(text) ?? [];
  const root = Buffer.from(encoded, 'base64');
  if (origin === '' || root.length !== HASH_BYTES) return undefined;
  const checkpoint = { origin, size: BigInt(size), root };
  // One spelling only: base64 has spare bits that a decoder does not look at.
  return formatCheckpoint(checkpoint) === text ? checkpoint : undefined;
}
