import * as v from 'valibot';
import { parseCheckpoint } from './checkpoint.ts';
import { verifyInclusion } from './merkle.ts';
import { NoteError, parseNote, type VerifierKey, verifyNote, type VerifiedSignature } from './signed-note.ts';

/** A receipt with all that proves it, as `receipt.json`: verifiable by anybody who knows the log's key, with nothing of this city. */
export type ProvenReceipt = v.InferOutput<typeof PROVEN_RECEIPT>;

/** The one spelling that encoding gives. */
const base64 = v.pipe(
  v.string(),
  v.check((text) => Buffer.from(text, 'base64').toString('base64') === text),
);

const PROVEN_RECEIPT = v.strictObject({
  format: v.literal('xinqiao-receipt/1'),
  receipt: v.strictObject({
    origin: v.string(),
    index: v.pipe(v.string(), v.regex(/^(0|[1-9]\d{0,18})$/)),
    leafHash: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  }),
  /** Inclusion proof (RFC 6962, 2.1.1), from the leaf's sibling up. */
  proof: v.pipe(v.array(base64), v.maxLength(64)),
  /** The checkpoint's signed note, cosignatures included. */
  checkpoint: v.string(),
  /** The log's keys as it publishes them. They prove nothing by standing here: compare them with what the city has published. */
  verifierKeys: v.pipe(v.array(v.string()), v.maxLength(64)),
});

/** Why a file proves nothing, for people. */
export type ReceiptFault = 'MALFORMED' | 'OTHER_LOG' | 'NOT_SIGNED' | 'BAD_SIGNATURE' | 'NOT_INCLUDED';

/** What a file proves: the size of the log that holds the entry, and who signed for it. */
export interface ProvenInclusion {
  receipt: ProvenReceipt['receipt'];
  treeSize: bigint;
  signatures: readonly VerifiedSignature[];
}

/** Reads a file's text; undefined when it is none. */
export function parseProvenReceipt(text: string): ProvenReceipt | undefined {
  try {
    const parsed = v.safeParse(PROVEN_RECEIPT, JSON.parse(text));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Whether the receipt's entry is in the log that its checkpoint stands for, with the keys that the verifier trusts: those of the
 * log, of which one must have signed, and of witnesses. Pure; never throws.
 */
export function verifyProvenReceipt(proven: ProvenReceipt, keys: readonly VerifierKey[]): ProvenInclusion | ReceiptFault {
  const { receipt } = proven;
  const signed = signatures(proven.checkpoint, keys);
  if (typeof signed === 'string') return signed;
  const checkpoint = parseCheckpoint(signed.text);
  if (checkpoint === undefined) return 'MALFORMED';
  if (checkpoint.origin !== receipt.origin) return 'OTHER_LOG';
  // A witness vouches for the log it has seen, not for what the log says.
  if (!signed.signatures.some(({ key, time }) => time === undefined && key.name === receipt.origin)) return 'NOT_SIGNED';
  const holds = verifyInclusion({
    leafIndex: BigInt(receipt.index),
    treeSize: checkpoint.size,
    leafHash: Buffer.from(receipt.leafHash, 'hex'),
    proof: proven.proof.map((hash) => Buffer.from(hash, 'base64')),
    root: checkpoint.root,
  });
  return holds ? { receipt, treeSize: checkpoint.size, signatures: signed.signatures } : 'NOT_INCLUDED';
}

function signatures(note: string, keys: readonly VerifierKey[]) {
  try {
    const parsed = parseNote(note);
    return { text: parsed.text, signatures: verifyNote(parsed, keys) };
  } catch (error) {
    const reason = error instanceof NoteError ? error.reason : 'MALFORMED';
    return reason === 'UNSIGNED' ? ('NOT_SIGNED' as const) : reason;
  }
}
