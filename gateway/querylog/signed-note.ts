import type { KeyObject } from 'node:crypto';
import { SUITE } from './suite.ts';

/** A line of a signed note: who signed, with which key, and the bytes (for a cosignature its time and then the signature). */
export interface NoteSignature {
  name: string;
  /** Four bytes as hex; an identifier, not a protection. */
  keyId: string;
  signature: Uint8Array;
}

/** A note as read: nothing in it may be believed before {@link verifyNote}. */
export interface SignedNote {
  /** Ends in a newline. */
  text: string;
  signatures: readonly NoteSignature[];
}

/** What a verifier is configured with: `name+keyId+base64(type || public key)` as text (C2SP signed-note, "Verifier keys"). */
export interface VerifierKey {
  name: string;
  keyId: string;
  type: number;
  publicKey: Uint8Array;
}

/** Who signs under which name. */
export interface NoteSigner {
  verifierKey: VerifierKey;
  privateKey: KeyObject;
}

/** A signature that holds; `time` (seconds since the epoch) where it is a witness's. */
export interface VerifiedSignature {
  key: VerifierKey;
  time?: bigint;
}

/** A note that is not one, or a signature that a known key did not make. The message holds nothing of it. */
export class NoteError extends Error {
  readonly reason: 'MALFORMED' | 'BAD_SIGNATURE' | 'UNSIGNED';
  constructor(reason: NoteError['reason'], message: string) {
    super(message);
    this.name = 'NoteError';
    this.reason = reason;
  }
}

/** Signature type of a witness's timestamped Ed25519 cosignature (C2SP tlog-cosignature). */
export const COSIGNATURE = 0x04;
/** More than any deployment has witnesses; a note with more is refused before anything is verified (C2SP asks for at least 16). */
const MAX_SIGNATURES = 64;
const MAX_NOTE_CHARACTERS = 65_536;
const TIME_BYTES = 8;
const MAX_TIME = (1n << 63n) - 1n;

/** Who signs notes as `name`: as a log by itself, or as a witness with `type` {@link COSIGNATURE}. Throws a TypeError for a name notes cannot hold. */
export function noteSigner(name: string, privateKey: KeyObject, type: number = SUITE.signatureType): NoteSigner {
  if (!isKeyName(name)) throw new TypeError('a key name is not empty and has neither spaces nor +');
  const publicKey = SUITE.publicKeyBytes(privateKey);
  return { verifierKey: { name, type, publicKey, keyId: keyIdOf(name, type, publicKey) }, privateKey };
}

/** The key's text, as it is published. */
export function formatVerifierKey({ name, keyId, type, publicKey }: VerifierKey): string {
  return `${name}+${keyId}+${Buffer.concat([Buffer.of(type), publicKey]).toString('base64')}`;
}

/** Reads a published key. Throws {@link NoteError} for one whose id is not its own, or of a type this suite has no signature for. */
export function parseVerifierKey(text: string): VerifierKey {
  const [, name = '', keyId = '', encoded = ''] = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(text.trim()) ?? [];
  const key = decodeBase64(encoded);
  const type = key?.[0];
  if (key === undefined || type === undefined || !isKeyName(name)) throw new NoteError('MALFORMED', 'not a verifier key');
  const publicKey = key.subarray(1);
  const known = (type === SUITE.signatureType || type === COSIGNATURE) && publicKey.length === 32;
  if (!known || keyIdOf(name, type, publicKey) !== keyId) throw new NoteError('MALFORMED', 'not a verifier key of this suite');
  return { name, keyId, type, publicKey };
}

/** Signs a text, which ends in a newline, as C2SP signed-note lays down; resolves with the signature line, newline included. */
export function signNote(text: string, { verifierKey, privateKey }: NoteSigner): string {
  return signatureLine(verifierKey, SUITE.sign(privateKey, Buffer.from(text)));
}

/** A witness's line for a checkpoint: that it saw this as the largest consistent tree at that time (seconds since the epoch). */
export function cosignNote(text: string, { verifierKey, privateKey }: NoteSigner, time: bigint): string {
  const stamp = Buffer.alloc(TIME_BYTES);
  stamp.writeBigUInt64BE(time);
  return signatureLine(verifierKey, Buffer.concat([stamp, SUITE.sign(privateKey, cosignedMessage(text, time))]));
}

