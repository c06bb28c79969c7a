import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto';
import { isSubjectId, type SubjectId } from '../../schema/identifiers/subject-id.ts';

/** What a cursor is good for: the search that it is a place in, by the name looked for and by who is found; and the key of subject ids. */
export interface CursorOf {
  key: string;
  reach: string;
  name: string;
}

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** A place in the order of a search; it stays where it is when the subject is renamed or removed. */
export interface SearchPlace {
  id: SubjectId;
  /** The key of an organisation's name, as it was found; empty for a sole proprietor, who stands by the id alone. */
  nameKey: string;
}

/** The cursors of one search; its keys are derived once, for a whole page of them. */
export interface SearchCursors {
  /**
   * The cursor of a place, base64url: sealed, so that a cursor tells nobody whom it stands for (its length, how long the name of an
   * organisation is) and nobody can make one. The same place has the same cursor: the nonce is a keyed hash of what is sealed, as in
   * a synthetic initialization vector (RFC 5297).
   */
  seal(place: SearchPlace): string;
  /** The place that a cursor stands for; null for what was never a cursor of this search. */
  open(cursor: string): SearchPlace | null;
}

/** Makes and reads the cursors of a search. */
export function searchCursors({ key, reach, name }: CursorOf): SearchCursors {
  const search = `${reach}\n${name}`;
  const bound = Buffer.from(search);
  const [nonceKey, sealKey] = [derived(key, 'nonce'), derived(key, 'seal')];
  return {
    seal({ id, nameKey }) {
      const place = `${id}\n${nameKey}`;
      const nonce = createHmac('sha256', nonceKey).update(`${place}\n${search}`).digest().subarray(0, NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, sealKey, nonce).setAAD(bound);
      return Buffer.concat([nonce, cipher.update(place), cipher.final(), cipher.getAuthTag()]).toString('base64url');
    },
    open(cursor) {
      const bytes = Buffer.from(cursor, 'base64url');
      if (bytes.length <= NONCE_BYTES + TAG_BYTES || bytes.toString('base64url') !== cursor) return null;
      const decipher = createDecipheriv(CIPHER, sealKey, bytes.subarray(0, NONCE_BYTES))
        .setAAD(bound)
        .setAuthTag(bytes.subarray(-TAG_BYTES));
      try {
        const place = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]).toString();
        const [id = '', nameKey] = place.split('\n');
        return isSubjectId(id) && nameKey !== undefined ? { id, nameKey } : null;
      } catch {
        return null;
      }
    },
  };
}

/** Keys of their own: what is sealed here says nothing about the ids' key. */
function derived(key: string, use: 'nonce' | 'seal'): Buffer {
  return Buffer.from(hkdfSync('sha256', key, '', `xinqiao search cursor ${use}`, KEY_BYTES));
}
