import type { Queryable } from '../../database/db.ts';
import { parameterText } from '../../database/parameters.ts';
import { type QueryLogEntry, UNKNOWN_ACTOR } from './entry.ts';
import type { Leaf } from './leaf.ts';

/** An entry with its leaf, ready to be written. */
export interface LoggedEntry {
  entry: QueryLogEntry;
  leaf: Leaf;
}

/**
 * One statement, and so one transaction: takes the next positions under the head's row lock and writes the entries at them.
 * Whatever the server's setting, its commit waits for the disk.
 */
const WRITE_BATCH = `
WITH durable AS MATERIALIZED (
  SELECT set_config('synchronous_commit', 'on', true)
), head AS (
  UPDATE querylog.head SET size = size + $1::bigint FROM durable RETURNING size - $1::bigint AS first
), written AS (
  INSERT INTO querylog.entry (seq, at, actor, organization, operator, purpose, matter, decision, subjects, leaf_hash, canonical)
  SELECT head.first + batch.position - 1, batch.at, batch.actor, batch.organization, batch.operator, batch.purpose, batch.matter,
         batch.decision, batch.subjects::text[], batch.leaf_hash, batch.canonical
  FROM head, unnest($2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::bytea[], $11::text[])
       WITH ORDINALITY AS batch (at, actor, organization, operator, purpose, matter, decision, subjects, leaf_hash, canonical, position)
)
SELECT first FROM head`;

/** Writes entries in their order, all or none; resolves, once they are durable, with the position of the first. Rejects with `DatabaseError`. */
export async function writeBatch(db: Queryable, batch: readonly LoggedEntry[]): Promise<bigint> {
  const entries = batch.map(({ entry }) => entry);
  const { rows } = await db.query<{ first: bigint }>(WRITE_BATCH, [
    batch.length,
    entries.map(({ time }) => time),
    entries.map(({ caller }) => caller?.actor ?? UNKNOWN_ACTOR),
    entries.map(({ caller }) => storable(caller?.organization ?? '')),
    entries.map(({ caller }) => storable(caller?.operator)),
    entries.map(({ purpose }) => storable(purpose)),
    entries.map(({ matter }) => storable(matter)),
    entries.map(({ decision }) => decision),
    entries.map(({ subjects }) => parameterText([...new Set([...subjects.asked, ...subjects.returned])])),
    batch.map(({ leaf }) => leaf.hash),
    batch.map(({ leaf }) => leaf.canonical),
  ]);
  const first = rows[0]?.first;
  if (first === undefined) throw new Error('querylog.head has no row');
  return first;
}

/** What PostgreSQL's text cannot hold is replaced in the search columns: one caller's odd name must not fail the whole batch. */
function storable(text: string | null | undefined): string | null {
  return text?.replace(/\0|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd') ?? null;
}
