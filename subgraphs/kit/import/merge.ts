import type { Queryable } from '../../../database/db.ts';
import { arrayLiteral } from './array-literal.ts';
import { unifyAuthorities } from './authority.ts';
import type { TableSpec } from './category.ts';
import { contentHash } from './content-hash.ts';
import type { MergeRecord } from './merge-record.ts';

/** What all records of one merge share; the batch is the file they came in. `receivedAt` is RFC 3339. */
export interface MergeProvenance {
  readonly department: string;
  readonly batchId: string;
  readonly receivedAt: string;
  /** Leave a record alone that came in later than `receivedAt`: rows that waited must not undo newer ones. */
  readonly keepNewer?: boolean;
}

/**
 * What became of a merge's lines: those that put something new into the table, once a record, and the earlier ones of the file
 * whose record they took, likewise; those whose document was known under another subject, those that say something else about
 * a record than an earlier line of their file, and those of an older layout that were left out because the document is known
 * from a newer one.
 */
export interface MergeOutcome {
  readonly written: readonly number[];
  readonly displaced: readonly number[];
  readonly moved: ReadonlySet<number>;
  readonly repeated: ReadonlySet<number>;
  readonly older: ReadonlySet<number>;
}

/**
 * Merges records into a table by its key: new ones are inserted, changed ones replace the current row, which moves to
 * `<table>_version`, and equal ones are left alone. Of several in one file the last makes the only version, and none where that
 * is what was there before: the file again changes nothing. The caller's transaction makes it atomic and holds the
 * department's import lock, so that nobody else writes the table meanwhile.
 */
export async function mergeRecords(
  tx: Queryable,
  table: TableSpec,
  records: readonly MergeRecord[],
  provenance: MergeProvenance,
): Promise<MergeOutcome> {
  const { kept, older } = await unifyAuthorities(tx, table, records);
  const { last, repeated } = lastOfEach(table, kept);
  const inserted = await insertNew(tx, table, last, provenance);
  if (inserted.length === last.length) return { written: inserted, displaced: [], moved: new Set(), repeated, older };
  const isNew = new Set(inserted);
  // A line with several records in this table cannot tell which were new; looking at all of them again changes nothing.
  const several = (index: number) => last[index]?.line === last[index + 1]?.line || last[index]?.line === last[index - 1]?.line;
  const known = last.filter(({ line }, index) => !isNew.has(line) || several(index));
  const replaced = await replaceChanged(tx, table, known, provenance);
  const moved = new Set(replaced.filter((row) => row.moved).map(({ line }) => line));
  const displacing = replaced.filter((row) => row.displaced !== null);
  for (const { line } of displacing) repeated.add(line);
  const again = new Set(displacing.map(({ line }) => line));
  const restored = await restoreFormer(
    tx,
    table,
    known.filter(({ line }) => again.has(line)),
    provenance,
  );
  const written = [...inserted, ...replaced.map(({ line }) => line).filter((line) => !restored.has(line))];
  return { written, displaced: displacing.flatMap(({ displaced }) => displaced ?? []), moved, repeated, older };
}

/** The last record of each key, with what only the earlier said of a column that is kept; and the lines that differ from an earlier one. */
function lastOfEach(table: TableSpec, records: readonly MergeRecord[]) {
  const positions = table.key.map((name) => table.columns.findIndex((column) => column.name === name));
  const keptPositions = new Set(table.kept.map((name) => table.columns.findIndex((column) => column.name === name)));
  const last = new Map<string, MergeRecord>();
  const repeated = new Set<number>();
  for (const record of records) {
    const key = positions.map((position) => (position === -1 ? record.subjectId : record.values[position])).join('\u0000');
    const earlier = last.get(key);
    if (earlier && earlier.hash !== record.hash) repeated.add(record.line);
    last.delete(key);
    last.set(key, earlier && earlier.hash !== record.hash ? withKept(record, earlier, keptPositions) : record);
  }
  return { last: [...last.values()], repeated };
}

function withKept(record: MergeRecord, earlier: MergeRecord, kept: ReadonlySet<number>): MergeRecord {
  if (kept.size === 0) return record;
  const values = record.values.map(
    (value, position) => value ?? (kept.has(position) ? (earlier.values[position] ?? null) : null),
  );
  return { ...record, values, hash: contentHash(record.subjectId, values) };
}

async function insertNew(tx: Queryable, table: TableSpec, records: readonly MergeRecord[], provenance: MergeProvenance) {
  const { insert } = statements(table);
  const { rows } = await tx.query<{ line: number }>(insert, parameters(table, records, provenance));
  return rows.map(({ line }) => line);
}

async function replaceChanged(tx: Queryable, table: TableSpec, known: readonly MergeRecord[], provenance: MergeProvenance) {
  const { replace } = statements(table);
  const values = [...parameters(table, known, provenance), provenance.keepNewer ?? false];
  const { rows } = await tx.query<{ line: number; moved: boolean; displaced: number | null }>(replace, values);
  return rows;
}

