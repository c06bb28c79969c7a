import type { SealedText } from '../querylog/sealing.ts';
import { SUITE } from '../querylog/suite.ts';
import type { SealKey, SealKeys } from './seal-keys.ts';

/** What a text is about, and when. */
export type TextPlace = Pick<SealedText, 'kind' | 'owner' | 'month'>;

/** Seals a text for its place: the same text sealed again is other bytes, with another hash. */
export function sealText({ id, key }: SealKey, text: string, { kind, owner, month }: TextPlace): SealedText {
  const sealed = SUITE.seal(key, Buffer.from(text), contextOf({ kind, owner, month }));
  return { kind, owner, month, hash: SUITE.hash(sealed), keyId: id, sealed };
}

/** The text; null where its key is not held any more. Throws when it was sealed for another place, or changed. */
export function openText(keys: SealKeys, { keyId, sealed, ...place }: Omit<SealedText, 'hash'>): string | null {
  const key = keys.find(keyId);
  return key === undefined ? null : Buffer.from(SUITE.open(key.key, sealed, contextOf(place))).toString();
}

/** Without it a name could be put where another's stood. */
function contextOf({ kind, owner, month }: TextPlace): Uint8Array {
  return Buffer.from(`xinqiao sealed text 1\n${kind}\n${month}\n${owner}`);
}
