import { loadSampleCity } from '../../cli/city/sample-city.ts';
import type { Db } from '../../database/db.ts';
import { migrateAll } from '../../database/migrate-all.ts';

/** Subjects of the sample city that is copied. */
const TEMPLATE = 1_000;
const SEED = 1;
/** Of records that come every month: a million subjects are then some ten million rows, which fit a small disk. */
const MONTHS = 3;
const MONTHLY = ['tax.payment', 'social_security.contribution', 'utilities.bill'];

interface Table {
  name: string;
  columns: string[];
  keys: string[];
}

/**
 * Fills an empty database with so many subjects (a multiple of a thousand) and their records: the sample city, taken in by
 * the departments' own imports, then copied under other subject ids. Every subject has as many records whatever the size.
 */
export async function fillCity(db: Db, { subjects, subjectKey }: { subjects: number; subjectKey: string }): Promise<void> {
  await migrateAll(db);
  await loadSampleCity(db, { subjects: TEMPLATE, seed: SEED, subjectKey, clock: Date.now });
  for (const table of MONTHLY)
    await db.exec(
      `delete from ${table} where month not in (select distinct month from ${table} order by month desc limit ${MONTHS})`,
    );
  const copies = Math.round(subjects / TEMPLATE) - 1;
  if (copies > 0) {
    const indexes = await secondaryIndexes(db);
    // An index is built in a fraction of the time that it is kept up in.
    for (const { name } of indexes) await db.exec(`drop index ${name}`);
    for (const table of await recordTables(db)) await db.exec(copySql(table, copies));
    for (const { definition } of indexes) await db.exec(definition);
  }
  await db.exec('vacuum analyze');
}

/** Subjects spread over the whole city, the same for the same database. */
export async function someSubjects(db: Db, count: number): Promise<string[]> {
  const sql = `select subject_id as id from registry.subject where subject_id like 'o-%' order by md5(subject_id) limit $1`;
  return (await db.query<{ id: string }>(sql, [count])).rows.map(({ id }) => id);
}

/** The departments' tables of records: whatever knows a subject, but history and what waits for its subject. */
async function recordTables(db: Db): Promise<Table[]> {
  const sql = `
    select format('%I.%I', n.nspname, c.relname) as name,
      array_agg(quote_ident(a.attname) order by a.attnum) as columns,
      array_agg(quote_ident(a.attname) order by array_position(i.indkey::int2[], a.attnum))
        filter (where a.attnum = any(i.indkey::int2[]) and a.atttypid = 'text'::regtype) as keys
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
    join pg_index i on i.indrelid = c.oid and i.indisprimary
    where c.relkind = 'r' and c.relname !~ '_version$' and n.nspname <> 'querylog'
      and exists (select 1 from pg_attribute s where s.attrelid = c.oid and s.attname = 'subject_id')
    group by n.nspname, c.relname`;
  return (await db.query<Table & Record<string, unknown>>(sql)).rows;
}

/** Where the subject is not part of the key, the first text of the key tells the copies apart. */
function copySql({ name, columns, keys }: Table, copies: number): string {
  const distinct = keys.includes('subject_id') ? undefined : keys[0];
  const values = columns.map((column) => {
    if (column === 'subject_id') return `left(t.subject_id, 2) || left(md5(t.subject_id || copy), 22)`;
    return column === distinct ? `t.${column} || '-' || copy` : `t.${column}`;
  });
  return `insert into ${name} (${columns.join(', ')})
    select ${values.join(', ')} from ${name} t cross join generate_series(1, ${copies}) as copy`;
}

async function secondaryIndexes(db: Db): Promise<{ name: string; definition: string }[]> {
  const sql = `
    select format('%I.%I', n.nspname, c.relname) as name, pg_get_indexdef(c.oid) as definition
    from pg_index i join pg_class c on c.oid = i.indexrelid join pg_namespace n on n.oid = c.relnamespace
    where not i.indisprimary and n.nspname in (select nspname from pg_namespace where nspname !~ '^(pg_|information_schema|querylog)')
      and not exists (select 1 from pg_constraint k where k.conindid = c.oid)`;
  return (await db.query<{ name: string; definition: string }>(sql)).rows;
}
