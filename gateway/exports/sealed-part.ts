import type { Queryable } from '../../database/db.ts';
import type { SealKey, SealKeys } from '../sealed/seal-keys.ts';
import { SUITE } from '../querylog/suite.ts';

/** Where a part belongs: its export and its number, from 1. */
export interface PartPlace {
  exportId: string;
  number: number;
}

/** Keeps a part, sealed for its place. Rejects with `DatabaseError`, also where there is one already. */
export async function keepPart(tx: Queryable, key: SealKey, place: PartPlace & { bytes: Uint8Array }): Promise<void> {
  const { exportId, number, bytes } = place;
  const sealed = SUITE.seal(key.key, bytes, contextOf(place));
  await tx.query('INSERT INTO exports.part (export, number, sealed) VALUES ($1, $2, $3)', [exportId, number, sealed]);
}

/** The part; undefined where there is none, or its key is not held any more. Rejects when it was changed or put in another's place. */
export async function openPart(
  db: Queryable,
  keys: SealKeys,
  { exportId, number, keyId }: PartPlace & { keyId: string },
): Promise<Uint8Array | undefined> {
  const { rows } = await db.query<{ sealed: Uint8Array }>('SELECT sealed FROM exports.part WHERE export = $1 AND number = $2', [
    exportId,
    number,
  ]);
  const key = keys.find(keyId);
  const [row] = rows;
  return row && key && SUITE.open(key.key, row.sealed, contextOf({ exportId, number }));
}

function contextOf({ exportId, number }: PartPlace): Uint8Array {
  return Buffer.from(`xinqiao export part 1\n${exportId}\n${number}`);
}
