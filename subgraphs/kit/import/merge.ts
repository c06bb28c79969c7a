import type { Queryable } from '../../../database/db.ts';
import { arrayLiteral } from './array-literal.ts';
import { unifyAuthorities } from './authority.ts';
import type { TableSpec } from './category.ts';
import type { MergeRecord } from './merge-record.ts';

/** What all records of one merge share. `receivedAt` is RFC 3339. */
export interface MergeProvenance {
  readonly department: string;
  readonly batchId: string;
  readonly receivedAt: string;
  /** Leave a record alone that came in later than `receivedAt`: rows that waited must not undo newer ones. */
  readonly keepNewer?: boolean;
}

/**
 * Lines that put something new into the table, those whose document was known under another subject, and those of an older
 * layout that were left out because the document is known from a newer one.
 */
export interface MergeOutcome {
  readonly written: ReadonlySet<number>;
  readonly moved: ReadonlySet<number>;
  readonly older: ReadonlySet<number>;
}

/**
 * Merges records into a table by its key, in the order given: new ones are inserted, changed ones replace the current row,
 * which moves to `<table>_version`, and equal ones are left alone. The caller's transaction makes it atomic and holds the
 * department's import lock, so that nobody else writes the table meanwhile.
 */
export async function mergeRecords(
  tx: Queryable,
  table: TableSpec,
  records: readonly MergeRecord[],
  provenance: MergeProvenance,
): Promise<MergeOutcome> {
  const written = new Set<number>();
  const moved = new Set<number>();
  const { kept, older } = await unifyAuthorities(tx, table, records);
  for (const wave of distinctKeys(table, kept)) {
    const inserted = await insertNew(tx, table, wave, provenance);
    for (const line of inserted) written.add(line);
    if (inserted.length === wave.length) continue;
    const lines = new Set(inserted);
    // A line with several records in this table cannot tell which were new; looking at all of them again changes nothing.
    const several = (index: number) => wave[index]?.line === wave[index + 1]?.line || wave[index]?.line === wave[index - 1]?.line;
    const known = wave.filter(({ line }, index) => !lines.has(line) || several(index));
    for (const row of await replaceChanged(tx, table, known, provenance)) {
      written.add(row.line);
      if (row.moved) moved.add(row.line);
    }
  }
  return { written, moved, older };
}

/** Splits records so that each part holds a key once: later ones of the same key must see the earlier. */
function distinctKeys(table: TableSpec, records: readonly MergeRecord[]): MergeRecord[][] {
  const positions = table.key.map((name) => table.columns.findIndex((column) => column.name === name));
  const seen = new Map<string, number>();
  const waves: MergeRecord[][] = [];
  for (const record of records) {
    const key = positions.map((position) => (position === -1 ? record.subjectId : record.values[position])).join('\u0000');
    const wave = seen.get(key) ?? 0;
    seen.set(key, wave + 1);
    (waves[wave] ??= []).push(record);
  }
  return waves;
}

async function insertNew(tx: Queryable, table: TableSpec, wave: readonly MergeRecord[], provenance: MergeProvenance) {
  const { insert } = statements(table);
  const { rows } = await tx.query<{ line: number }>(insert, parameters(table, wave, provenance));
  return rows.map(({ line }) => line);
}

async function replaceChanged(tx: Queryable, table: TableSpec, known: readonly MergeRecord[], provenance: MergeProvenance) {
  const { replace } = statements(table);
  const values = [...parameters(table, known, provenance), provenance.keepNewer ?? false];
  const { rows } = await tx.query<{ line: number; moved: boolean }>(replace, values);
  return rows;
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

const prepared = new WeakMap<TableSpec, { insert: string; replace: string }>();

function statements(table: TableSpec): { insert: string; replace: string } {
  const known = prepared.get(table);
  if (known) return known;
  const made = { insert: insertStatement(table), replace: replaceStatement(table) };
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
  const sameKey = (left: string, right: string) =>
    table.key.map((name) => `${left}."${name}" = ${right}."${name}"`).join(' and ');
  return `
    with incoming as (${sql}),
    superseded as (
      select current.* from ${table.name} as current join incoming on ${sameKey('current', 'incoming')}
      where current.content_hash <> incoming.content_hash
        and (not $${parameterCount + 1}::boolean or current.received_at <= incoming.received_at)
      for update of current
    ),
    kept as (
      insert into ${table.name}_version (${list([...stored, 'superseded_at'])})
      select ${list(stored)}, $${parameterCount}::timestamptz from superseded
    )
    update ${table.name} as current
    set ${names.map((name) => `"${name}" = incoming."${name}"`).join(', ')}, version = superseded.version + 1
    from incoming join superseded on ${sameKey('superseded', 'incoming')}
    where ${sameKey('current', 'incoming')}
    returning current.line, superseded.subject_id <> incoming.subject_id as moved`;
}

function list(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}
