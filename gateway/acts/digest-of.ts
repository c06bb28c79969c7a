import { createHash } from 'node:crypto';
import { canonicalJson } from '../../policies/canonical-json.ts';

/** What the log keeps of something that was changed: SHA-256 (hex) of its canonical JSON (RFC 8785). */
export function digestOf(value: object): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}
