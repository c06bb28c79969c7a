import type { Queryable, SqlValue } from '../../database/db.ts';
import type { Alongside, QueryLogEntry } from './entry.ts';
import { growTree, type TileGrowth } from './grow-tree.ts';
import type { Leaf } from './leaf.ts';
import type { Edge } from './read-edge.ts';
import type { SealedText } from './sealing.ts';

/** An entry with its leaf, ready to be written. */
export interface LoggedEntry {
  entry: QueryLogEntry;
  leaf: Leaf;
  /** What changes together with it. */
  alongside?: Alongside | undefined;
  /** What is kept beside the log with it. */
  texts?: readonly SealedText[] | undefined;
}

/**
 * One statement, and so one transaction: moves the head from the edge it is given, writes the entries behind it and what the
 * tiles gain by them. When the head is elsewhere, it does nothing at all. Whatever the server's setting, its commit waits for the disk.
 * The texts travel in one parameter, a line each: canonical JSON has no line breaks.
 */
const writeBatchWith = (beside: string) => `
WITH durable AS MATERIALIZED (
  SELECT set_config('synchronous_commit', 'on', true)
), head AS (
  UPDATE querylog.head SET size = $2::bigint, integrated = $2::bigint, peaks = $4 FROM durable
  WHERE size = $1::bigint AND integrated = $1::bigint AND peaks = $3 RETURNING 1
), tiles AS (
  INSERT INTO querylog.tile AS tile (level, index, hashes)
  SELECT gained.* FROM head, unnest($5::smallint[], $6::bigint[], $7::bytea[]) AS gained
  ON CONFLICT (level, index) DO UPDATE SET hashes = tile.hashes || excluded.hashes
), written AS (
  INSERT INTO querylog.entry (seq, at, leaf_hash, canonical)
  SELECT $1::bigint + batch.position - 1, batch.at, substring($9::bytea FROM (batch.position::int - 1) * 32 + 1 FOR 32), batch.canonical
  FROM head, unnest($8::timestamptz[], string_to_array(convert_from($10, 'UTF8'), E'\\n')) WITH ORDINALITY AS batch (at, canonical, position)
)${beside}
SELECT FROM head`;

const WRITE_BATCH = writeBatchWith('');
const LINE_BREAK = Buffer.from('\n');

/** Most entries name what is kept already; those that do not have a statement of their own. */
const WRITE_BATCH_AND_TEXTS = writeBatchWith(`, texts AS (
  INSERT INTO querylog.sealed_text (hash, kind, owner, month, key_id, sealed)
  SELECT text.* FROM head, unnest($11::bytea[], $12::text[], $13::text[], $14::date[], $15::text[], $16::bytea[]) AS text
  ON CONFLICT (hash) DO NOTHING
)`);

/**
 * Writes entries in their order behind that edge, with their part of the tree and what is kept beside them: all or none. Resolves, once they are durable, with
 * the edge behind them; with undefined, and nothing written, when the log does not end at that edge. Rejects with `DatabaseError`.
 */
export async function writeBatch(db: Queryable, edge: Edge, batch: readonly LoggedEntry[]): Promise<Edge | undefined> {
  const hashes = batch.map(({ leaf }) => leaf.hash);
  const grown = growTree(edge, hashes);
  const parameters = [
    edge.range.size,
    grown.edge.range.size,
    Buffer.concat(edge.range.peaks),
    Buffer.concat(grown.edge.range.peaks),
    ...tileParameters(grown.tiles),
    batch.map(({ entry }) => entry.time),
    Buffer.concat(hashes),
    Buffer.concat(batch.flatMap(({ leaf }, index) => (index === 0 ? [leaf.canonical] : [LINE_BREAK, leaf.canonical]))),
  ];
  const texts = batch.flatMap(({ texts = [] }) => texts);
  const { rows } = await (texts.length === 0
    ? db.query(WRITE_BATCH, parameters, { prepared: true })
    : db.query(WRITE_BATCH_AND_TEXTS, [...parameters, ...textParameters(texts)], { prepared: true }));
  return rows.length === 1 ? grown.edge : undefined;
}

function tileParameters(tiles: readonly TileGrowth[]) {
  return [tiles.map(({ level }) => level), tiles.map(({ index }) => index), tiles.map(({ hashes }) => hashes)] as const;
}

function textParameters(texts: readonly SealedText[]): SqlValue[] {
  const column = (read: (text: SealedText) => SqlValue) => texts.map(read);
  return [
    column(({ hash }) => hash),
    column(({ kind }) => kind),
    column(({ owner }) => owner),
    column(({ month }) => month),
    column(({ keyId }) => keyId),
    column(({ sealed }) => sealed),
  ];
}
