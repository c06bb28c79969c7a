import * as v from 'valibot';
import { COSIGNATURE, NoteError, parseVerifierKey } from '../querylog/signed-note.ts';

/** A witness as an operator names it. */
export interface ListedWitness {
  /** What `/add-checkpoint` is appended to. */
  readonly url: string;
  /** `name+id+key`, of a witness. */
  readonly verifierKey: string;
}

/** Reads `ADDRESS KEY` pairs that are separated by commas. */
export function witnessList() {
  const form = 'addresses each with the verifier key of a witness, separated by commas: https://w1.example name+id+key';
  return v.pipe(
    v.string(),
    v.transform((value) => value.split(',').map((part) => part.trim().split(/\s+/))),
    v.check((parts) => parts.every(isWitness), form),
    v.transform((parts): ListedWitness[] =>
      parts.map(([url = '', verifierKey = '']) => ({ url: url.replace(/\/$/, ''), verifierKey })),
    ),
  );
}

function isWitness([url = '', key = '', ...rest]: readonly string[]): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol) && isWitnessKey(key) && rest.length === 0;
}

/** The key of a log would be taken for a witness that vouches for itself. */
function isWitnessKey(key: string): boolean {
  try {
    return parseVerifierKey(key).type === COSIGNATURE;
  } catch (error) {
    if (error instanceof NoteError) return false;
    throw error;
  }
}
