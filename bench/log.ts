/**
 * How many looks a second the query log keeps on real PostgreSQL, with 16 and 64 in flight, and how many plain one-row inserts of the
 * same rows the same server takes in the same run.
 */
import { performance } from 'node:perf_hooks';
import { env } from 'node:process';
import { fileURLToPath } from 'node:url';
import type { Db, SqlValue } from '../database/db.ts';
import { migrate } from '../database/migrate.ts';
import { openDatabase } from '../database/open-database.ts';
import { entryOf } from '../gateway/querylog/entry.fixture.ts';
import { leafOf } from '../gateway/querylog/leaf.ts';
import { createQueryLog } from '../gateway/querylog/query-log.ts';
import { createSealer } from '../gateway/sealed/sealer.ts';
import { readSealKeys } from '../gateway/sealed/seal-keys.ts';

/** Real PostgreSQL to measure on; a database of its own is made there and dropped. */
const SERVER = env['XINQIAO_TEST_DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres';
const MIGRATIONS = fileURLToPath(new URL('../gateway/querylog/migrations', import.meta.url));
const SECONDS = 4;
const IN_FLIGHT = [16, 64];

/** A city's operators ask about its companies again and again: names are new now and then, and known mostly. */
const READABLES = Array.from({ length: 5_000 }, (_, n) => ({
  operatorName: `经办人${n % 200}`,
  subjectNames: new Map([[`o-${n}`, `第${n}建设有限公司`]]),
}));

const name = `xinqiao_bench_${process.pid}`;
const server = await openDatabase({ databaseUrl: SERVER });
await server.exec(`CREATE DATABASE ${name}`);
const url = new URL(SERVER);
url.pathname = `/${name}`;
const db = await openDatabase({ databaseUrl: url.href });
try {
  await migrate(db, MIGRATIONS, 'querylog');
  await db.exec('CREATE TABLE querylog.plain (LIKE querylog.entry INCLUDING ALL)');
  process.stdout.write('in flight  log appends/s  p50 ms  p99 ms  one-row inserts/s  ratio\n');
  for (const inFlight of IN_FLIGHT)
    process.stdout.write(`${row(inFlight, await measureLog(db, inFlight), await measurePlain(db, inFlight))}\n`);
} finally {
  await db.close();
  await server.exec(`DROP DATABASE ${name} WITH (FORCE)`);
  await server.close();
}

interface Measured {
  perSecond: number;
  p50: number;
  p99: number;
}

function measureLog(db: Db, inFlight: number): Promise<Measured> {
  const log = createQueryLog({ db, origin: 'bench', seal: createSealer(readSealKeys('k'.repeat(32))) });
  return measure(inFlight, (n) => log.append({ ...lookOf(n), readable: READABLES[n % READABLES.length] ?? {} }));
}

function lookOf(n: number) {
  const of = n % READABLES.length;
  const caller = { actor: 'DEPARTMENT', organization: 'office', operator: `account-${of % 200}` } as const;
  return entryOf(`r${n}`, { caller, subjects: { asked: [`o-${of}`], returned: [`o-${of}`] } });
}

/** The same row, one statement and one commit each, with no order, no position and no receipt. */
function measurePlain(db: Db, inFlight: number): Promise<Measured> {
  let seq = inFlight * 100_000_000;
  return measure(inFlight, (n) => {
    const entry = lookOf(n);
    const { canonical, hash } = leafOf(entry);
    const values: SqlValue[] = [seq++, entry.time, hash, canonical.toString()];
    return db.query('INSERT INTO querylog.plain (seq, at, leaf_hash, canonical) VALUES ($1, $2, $3, $4)', values);
  });
}

async function measure(inFlight: number, once: (n: number) => Promise<unknown>): Promise<Measured> {
  const latencies: number[] = [];
  const start = performance.now();
  let n = 0;
  const worker = async () => {
    while (performance.now() - start < SECONDS * 1000) {
      const before = performance.now();
      await once(n++);
      latencies.push(performance.now() - before);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  const seconds = (performance.now() - start) / 1000;
  latencies.sort((a, b) => a - b);
  const at = (share: number) => latencies[Math.floor(latencies.length * share)] ?? Number.NaN;
  return { perSecond: latencies.length / seconds, p50: at(0.5), p99: at(0.99) };
}

function row(inFlight: number, log: Measured, plain: Measured): string {
  const cells = [
    String(inFlight),
    log.perSecond.toFixed(0),
    log.p50.toFixed(1),
    log.p99.toFixed(1),
    plain.perSecond.toFixed(0),
    (log.perSecond / plain.perSecond).toFixed(1),
  ];
  return cells.map((cell, column) => cell.padStart([9, 13, 6, 6, 17, 5][column] ?? 0)).join('  ');
}
