/**
 * How long an auditor waits for the first page of the query log, for every filter alone, in likely combinations, matching nothing and
 * matching everything, at 10,000 and at 1,000,000 entries of real PostgreSQL; and whether every statement stands on an index.
 */
import { performance } from 'node:perf_hooks';
import { argv, env } from 'node:process';
import type { Db, SqlValue } from '../database/db.ts';
import { findSchemas } from '../database/migrate-all.ts';
import { migrate } from '../database/migrate.ts';
import { openDatabase } from '../database/open-database.ts';
import { findLooks, type LookFilter } from '../subgraphs/querylog/find-looks.ts';
import { readLooks } from '../subgraphs/querylog/read-looks.ts';
import { fillAudit } from './audit-fill.ts';

/** Real PostgreSQL to measure on; a database of its own is made there for each size and dropped. */
const SERVER = env['XINQIAO_TEST_DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres';
const SIZES = argv.includes('--quick') ? [10_000, 100_000] : [10_000, 1_000_000];
const RUNS = 40;
/** Pages read before any is measured: statements are prepared, and code compiled, once a connection and process. */
const WARM_UP = 15;
const MOST_MS = 50;
const MOST_GROWTH = 1.3;
/** Of the log's tables no page may read more than what an index names; kinds are few enough to be gone through. */
const LARGE_TABLES = ['look', 'mention', 'name', 'entry'];

const FILTERS: Record<string, LookFilter> = {
  everything: {},
  nothing: { matter: 'no such matter' },
  'a day': { from: '2026-03-01T00:00:00Z', to: '2026-03-02T00:00:00Z' },
  'half a year': { from: '2026-01-01T00:00:00Z', to: '2026-07-01T00:00:00Z' },
  'a year to come': { from: '2030-01-01T00:00:00Z' },
  'all decisions released': { decision: 'RELEASED' },
  refused: { decision: 'REFUSED' },
  organization: { organization: 'org-17' },
  'the busiest organization': { organization: 'org-0' },
  operator: { operator: 'op-17-3' },
  'the busiest operator': { operator: 'system' },
  purpose: { purpose: 'PURPOSE-3' },
  matter: { matter: 'case-77' },
  subject: { subject: 'o-subject-77' },
  'the most looked-at subject': { subject: 'o-subject-0' },
  field: { field: 'Type.field3' },
  'a field of every look': { field: 'Type.field0' },
  department: { department: 'tax' },
  authorization: { authorization: 'A-77' },
  'organization, purpose': { organization: 'org-17', purpose: 'PURPOSE-1' },
  'organization, a purpose it never had': { organization: 'org-17', purpose: 'PURPOSE-9' },
  'organization, refused, half a year': {
    organization: 'org-0',
    decision: 'REFUSED',
    from: '2026-01-01T00:00:00Z',
    to: '2026-07-01T00:00:00Z',
  },
  'the busiest operator, never failed': { operator: 'system', decision: 'FAILED' },
  'the busiest operator, a day': { operator: 'system', from: '2026-03-01T00:00:00Z', to: '2026-03-02T00:00:00Z' },
  'the most looked-at subject, by nobody of it': { subject: 'o-subject-0', purpose: 'PURPOSE-9' },
  'the most looked-at subject, an operator': { subject: 'o-subject-0', operator: 'op-17-3' },
  'field, refused': { field: 'Type.field3', decision: 'REFUSED' },
  'field, organization, a day': {
    field: 'Type.field3',
    organization: 'org-17',
    from: '2026-03-01T00:00:00Z',
    to: '2026-03-02T00:00:00Z',
  },
  'purpose, department, half a year': {
    purpose: 'PURPOSE-3',
    department: 'tax',
    from: '2026-01-01T00:00:00Z',
    to: '2026-07-01T00:00:00Z',
  },
};

interface Times {
  p50: number;
  p95: number;
  /** Looks on the page. */
  looks: number;
}

const server = await openDatabase({ databaseUrl: SERVER });
const measured = new Map<string, readonly Times[]>();
const faults: string[] = [];
const logs: { db: Db; drop: () => Promise<void> }[] = [];
try {
  for (const size of SIZES) logs.push(await fill(size));
  for (const [title, filter] of Object.entries(FILTERS)) {
    measured.set(title, await measure(filter));
    for (const { db } of logs) await assertIndexed(db, title, filter);
  }
} finally {
  for (const { drop } of logs) await drop();
  await server.close();
}
report();

async function fill(size: number) {
  const name = `xinqiao_bench_audit_${process.pid}_${size}`;
  await server.exec(`CREATE DATABASE ${name}`);
  const url = new URL(SERVER);
  url.pathname = `/${name}`;
  const db = await openDatabase({ databaseUrl: url.href });
  const drop = async () => {
    await db.close();
    await server.exec(`DROP DATABASE ${name} WITH (FORCE)`);
  };
  try {
    for (const { folder, schemaName } of await findSchemas())
      if (schemaName === 'querylog' || schemaName === 'audit') await migrate(db, folder, schemaName);
    const started = performance.now();
    await fillAudit(db, size);
    process.stderr.write(`${size} entries filled in ${((performance.now() - started) / 1000).toFixed(0)} s\n`);
    return { db, drop };
  } catch (error) {
    await drop();
    throw error;
  }
}

/** The page of each log, in turn, so that whatever disturbs the machine disturbs both. */
async function measure(filter: LookFilter): Promise<readonly Times[]> {
  const page = { size: 20, from: 'newest' } as const;
  const all = logs.map(({ db }) => ({ db, times: [] as number[], looks: 0 }));
  for (let run = -WARM_UP; run < RUNS; run++)
    for (const each of all) {
      const before = performance.now();
      const found = await findLooks(each.db, filter, page);
      await readLooks(each.db, found.slice(0, page.size));
      if (run >= 0) each.times.push(performance.now() - before);
      each.looks = Math.min(found.length, page.size);
    }
  return all.map(({ times, looks }) => {
    times.sort((a, b) => a - b);
    const at = (share: number) => times[Math.floor(times.length * share)] ?? Number.NaN;
    return { p50: at(0.5), p95: at(0.95), looks };
  });
}

/** Every statement of a page, explained: none may go through a large table from one end to the other. */
async function assertIndexed(db: Db, title: string, filter: LookFilter): Promise<void> {
  const sent: [string, readonly SqlValue[]][] = [];
  const watched = { query: (sql: string, params: readonly SqlValue[] = []) => (sent.push([sql, params]), db.query(sql, params)) };
  await readLooks(watched as Db, (await findLooks(watched as Db, filter, { size: 20, from: 'newest' })).slice(0, 20));
  for (const [sql, params] of sent) {
    const { rows } = await db.query(`EXPLAIN (FORMAT JSON) ${sql}`, params);
    const plan = JSON.stringify(rows);
    for (const table of LARGE_TABLES)
      if (new RegExp(`"Node Type":"Seq Scan"[^{}]*"Relation Name":"${table}"`).test(plan))
        faults.push(`${title}: goes through ${table}`);
  }
}

function report(): void {
  process.stdout.write('first page of 20, ms (p50 / p95 × looks on it)'.padEnd(46));
  process.stdout.write(`${SIZES.map((size) => String(size).padStart(17)).join('')}   growth of p50\n`);
  for (const [title, [few, many]] of measured) {
    if (few === undefined || many === undefined) continue;
    // Of a small log a narrow filter finds less: a page with more on it is another page.
    const growth = many.looks > few.looks ? undefined : many.p50 / few.p50;
    const cells = [few, many].map(({ p50, p95, looks }) => `${p50.toFixed(2)} / ${p95.toFixed(2)} ×${String(looks).padStart(3)}`);
    process.stdout.write(
      `${title.padEnd(46)}${cells.map((cell) => cell.padStart(17)).join('')}${(growth?.toFixed(2) ?? '—').padStart(10)}\n`,
    );
    if (many.p95 > MOST_MS) faults.push(`${title}: p95 of ${many.p95.toFixed(1)} ms is more than ${MOST_MS}`);
    if (growth !== undefined && growth > MOST_GROWTH)
      faults.push(`${title}: grows ${growth.toFixed(2)}-fold, more than ${MOST_GROWTH}`);
  }
  for (const fault of faults) process.stderr.write(`${fault}\n`);
  process.exitCode = faults.length > 0 ? 1 : 0;
}
