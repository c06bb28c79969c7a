import { expect } from 'vitest';
import type { Queryable } from '../../database/db.ts';
import type { Receipt } from '../../gateway/querylog/entry.ts';

/** Expects the log to hold the entry of every receipt, unchanged, at positions without a gap. */
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

  const { rows: sizes } = await log.query<{ entries: bigint; next: bigint; head: bigint }>(
    'select count(*) as entries, coalesce(max(seq) + 1, 0) as next, (select size from querylog.head) as head from querylog.entry',
  );
  const [{ entries, next, head } = { entries: -1n, next: -2n, head: -3n }] = sizes;
  expect({ next, head }, 'positions are not dense').toEqual({ next: entries, head: entries });
}