/** A note of its text and signature lines, as {@link signNote} and {@link cosignNote} make them. */
export function joinNote(text: string, lines: readonly string[]): string {
  return `${text}\n${lines.join('')}`;
}

/** Reads a note without believing it. Throws {@link NoteError} MALFORMED. */
export function parseNote(note: string): SignedNote {
  const end = note.lastIndexOf('\n\n');
  const lines = note.slice(end + 2).split('\n');
  // Half a character (a lone surrogate) could not be signed as UTF-8.
  const isText = !/[\0-\x09\x0b-\x1f\p{Surrogate}]/u.test(note);
  const isWhole = end > 0 && lines.pop() === '' && lines.length > 0;
  if (!isText || !isWhole || note.length > MAX_NOTE_CHARACTERS || lines.length > MAX_SIGNATURES) {
    throw new NoteError('MALFORMED', 'not a signed note');
  }
  return { text: note.slice(0, end + 1), signatures: lines.map(parseSignature) };
}

/**
 * The signatures of a note that known keys made, in its order; lines of unknown keys are passed over. Throws {@link NoteError}:
 * MALFORMED, BAD_SIGNATURE for a known key's that does not hold, UNSIGNED when no known key signed at all.
 */
export function verifyNote(note: SignedNote, keys: readonly VerifierKey[]): VerifiedSignature[] {
  const verified = note.signatures.flatMap((line) => {
    const key = keys.find(({ name, keyId }) => name === line.name && keyId === line.keyId);
    return key === undefined ? [] : [verifyLine(note.text, line, key)];
  });
  if (verified.length === 0) throw new NoteError('UNSIGNED', 'no known key signed this note');
  return verified;
}

function verifyLine(text: string, { signature }: NoteSignature, key: VerifierKey): VerifiedSignature {
  const isCosignature = key.type === COSIGNATURE;
  const time = isCosignature && signature.length > TIME_BYTES ? Buffer.from(signature).readBigUInt64BE() : 0n;
  const message = isCosignature ? cosignedMessage(text, time) : Buffer.from(text);
  const holds = time <= MAX_TIME && SUITE.verify(key.publicKey, message, signature.subarray(isCosignature ? TIME_BYTES : 0));
  if (!holds) throw new NoteError('BAD_SIGNATURE', 'a signature of a known key does not hold');
  return isCosignature ? { key, time } : { key };
}

function cosignedMessage(text: string, time: bigint): Uint8Array {
  return Buffer.from(`cosignature/v1\ntime ${time}\n${text}`);
}

/** A signature as a line of a note, newline included. */
export function signatureLine({ name, keyId }: Pick<VerifierKey, 'name' | 'keyId'>, signature: Uint8Array): string {
  return `— ${name} ${Buffer.concat([Buffer.from(keyId, 'hex'), signature]).toString('base64')}\n`;
}

function parseSignature(line: string): NoteSignature {
  const [, name = '', encoded = ''] = /^— (\S+) (\S+)$/u.exec(line) ?? [];
  const bytes = decodeBase64(encoded);
  if (bytes === undefined || bytes.length < 5 || !isKeyName(name)) throw new NoteError('MALFORMED', 'not a signature line');
  return { name, keyId: bytes.subarray(0, 4).toString('hex'), signature: bytes.subarray(4) };
}

function keyIdOf(name: string, type: number, publicKey: Uint8Array): string {
  const identity = Buffer.concat([Buffer.from(`${name}\n`), Buffer.of(type), publicKey]);
  return Buffer.from(SUITE.hash(identity).subarray(0, 4)).toString('hex');
}

function isKeyName(name: string): boolean {
  return name !== '' && !/[\s+\p{Cc}\p{Surrogate}]/u.test(name);
}

/** Only the one spelling that encoding gives: Node's decoder skips what it does not know. */
function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return text !== '' && bytes.toString('base64') === text ? bytes : undefined;
}
