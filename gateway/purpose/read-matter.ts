import { holdsIdentityNumber } from '../../schema/identifiers/holds-identity.ts';
import { UNSEEN } from '../../schema/identifiers/identifier.ts';
import { GatewayError } from '../errors.ts';

/** The longest case number seen in catalogues is half of this. */
const MAX_CHARACTERS = 128;
const MAX_TEXT_CHARACTERS = 256;
/** Controls, invisible and direction-changing characters, broken surrogates: they would let a log line lie about itself. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
/** A number is found by its text, and a form that wants one where there is none gets a dash. */
const NUMBER = new RegExp(`^(?!.*${UNSEEN.source}).*[\\p{L}\\p{N}]`, 'u');

/** A case number, or what it is about, in the one form in which two of them are compared: NFC, nothing blank around it. */
export function normalText(text: string): string {
  return text.normalize('NFC').trim();
}

/** Whether a text can be a case number: see {@link readMatter}. */
export function isMatter(text: string): boolean {
  return isReadable(text, MAX_CHARACTERS) && NUMBER.test(text);
}

/**
 * Checks a case number, which goes on the log as it is: at most 128 printable characters, a letter or digit among them and none that
 * nobody sees, and no resident number or sole proprietor's code in it, which the log must never hold.
 * @throws {GatewayError} INPUT_INVALID
 */
export function readMatter(matter: string | undefined): string | undefined {
  if (matter !== undefined && !isMatter(matter)) throw invalid('matter');
  return matter;
}

/**
 * Checks what a case is about, in words: at most 256 printable characters, no identity number in it, and only of a case that has a
 * number, by which it is found and erased.
 * @throws {GatewayError} INPUT_INVALID
 */
export function readMatterText(text: string | undefined, matter: string | undefined): string | undefined {
  if (text !== undefined && matter === undefined) throw invalid('matterText');
  if (text !== undefined && !isReadable(text, MAX_TEXT_CHARACTERS)) throw invalid('matterText');
  return text;
}

function isReadable(text: string, most: number): boolean {
  return [...text].length <= most && !UNPRINTABLE.test(text) && !holdsIdentityNumber(text);
}

function invalid(argument: string): GatewayError {
  return new GatewayError('INPUT_INVALID', { argument });
}
