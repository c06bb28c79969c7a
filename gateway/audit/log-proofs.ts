import type { Queryable } from '../../database/db.ts';
import { logKeys, newestCheckpoint } from '../querylog/checkpoint-store.ts';
import { consistencyProof, inclusionProof } from '../querylog/merkle.ts';
import { readEdge } from '../querylog/read-edge.ts';
import { proveFromTiles } from '../querylog/read-tiles.ts';
import { formatVerifierKey } from '../querylog/signed-note.ts';

/** Checkpoints and proofs as the subgraph `querylog` shows them, from the tiles of the log. They reject with `DatabaseError`. */
export function logProofs(db: Queryable) {
  return {
    async checkpoint() {
      const checkpoint = await newestCheckpoint(db);
      if (checkpoint === undefined) return null;
      return { ...checkpoint, verifierKeys: (await logKeys(db)).map(formatVerifierKey) };
    },
    async inclusionProof(leafIndex: bigint, treeSize: bigint) {
      if (leafIndex >= treeSize || treeSize > (await treeSizeOf(db))) return null;
      return proveFromTiles(db, treeSize, (subtree) => inclusionProof({ leafIndex, treeSize }, subtree));
    },
    async consistencyProof(size1: bigint, size2: bigint) {
      if (size1 < 1n || size1 > size2 || size2 > (await treeSizeOf(db))) return null;
      return proveFromTiles(db, size2, (subtree) => consistencyProof({ size1, size2 }, subtree));
    },
  };
}

async function treeSizeOf(db: Queryable): Promise<bigint> {
  return (await readEdge(db)).range.size;
}
