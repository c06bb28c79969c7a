import { createHash } from 'node:crypto';
import { canonicalJson } from '../../policies/canonical-json.ts';
import type { QueryLogEntry } from './entry.ts';

/** An entry as the log keeps it: canonical JSON (RFC 8785) and its leaf hash, SHA-256 over 0x00 and those bytes (RFC 6962, 2.1). */
export interface Leaf {
  canonical: string;
  hash: Uint8Array;
}

/** Makes the leaf of an entry; the same entry makes the same leaf everywhere. */
export function leafOf(entry: QueryLogEntry): Leaf {
  const canonical = canonicalJson(entry);
  return { canonical, hash: createHash('sha256').update('\0').update(canonical, 'utf8').digest() };
}
