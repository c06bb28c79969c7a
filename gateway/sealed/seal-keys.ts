import { SUITE } from '../querylog/suite.ts';

/** A key that texts are sealed under. */
export interface SealKey {
  /** Names it beside what it sealed: 8 hexadecimal digits that tell nothing of it. */
  id: string;
  /** 32 bytes. */
  key: Uint8Array;
}

/** Every key of a gateway. Without an old one, what it sealed cannot be opened any more by anybody, nor in any backup. */
export interface SealKeys {
  /** Seals from now on. */
  newest: SealKey;
  /** Undefined for a key that is not held any more. */
  find(id: string): SealKey | undefined;
}

/** Reads `XINQIAO_SEAL_KEY`: secrets separated by commas, the newest first. */
export function readSealKeys(text: string): SealKeys {
  const [newest, ...older] = text.split(',').map((secret) => keyOf(secret.trim()));
  if (newest === undefined) throw new TypeError('no key');
  const all = new Map([newest, ...older].map((key) => [key.id, key]));
  return { newest, find: (id) => all.get(id) };
}

function keyOf(secret: string): SealKey {
  return { id: Buffer.from(derived('id', secret)).toString('hex', 0, 4), key: derived('key', secret) };
}

function derived(use: string, secret: string): Uint8Array {
  return SUITE.hash(Buffer.from(`xinqiao seal ${use} 1\n${secret}`));
}
