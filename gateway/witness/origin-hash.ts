import { createHash } from 'node:crypto';

/** What a log is called in addresses and file names: SHA-256 of its origin, as hex (C2SP tlog-witness). */
export function originHash(origin: string): string {
  return createHash('sha256').update(origin).digest('hex');
}
