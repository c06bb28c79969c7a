import DataLoader from 'dataloader';
import type { Row, SqlValue } from '../../database/db.ts';
import type { DepartmentContext } from './department-context.ts';
import { DepartmentError } from './department-error.ts';

/** The most rows a list may ask for per subject. */
const LARGEST_PAGE = 100;

/** A statement over many keys: `$1` is the `text[]` of keys, and each row names its key in the column `key`. */
export interface KeyedStatement {
  sql: string;
  /** Parameters from `$2` on, the same for all keys. */
  params?: readonly SqlValue[];
}

/** The rows of one key, in the statement's order. All keys of a request that ask the same cost one statement together. */
export function loadList(context: DepartmentContext, key: string, statement: KeyedStatement): Promise<readonly Row[]> {
  return loader(context, statement).load(key);
}

/** The only row of one key, or null; batched like {@link loadList}. */
export async function loadOne(context: DepartmentContext, key: string, statement: KeyedStatement): Promise<Row | null> {
  return (await loadList(context, key, statement))[0] ?? null;
}

/** Arguments of a list: `first` rows after the `skip` rows before them. A list that fills a part may go on behind it. */
export interface ListArguments {
  first?: number | null;
  skip?: number | null;
}

/** The page size asked for, `fallback` for an explicit null. Throws INPUT_INVALID unless it is 1 to 100. */
export function pageSize(first: number | null | undefined, fallback: number): number {
  const size = first ?? fallback;
  if (size < 1 || size > LARGEST_PAGE) throw new DepartmentError('INPUT_INVALID');
  return size;
}

/** How many rows are skipped before a part of a list; 0 for an explicit null. Throws INPUT_INVALID when negative. */
export function rowsToSkip(skip: number | null | undefined): number {
  const rows = skip ?? 0;
  if (rows < 0) throw new DepartmentError('INPUT_INVALID');
  return rows;
}

function loader(context: DepartmentContext, { sql, params = [] }: KeyedStatement): DataLoader<string, readonly Row[]> {
  const name = JSON.stringify([sql, params]);
  const known = context.loaders.get(name);
  // The name holds the whole statement, so what it maps to was made by the line below for the same statement.
  if (known) return known as DataLoader<string, readonly Row[]>;
  const made = new DataLoader<string, readonly Row[]>(async (keys) => {
    const { rows } = await context.db.query(sql, [keys, ...params]);
    const byKey = groupByKey(rows);
    return keys.map((key) => byKey.get(key) ?? []);
  });
  context.loaders.set(name, made);
  return made;
}

function groupByKey(rows: readonly Row[]): Map<unknown, Row[]> {
  const groups = new Map<unknown, Row[]>();
  for (const row of rows) {
    const group = groups.get(row['key']);
    if (group) group.push(row);
    else groups.set(row['key'], [row]);
  }
  return groups;
}
