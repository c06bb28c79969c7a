import type { Db, Queryable, SqlValue } from '../../database/db.ts';

/** One statement a query issued. */
export interface Statement {
  sql: string;
  params: readonly SqlValue[];
}

/** A database that also notes what it is asked. */
export function recording(db: Db): { db: Db; statements: Statement[] } {
  const statements: Statement[] = [];
  const noting = (queryable: Queryable): Queryable => ({
    query(sql, params = [], ...rest) {
      statements.push({ sql, params });
      return queryable.query(sql, params, ...rest);
    },
  });
  const recorded: Db = {
    kind: db.kind,
    ...noting(db),
    transaction: (work) => db.transaction((tx) => work(noting(tx))),
    exec: (sql) => db.exec(sql),
    close: () => db.close(),
  };
  return { db: recorded, statements };
}

/** Rows below which reading a whole table is the best plan there is. */
const SMALL_TABLE = 1_000;

interface PlanNode {
  'Node Type': string;
  Schema?: string;
  'Relation Name'?: string;
  Plans?: readonly PlanNode[];
}

/** The large tables that a statement's plan reads from end to end. */
export async function wholeReads(db: Db, { sql, params }: Statement): Promise<string[]> {
  const { rows } = await db.query<{ 'QUERY PLAN': unknown }>(`explain (format json, verbose) ${sql}`, params);
  const plan = rows[0]?.['QUERY PLAN'];
  const [{ Plan }] = (typeof plan === 'string' ? JSON.parse(plan) : plan) as [{ Plan: PlanNode }];
  const scanned = nodes(Plan).filter((node) => node['Node Type'] === 'Seq Scan');
  const tables = scanned.map((node) => `${node.Schema}.${node['Relation Name']}`);
  const large: string[] = [];
  for (const table of tables) {
    const found = await db.query<{ n: number }>('select reltuples::float8 as n from pg_class where oid = $1::regclass', [table]);
    if (Number(found.rows[0]?.n) > SMALL_TABLE) large.push(table);
  }
  return large;
}

function nodes(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(nodes)];
}
