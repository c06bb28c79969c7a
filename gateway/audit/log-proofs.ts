import type { Queryable } from '../../database/db.ts';
import { logKeys, newestCheckpoint } from '../querylog/checkpoint-store.ts';
import { consistencyProof, inclusionProof, type Subtree } from '../querylog/merkle.ts';
import { readEdge } from '../querylog/read-edge.ts';
import { type LeafRange, readTiles } from '../querylog/read-tiles.ts';
import { formatVerifierKey } from '../querylog/signed-note.ts';
import { subtreeOfTiles } from '../querylog/tiles.ts';

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
      return proven(db, treeSize, (subtree) => inclusionProof({ leafIndex, treeSize }, subtree));
    },
    async consistencyProof(size1: bigint, size2: bigint) {
      if (size1 < 1n || size1 > size2 || size2 > (await treeSizeOf(db))) return null;
      return proven(db, size2, (subtree) => consistencyProof({ size1, size2 }, subtree));
    },
  };
}

async function treeSizeOf(db: Queryable): Promise<bigint> {
  return (await readEdge(db)).range.size;
}

/** A proof names the subtrees it needs before their tiles are read. */
async function proven(db: Queryable, treeSize: bigint, prove: (subtree: Subtree) => Uint8Array[]): Promise<Uint8Array[]> {
  const needed: LeafRange[] = [];
  prove((start, end) => {
    needed.push([start, end]);
    return new Uint8Array(0);
  });
  return prove(subtreeOfTiles(treeSize, await readTiles(db, treeSize, needed)));
}