/** Brings back the versions that said what these records say, where only other lines of their file stood between. Returns their lines. */
async function restoreFormer(tx: Queryable, table: TableSpec, records: readonly MergeRecord[], provenance: MergeProvenance) {
  if (records.length === 0) return new Set<number>();
  const { rows } = await tx.query<{ line: number }>(statements(table).restore, parameters(table, records, provenance));
  return new Set(rows.map(({ line }) => line));
}

function parameters(table: TableSpec, records: readonly MergeRecord[], { department, batchId, receivedAt }: MergeProvenance) {
  const columns = table.columns.map((_, position) => arrayLiteral(records.map(({ values }) => values[position] ?? null)));
  return [
    arrayLiteral(records.map(({ subjectId }) => subjectId)),
    ...columns,
    arrayLiteral(records.map(({ officer }) => officer)),
    arrayLiteral(records.map(({ line }) => String(line))),
    arrayLiteral(records.map(({ hash }) => hash)),
    department,
    batchId,
    receivedAt,
  ];
}

interface Statements {
  readonly insert: string;
  readonly replace: string;
  readonly restore: string;
}

const prepared = new WeakMap<TableSpec, Statements>();

function statements(table: TableSpec): Statements {
  const known = prepared.get(table);
  if (known) return known;
  const made = { insert: insertStatement(table), replace: replaceStatement(table), restore: restoreStatement(table) };
  prepared.set(table, made);
  return made;
}

const ROW_PROVENANCE = ['responsible_officer', 'line', 'content_hash'];
const SHARED_PROVENANCE = ['department', 'batch_id', 'received_at'];

/** `incoming`: the parameters as a table, each column cast to its type, followed by what all rows share. */
function incoming(table: TableSpec): { names: string[]; sql: string; parameterCount: number } {
  const columns = [
    { name: 'subject_id', type: 'text' },
    ...table.columns,
    ...ROW_PROVENANCE.map((name) => ({ name, type: name === 'line' ? 'integer' : 'text' })),
  ];
  const arrays = columns.map((_, index) => `$${index + 1}::text[]`).join(', ');
  const count = columns.length;
  const casts = columns.map(({ name, type }) => (type === 'text' ? `"${name}"` : `"${name}"::${type}`)).join(', ');
  const shared = `$${count + 1}::text as department, $${count + 2}::text as batch_id, $${count + 3}::timestamptz as received_at`;
  const names = [...columns.map(({ name }) => name), ...SHARED_PROVENANCE];
  const aliases = columns.map(({ name }) => `"${name}"`).join(', ');
  return { names, sql: `select ${casts}, ${shared} from unnest(${arrays}) as input(${aliases})`, parameterCount: count + 3 };
}

function insertStatement(table: TableSpec): string {
  const { names, sql } = incoming(table);
  return `insert into ${table.name} (${list(names)}) ${sql} on conflict (${list(table.key)}) do nothing returning line`;
}

function replaceStatement(table: TableSpec): string {
  const { names, sql, parameterCount } = incoming(table);
  const stored = [...names, 'version'];
  const sameKey = sameKeyOf(table);
  const set = names.map((name) => {
    const value = table.kept.includes(name) ? `coalesce(incoming."${name}", current."${name}")` : `incoming."${name}"`;
    return `"${name}" = ${value}`;
  });
  return `
    with incoming as (${sql}),
    superseded as (
      select current.* from ${table.name} as current join incoming on ${sameKey('current', 'incoming')}
      where current.content_hash <> incoming.content_hash
        and (not $${parameterCount + 1}::boolean
          or (current.received_at, current.line) <= (incoming.received_at, incoming.line))
      for update of current
    ),
    kept as (
      insert into ${table.name}_version (${list([...stored, 'superseded_at'])})
      select ${list(stored)}, $${parameterCount}::timestamptz from superseded where batch_id <> $${parameterCount - 1}
    )
    update ${table.name} as current
    set ${set.join(', ')}, version = superseded.version + (superseded.batch_id <> incoming.batch_id)::integer
    from incoming join superseded on ${sameKey('superseded', 'incoming')}
    where ${sameKey('current', 'incoming')}
    returning current.line, superseded.subject_id <> incoming.subject_id as moved,
      case when superseded.batch_id = incoming.batch_id then superseded.line end as displaced`;
}

function restoreStatement(table: TableSpec): string {
  const { names, sql } = incoming(table);
  const sameKey = sameKeyOf(table);
  const sameKept = table.kept.map((name) => ` and former."${name}" is not distinct from current."${name}"`).join('');
  return `
    with incoming as (${sql}),
    former as (
      delete from ${table.name}_version as former using ${table.name} as current, incoming
      where ${sameKey('current', 'incoming')} and ${sameKey('former', 'incoming')}
        and former.version = current.version - 1 and former.content_hash = incoming.content_hash${sameKept}
      returning former.*
    )
    update ${table.name} as current
    set ${[...names, 'version'].map((name) => `"${name}" = former."${name}"`).join(', ')}
    from former join incoming on ${sameKey('former', 'incoming')}
    where ${sameKey('current', 'former')}
    returning incoming.line`;
}

function sameKeyOf(table: TableSpec) {
  return (left: string, right: string) => table.key.map((name) => `${left}."${name}" = ${right}."${name}"`).join(' and ');
}

function list(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}
