import { createHash } from 'node:crypto';
import type { Cell } from './category.ts';

/** Control characters, which no cell holds: they keep values apart, and null from the empty text. */
const BETWEEN = '\u0001';
const NULL = '\u0002';

/** SHA-256 (hex) of normalised values: equal content, equal hash, whatever the file it came in looked like. */
export function contentHash(first: string, values: readonly Cell[]): string {
  let text = first;
  for (const value of values) text += BETWEEN + (value ?? NULL);
  return createHash('sha256').update(text).digest('hex');
}
