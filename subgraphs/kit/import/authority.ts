import type { Queryable } from '../../../database/db.ts';
import { arrayLiteral } from './array-literal.ts';
import type { TableSpec } from './category.ts';
import type { MergeRecord } from './merge-record.ts';

/** A unified social credit code, which no authority's name looks like. In PostgreSQL it reads the same. */
const CODE = /^[0-9A-Z]{18}$/;

/**
 * What keeps documents of the same number apart: the authority's code or, in the layout of 2015 which has none, its name
 * as names are compared (compatibility forms folded, without spaces, lower case). Null when the row has neither.
 */
export function authorityKey(code: string | null, name: string | null): string | null {
  return code ?? (name === null ? null : comparedName(name));
}

/** Whether a key of {@link authorityKey} says the code of an authority and not only its name. */
export function isAuthorityCode(key: string): boolean {
  return CODE.test(key);
}

/** SQL that serves the authority's code of a row of `table`, and null where only the name was ever filed. */
export function authorityCodeColumn(table: string): string {
  return `case when ${table}.authority_code ~ '${CODE.source}' then ${table}.authority_code end as "authorityCode"`;
}

/**
 * Makes a decision filed in both layouts one record, in a table whose documents are known by number and authority.
 * A record that has only the authority's name is known by its code from the first row on that brings one. A row that has
 * only the name is left out when the decision is known by a code already: the older layout says less and must not undo the
 * newer. Returns the records to merge and the lines left out. Must run under the department's import lock.
 */
export async function unifyAuthorities(
  tx: Queryable,
  table: TableSpec,
  records: readonly MergeRecord[],
): Promise<{ kept: readonly MergeRecord[]; older: ReadonlySet<number> }> {
  const [number, code, name] = ['decision_document_no', 'authority_code', 'authority'].map((wanted) =>
    table.columns.findIndex((column) => column.name === wanted),
  );
  // A table without the name (what became of a decision) only has rows of the layout that knows the code.
  if (number === undefined || code === undefined || name === undefined || name === -1 || code === -1) return all(records);
  const named: Decision[] = [];
  const coded: Decision[] = [];
  for (const { line, values } of records) {
    const key = values[code] ?? '';
    const decision = { line, number: values[number] ?? '', key, name: comparedName(values[name] ?? '') };
    (isAuthorityCode(key) ? coded : named).push(decision);
  }
  if (coded.length > 0 && (await hasNamed(tx, table.name))) await learnCodes(tx, table.name, coded);
  const older = named.length > 0 ? await linesKnownByCode(tx, table.name, named) : new Set<number>();
  return { kept: older.size > 0 ? records.filter(({ line }) => !older.has(line)) : records, older };
}

interface Decision {
  readonly line: number;
  readonly number: string;
  readonly key: string;
  readonly name: string;
}

function all(kept: readonly MergeRecord[]) {
  return { kept, older: new Set<number>() };
}

/** Whether any record is known by a name alone: in most tables none is, and the index that says so is empty. */
async function hasNamed(tx: Queryable, table: string): Promise<boolean> {
  // The order makes the planner take that index: it believes that most rows match, and would look through the table.
  const { rows } = await tx.query(
    `select current.authority_code from ${table} as current where ${isNamed('current')} order by current.authority_code limit 1`,
  );
  return rows.length > 0;
}

/** The predicate of the index `…_by_named_authority`, to the letter. */
function isNamed(table: string): string {
  return `${table}.authority_code !~ '${CODE.source}'`;
}

/** Puts records known by the name of their authority under its code, superseded versions too; their content stays. */
async function learnCodes(tx: Queryable, table: string, decisions: readonly Decision[]): Promise<void> {
  const first = [...new Map(decisions.toReversed().map((one) => [`${one.number}\u0000${one.name}`, one])).values()];
  await tx.query(
    `with incoming as (select * from unnest($1::text[], $2::text[], $3::text[]) as input(number, name, code)),
     learnt as (
       update ${table} as current set authority_code = incoming.code from incoming
       where current.decision_document_no = incoming.number and current.authority_code = incoming.name
         and not exists (
           select from ${table} as other
           where other.decision_document_no = incoming.number and other.authority_code = incoming.code)
       returning incoming.number, incoming.name, incoming.code
     )
     update ${table}_version as superseded set authority_code = learnt.code from learnt
     where superseded.decision_document_no = learnt.number and superseded.authority_code = learnt.name`,
    [
      arrayLiteral(first.map(({ number }) => number)),
      arrayLiteral(first.map(({ name }) => name)),
      arrayLiteral(first.map(({ key }) => key)),
    ],
  );
}

async function linesKnownByCode(tx: Queryable, table: string, decisions: readonly Decision[]): Promise<ReadonlySet<number>> {
  const { rows } = await tx.query<{ number: string; name: string }>(
    `select decision_document_no as number, authority as name from ${table}
     where decision_document_no = any($1::text[]) and authority is not null and authority_code ~ '${CODE.source}'`,
    [arrayLiteral([...new Set(decisions.map(({ number }) => number))])],
  );
  const known = new Set(rows.map(({ number, name }) => `${number}\u0000${comparedName(name)}`));
  return new Set(decisions.filter(({ number, name }) => known.has(`${number}\u0000${name}`)).map(({ line }) => line));
}

/** A file names few authorities, in every row. */
const MAX_REMEMBERED_NAMES = 1_000;
const compared = new Map<string, string>();

function comparedName(name: string): string {
  const known = compared.get(name);
  if (known !== undefined) return known;
  const key = name.normalize('NFKC').replaceAll(/\s/g, '').toLowerCase();
  if (compared.size < MAX_REMEMBERED_NAMES) compared.set(name, key);
  return key;
}
