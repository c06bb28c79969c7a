import { createHash } from 'node:crypto';

/** SHA-256 (hex) of normalised content: equal content, equal hash, whatever the file it came in looked like. */
export function contentHash(content: unknown): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}
