import { expect } from 'vitest';
import type { Queryable } from '../../database/db.ts';
import type { Receipt } from '../../gateway/querylog/entry.ts';
import { expectTree } from '../support/expect-tree.ts';

/** Expects the log to hold the entry of every receipt, unchanged, and all its entries without a gap in its tree. */
export async function checkReceipts(log: Queryable, receipts: readonly Receipt[]): Promise<void> {
  const indexes = receipts.map(({ index }) => BigInt(index));
  expect(new Set(indexes).size, 'two clients hold one position').toBe(receipts.length);
  const { rows } = await log.query<{ index: string; leaf: string; intact: boolean }>(
    `select seq::text as index, encode(leaf_hash, 'hex') as leaf,
            leaf_hash = sha256('\\x00'::bytea || convert_to(canonical, 'UTF8')) as intact
     from querylog.entry where seq = any($1::bigint[])`,
    [indexes],
  );
  const kept = new Map(rows.map(({ index, leaf, intact }) => [index, intact ? leaf : 'changed']));
  const lost = receipts.filter(({ index, leafHash }) => kept.get(index) !== leafHash);
  expect(lost, `of ${receipts.length} receipts these are not in the log`).toEqual([]);
  await expectTree(log);
}
