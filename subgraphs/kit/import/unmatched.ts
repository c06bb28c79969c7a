import type { Db, Queryable } from '../../../database/db.ts';
import type { Cell, ImportCategory, PlannedRecord } from './category.ts';
import { contentHash } from './content-hash.ts';
import type { MergeProvenance } from './merge.ts';
import type { OldNumber, ResolveReferences } from './resolve-references.ts';
import { distinctNumbers } from './resolve-references.ts';
import { lockImports, storeMatched } from './store-matched.ts';

/** Rows looked at together when a queue is settled. */
const SETTLE_ROWS = 2_000;

interface WaitingRow extends OldNumber {
  readonly line: number;
  readonly officer: string;
  readonly records: readonly PlannedRecord[];
}

/**
 * Puts lines into the queue of a department, in their order. One that waits there already moves to its end: what was sent last
 * is settled last. Returns those that did not wait yet with the same content.
 */
export async function queueWaiting(
  tx: Queryable,
  category: ImportCategory,
  rows: readonly WaitingRow[],
  { department, batchId, receivedAt }: MergeProvenance,
): Promise<ReadonlySet<number>> {
  if (rows.length === 0) return new Set();
  const entries = lastOfEach(rows.map((row) => queueEntry(row)));
  const { rows: queued } = await tx.query<{ line: number; added: boolean }>(
    `insert into ${category.schema}.unmatched
       (category, reference, reason, "row", department, responsible_officer, batch_id, line, received_at, content_hash)
     select $1::text, reference, 'BUSINESS_REGISTRATION_NO_UNKNOWN', "row"::jsonb || jsonb_build_object('number', number), $2::text, officer, $3::text, line::integer, $4::timestamptz, hash
     from unnest($5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[])
       as input(reference, number, "row", officer, line, hash)
     on conflict (category, content_hash) where resolved_at is null do update set
       id = default, responsible_officer = excluded.responsible_officer, batch_id = excluded.batch_id, line = excluded.line,
       received_at = excluded.received_at
     returning line, xmax = 0 as added`,
    [
      category.name,
      department,
      batchId,
      receivedAt,
      entries.map(({ reference }) => reference),
      entries.map(({ number }) => number),
      entries.map(({ content }) => content),
      entries.map(({ officer }) => officer),
      entries.map(({ line }) => line),
      entries.map(({ hash }) => hash),
    ],
  );
  return new Set(queued.filter(({ added }) => added).map(({ line }) => line));
}

function queueEntry({ reference, number, line, officer, records }: WaitingRow) {
  const content = JSON.stringify({
    records: records.map(({ table, subjectId, values }) => ({ table: table.name, subjectId, values })),
  });
  return { reference, number, line, officer, content, hash: contentHash(reference, [content]) };
}

/** Without those that are repeated behind: one statement cannot move a row twice. */
function lastOfEach<T extends { readonly hash: string }>(entries: readonly T[]): readonly T[] {
  const last = new Map(entries.map((entry) => [entry.hash, entry]));
  return entries.filter((entry) => last.get(entry.hash) === entry);
}

/**
 * Takes in the waiting rows of a category whose subject the registry knows by now, oldest first and with the provenance
 * they came with. A record that came in later stays. Returns how many rows were settled and how many still wait.
 */
export async function settleUnmatched(
  db: Db,
  category: ImportCategory,
  options: { resolve: ResolveReferences; now: string },
): Promise<{ settled: number; waiting: number }> {
  let settled = 0;
  let waiting = 0;
  let after = 0n;
  for (;;) {
    const rows = await waitingRows(db, category, after);
    const last = rows.at(-1);
    if (!last) return { settled, waiting };
    after = BigInt(last.id);
    const found = await options.resolve(distinctNumbers(rows));
    const known = rows.filter(({ reference }) => found.has(reference));
    waiting += rows.length - known.length;
    settled += known.length;
    await db.transaction(async (tx) => {
      await lockImports(tx, category.schema);
      for (const row of known) await settle(tx, category, row, found.get(row.reference) ?? '');
      await tx.query(
        // The number has done its service.
        `update ${category.schema}.unmatched set resolved_at = $1::timestamptz, "row" = "row" - 'number' where id = any($2::bigint[]) and resolved_at is null`,
        [options.now, known.map(({ id }) => id)],
      );
    });
  }
}

interface QueuedRow extends Record<string, unknown> {
  readonly id: bigint;
  readonly reference: string;
  readonly number: string;
  readonly row: string;
  readonly department: string;
  readonly responsible_officer: string;
  readonly batch_id: string;
  readonly line: number;
  readonly received_at: string;
}

async function waitingRows(db: Db, category: ImportCategory, after: bigint): Promise<readonly QueuedRow[]> {
  const { rows } = await db.query<QueuedRow>(
    `select id, reference, coalesce("row"->>'number', '') as number, "row"::text as "row", department, responsible_officer, batch_id, line, received_at
     from ${category.schema}.unmatched where category = $1::text and resolved_at is null and id > $2::bigint
     order by id limit ${SETTLE_ROWS}`,
    [category.name, after],
  );
  return rows;
}

async function settle(tx: Queryable, category: ImportCategory, row: QueuedRow, subjectId: string): Promise<void> {
  const stored = JSON.parse(row.row) as { records: { table: string; subjectId?: string; values: Cell[] }[] };
  const records = stored.records.flatMap(({ table: name, ...rest }): PlannedRecord[] => {
    const table = category.tables.find((one) => one.name === name);
    return table ? [{ table, ...rest }] : [];
  });
  const provenance = { department: row.department, batchId: row.batch_id, receivedAt: row.received_at, keepNewer: true };
  await storeMatched(tx, category, [{ line: row.line, officer: row.responsible_officer, subjectId, records }], provenance);
}
