import { DepartmentError } from '../kit/department-error.ts';
import type { LogCheckpoint, LogReading } from './log-reading.ts';

type Proofs = Pick<LogReading, 'checkpoint' | 'inclusionProof' | 'consistencyProof'>;

/** Proof that the entry is in the log, of the newest checkpoint's size unless another is given. Throws INPUT_INVALID where there is none. */
export async function inclusionProof({ index, treeSize }: { index: string; treeSize?: string | null }, proofs: Proofs) {
  const size = typeof treeSize === 'string' ? positionIn(treeSize) : (await proofs.checkpoint())?.size;
  if (size === undefined) throw new DepartmentError('INPUT_INVALID');
  return included(positionIn(index), size, proofs);
}

/** Proof that the log of size `from` begins that of size `to`. Throws INPUT_INVALID where there is none. */
export async function consistencyProof({ from, to }: { from: string; to: string }, proofs: Proofs) {
  const hashes = await proofs.consistencyProof(positionIn(from), positionIn(to));
  if (hashes === null) throw new DepartmentError('INPUT_INVALID');
  return { from, to, hashes: hashes.map(hex) };
}

/** The newest checkpoint, and the entry's place under it; null until it covers the entry. */
export async function logProof({ index }: { index: string }, proofs: Proofs) {
  const position = positionIn(index);
  const checkpoint = await proofs.checkpoint();
  if (checkpoint === null || position >= checkpoint.size) return null;
  return { checkpoint: checkpointOf(checkpoint), inclusionProof: await included(position, checkpoint.size, proofs) };
}

/** A checkpoint as it is shown. */
export function checkpointOf(checkpoint: LogCheckpoint | null) {
  if (checkpoint === null) return null;
  const { origin, size, root, note, verifierKeys } = checkpoint;
  return { origin, treeSize: size.toString(), rootHash: hex(root), note, verifierKeys };
}

async function included(index: bigint, treeSize: bigint, proofs: Proofs) {
  const hashes = await proofs.inclusionProof(index, treeSize);
  if (hashes === null) throw new DepartmentError('INPUT_INVALID');
  return { index: index.toString(), treeSize: treeSize.toString(), hashes: hashes.map(hex) };
}

function positionIn(text: string): bigint {
  if (!/^(0|[1-9]\d{0,17})$/.test(text)) throw new DepartmentError('INPUT_INVALID');
  return BigInt(text);
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
