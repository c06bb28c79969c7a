import { type Checkpoint, parseCheckpoint } from '../querylog/checkpoint.ts';
import { rootHash, verifyConsistency } from '../querylog/merkle.ts';
import { NoteError, parseNote, type SignedNote, type VerifierKey, verifyNote } from '../querylog/signed-note.ts';
import { HASH_BYTES } from '../querylog/suite.ts';

/** The body of a request to cosign (C2SP tlog-witness), read but not believed. */
export interface AddCheckpoint {
  /** The size up to which the sender thinks the witness has followed the log. */
  oldSize: bigint;
  proof: readonly Uint8Array[];
  checkpoint: Checkpoint;
  note: SignedNote;
}

/**
 * Why a checkpoint is not cosigned, each with its status in C2SP tlog-witness. FORKED: the log signed two trees of one size, which nothing but
 * a fork explains. INCONSISTENT: the proof does not hold, which whoever has a signed checkpoint can bring about.
 */
export type Refusal = 'MALFORMED' | 'UNKNOWN_LOG' | 'UNSIGNED' | 'STALE' | 'INCONSISTENT' | 'FORKED';

/** More hashes than any proof up to 2^63 entries has. */
const MAX_PROOF_HASHES = 63;

/** Reads the body: `old SIZE`, the hashes of the proof, an empty line, the checkpoint. Undefined when it is anything else. */
export function parseAddCheckpoint(body: string): AddCheckpoint | undefined {
  const end = body.indexOf('\n\n');
  const [first = '', ...lines] = body.slice(0, Math.max(end, 0)).split('\n');
  const [, oldSize] = /^old (0|[1-9]\d{0,18})$/.exec(first) ?? [];
  const proof = lines.map(parseHash);
  if (oldSize === undefined || proof.length > MAX_PROOF_HASHES || !proof.every((hash) => hash !== undefined)) return undefined;
  try {
    const note = parseNote(body.slice(end + 2));
    const checkpoint = parseCheckpoint(note.text);
    return checkpoint && { oldSize: BigInt(oldSize), proof, checkpoint, note };
  } catch (error) {
    if (error instanceof NoteError) return undefined;
    throw error;
  }
}

/** The body that asks for a cosignature of `note`, with the proof from `oldSize` on. */
export function formatAddCheckpoint(oldSize: bigint, proof: readonly Uint8Array[], note: string): string {
  const lines = [`old ${oldSize}`, ...proof.map((hash) => Buffer.from(hash).toString('base64'))];
  return `${lines.join('\n')}\n\n${note}`;
}

/**
 * Whether a witness that cosigned `known` last may cosign this, by the keys it holds for the log; undefined when it may.
 * The order is that of C2SP tlog-witness: nothing is said of what the witness knows to whoever cannot sign for the log.
 */
export function refusalOf(
  { oldSize, proof, checkpoint, note }: AddCheckpoint,
  known: Checkpoint | undefined,
  logKeys: readonly VerifierKey[],
): Refusal | undefined {
  if (logKeys.length === 0) return 'UNKNOWN_LOG';
  if (!isSigned(note, logKeys)) return 'UNSIGNED';
  if (oldSize > checkpoint.size) return 'MALFORMED';
  // Whatever old size came with it: the two signatures prove it, and both answers are the same conflict.
  if (known !== undefined && checkpoint.size === known.size && Buffer.compare(checkpoint.root, known.root) !== 0) return 'FORKED';
  if (oldSize !== (known?.size ?? 0n)) return 'STALE';
  return isConsistent({ proof, checkpoint }, known) ? undefined : 'INCONSISTENT';
}

function isSigned(note: SignedNote, logKeys: readonly VerifierKey[]): boolean {
  try {
    return verifyNote(note, logKeys).length > 0;
  } catch (error) {
    if (error instanceof NoteError) return false;
    throw error;
  }
}

function isConsistent(
  { proof, checkpoint }: Pick<AddCheckpoint, 'proof' | 'checkpoint'>,
  known: Checkpoint | undefined,
): boolean {
  const { size, root } = checkpoint;
  if (size === 0n) return proof.length === 0 && Buffer.compare(root, rootHash([])) === 0;
  // Every tree begins with the empty one: there is nothing to prove, and so nothing may be claimed to prove it.
  if (known === undefined || known.size === 0n) return proof.length === 0;
  return verifyConsistency({ size1: known.size, size2: size, root1: known.root, root2: root, proof });
}

function parseHash(line: string): Uint8Array | undefined {
  const hash = Buffer.from(line, 'base64');
  return hash.length === HASH_BYTES && hash.toString('base64') === line ? hash : undefined;
}
