import { createPrivateKey } from 'node:crypto';
import { formatCheckpoint } from '../querylog/checkpoint.ts';
import { consistencyProof, leafHash, rootHash } from '../querylog/merkle.ts';
import { COSIGNATURE, joinNote, noteSigner, type NoteSigner, signNote } from '../querylog/signed-note.ts';

/** DER of an Ed25519 private key in PKCS #8 up to its 32 bytes (RFC 8410). */
const ED25519_PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The same signer for the same seed, as a log or, with COSIGNATURE, as a witness. */
export function seededSigner(name: string, seed: number, type?: number): NoteSigner {
  const key = Buffer.concat([ED25519_PKCS8, Buffer.alloc(32, seed)]);
  return noteSigner(name, createPrivateKey({ key, format: 'der', type: 'pkcs8' }), type);
}

export const ORIGIN = 'city.example/log';
export const LOG = seededSigner(ORIGIN, 1);
export const WITNESS = seededSigner('witness.example/w1', 2, COSIGNATURE);

/** A log in memory: what it signs at each size, and its proofs. `seed` tells one history from another. */
export function logOf(seed: string, entries: number) {
  const leaves = Array.from({ length: entries }, (_, n) => leafHash(Buffer.from(`${seed} ${n}`)));
  const root = (size: number) => rootHash(leaves.slice(0, size));
  const note = (size: number, signer = LOG) => {
    const text = formatCheckpoint({ origin: signer.verifierKey.name, size: BigInt(size), root: root(size) });
    return joinNote(text, [signNote(text, signer)]);
  };
  const proof = (size1: number, size2: number) =>
    consistencyProof({ size1: BigInt(size1), size2: BigInt(size2) }, (start, end) =>
      rootHash(leaves.slice(Number(start), Number(end))),
    );
  return { root, note, proof };
}
