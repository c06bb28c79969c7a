import { type KeyedHash, keyedHash } from './keyed-hash.ts';

/**
 * An opaque credit-subject id: `o-` for an organisation, `p-` for a natural person or sole proprietor, then 22
 * base64url characters (128 bits). The letter lets every service choose the personal-data treatment without a look-up.
 */
export type SubjectId = string;

/** What identifies a credit subject, already normalised (upper case, no spaces) and valid. */
export type Identifier =
  | { type: 'USCC'; value: string }
  | { type: 'BUSINESS_REGISTRATION_NO'; value: string }
  | { type: 'RESIDENT_ID'; value: string }
  | { type: 'OTHER_DOCUMENT'; value: string };

const SUBJECT_ID = /^[op]-[A-Za-z0-9_-]{22}$/;

/**
 * The opaque id of an identifier under the city's key (HMAC-SHA-256, RFC 2104, cut to 128 bits).
 * A business registration number has no id of its own: the registry resolves it to a subject first.
 */
export function subjectId(key: string, identifier: Exclude<Identifier, { type: 'BUSINESS_REGISTRATION_NO' }>): SubjectId {
  return `${isPersonal(identifier) ? 'p' : 'o'}-${keyed(key, identifier)}`;
}

/** An opaque stand-in for an identifier in the query log, when it has not been resolved to a subject: `r-` and 22 characters. */
export function unresolvedId(key: string, identifier: Identifier): string {
  return `r-${keyed(key, identifier)}`;
}

/** Whether the text has the form of a subject id. */
export function isSubjectId(text: string): text is SubjectId {
  return SUBJECT_ID.test(text);
}

/** Whether the subject is a natural person or a sole proprietor, whose data are personal. */
export function isPersonSubject(id: SubjectId): boolean {
  return id.startsWith('p');
}

function isPersonal(identifier: Identifier): boolean {
  return identifier.type !== 'USCC' || identifier.value.startsWith('92');
}

const CHARACTERS = 22;
const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
/** A process has one key, and tests a few. */
const HASHES = new Map<string, KeyedHash>();

/** 128 bits are 21 characters and the upper two bits of the next. */
function keyed(key: string, { type, value }: Identifier): string {
  const whole = hashUnder(key)(`${type}\n${value}`);
  const last = BASE64URL.indexOf(whole.charAt(CHARACTERS - 1)) & 0b110000;
  return whole.slice(0, CHARACTERS - 1) + BASE64URL.charAt(last);
}

function hashUnder(key: string): KeyedHash {
  const known = HASHES.get(key) ?? keyedHash(key);
  HASHES.set(key, known);
  return known;
}
