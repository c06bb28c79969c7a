import type { Db, Queryable } from '../../database/db.ts';
import { newestCheckpoint, logKeys } from './checkpoint-store.ts';
import type { Receipt } from './entry.ts';
import { inclusionProof } from './merkle.ts';
import type { ProvenReceipt } from './proven-receipt.ts';
import { proveFromTiles } from './read-tiles.ts';
import { formatVerifierKey } from './signed-note.ts';

/** Why a receipt has no proof: it is another log's or of another entry, or its checkpoint is still to be signed (a second at most). */
export type NoProof = 'UNKNOWN' | 'NOT_YET';

/**
 * The proof that the entry of a receipt is in the log: its inclusion under the newest checkpoint, which carries what witnesses have
 * signed of it so far. `origin` is the name of this log. Rejects with `DatabaseError`, and with a RangeError when tiles are missing.
 */
export async function logProof(db: Pick<Db, 'query'>, origin: string, receipt: Receipt): Promise<ProvenReceipt | NoProof> {
  if (!/^(0|[1-9]\d{0,18})$/.test(receipt.index) || receipt.origin !== origin) return 'UNKNOWN';
  const leafIndex = BigInt(receipt.index);
  const checkpoint = await newestCheckpoint(db);
  if (checkpoint === undefined || leafIndex >= checkpoint.size) {
    return (await isStored(db, leafIndex, receipt.leafHash)) ? 'NOT_YET' : 'UNKNOWN';
  }
  const place = { leafIndex, treeSize: checkpoint.size };
  const { leaf, proof } = await proveFromTiles(db, checkpoint.size, (subtree) => ({
    leaf: subtree(leafIndex, leafIndex + 1n),
    proof: inclusionProof(place, subtree),
  }));
  const leafHash = Buffer.from(leaf).toString('hex');
  if (leafHash !== receipt.leafHash) return 'UNKNOWN';
  return {
    format: 'xinqiao-receipt/1',
    receipt: { origin, index: receipt.index, leafHash },
    proof: proof.map((hash) => Buffer.from(hash).toString('base64')),
    checkpoint: checkpoint.note,
    verifierKeys: (await logKeys(db)).map(formatVerifierKey),
  };
}

async function isStored(db: Queryable, index: bigint, leafHash: string): Promise<boolean> {
  const { rows } = await db.query<{ leaf: string }>(
    `SELECT encode(leaf_hash, 'hex') AS leaf FROM querylog.entry WHERE seq = $1`,
    [index],
  );
  return rows[0]?.leaf === leafHash;
}
