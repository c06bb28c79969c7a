import type { SqlValue } from './db.ts';

/**
 * A parameter as PostgreSQL's text protocol carries it; null stays null. One writer for both drivers, so that they cannot differ:
 * bytes as `\x` hex, booleans as `true`/`false`, arrays as array literals.
 */
export function parameterText(value: SqlValue): string | null {
  if (value === null || typeof value === 'string') return value;
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')}`;
  if (typeof value === 'object') return `{${value.map(elementText).join(',')}}`;
  return String(value);
}

function elementText(value: SqlValue): string {
  const text = parameterText(value);
  if (text === null) return 'NULL';
  if (Array.isArray(value) || typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return text;
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
