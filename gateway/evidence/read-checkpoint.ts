import { type Checkpoint, parseCheckpoint } from '../querylog/checkpoint.ts';
import { NoteError, parseNote, type VerifierKey, verifyNote } from '../querylog/signed-note.ts';
import { SUITE } from '../querylog/suite.ts';
import type { FaultKind } from './fault.ts';

/** Who may sign: keys of the log that are believed, and all keys whose lines are held against their signature. */
export interface Signers {
  trusted: readonly VerifierKey[];
  known: readonly VerifierKey[];
}

/**
 * A checkpoint that a trusted key of its own log signed; else what is wrong with it. Stricter than C2SP signed-note: in evidence
 * a line of an unknown key is refused too, for nobody could tell whether it was one before somebody changed it.
 */
export function readCheckpoint(note: string, { trusted, known }: Signers): Checkpoint | FaultKind {
  try {
    const signed = parseNote(note);
    const checkpoint = parseCheckpoint(signed.text);
    if (checkpoint === undefined) return 'MALFORMED';
    const verified = verifyNote(signed, known);
    const byLog = verified.some(
      ({ key }) =>
        key.type === SUITE.signatureType &&
        key.name === checkpoint.origin &&
        trusted.some((one) => Buffer.compare(one.publicKey, key.publicKey) === 0),
    );
    return byLog && verified.length === signed.signatures.length ? checkpoint : 'BAD_SIGNATURE';
  } catch (error) {
    if (!(error instanceof NoteError)) throw error;
    return error.reason === 'MALFORMED' ? 'MALFORMED' : 'BAD_SIGNATURE';
  }
}
