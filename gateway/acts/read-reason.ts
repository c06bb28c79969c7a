import { storableText } from '../../database/storable-text.ts';
import { GatewayError } from '../errors.ts';

/** A reason is for people: long enough to say something, short enough to be one thing. */
const REASON_CHARACTERS = { least: 2, most: 500 };

/** Why somebody does something, in one form. @throws {GatewayError} INPUT_INVALID when it says nothing, or too much. */
export function readReason(reason: string): string {
  const text = storableText(reason.normalize('NFC').trim());
  const length = [...text].length;
  if (length < REASON_CHARACTERS.least || length > REASON_CHARACTERS.most)
    throw new GatewayError('INPUT_INVALID', { argument: 'reason' });
  return text;
}
