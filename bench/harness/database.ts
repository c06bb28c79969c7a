import { env } from 'node:process';
import { openDatabase } from '../../database/open-database.ts';
import { pin } from './process.ts';

/** Real PostgreSQL to measure on; databases of our own are made there and dropped. */
const SERVER = env['XINQIAO_TEST_DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres';

/** A database of a benchmark's own. */
export interface BenchDatabase {
  url: string;
  /** Keeps its connections' processes on a core, as far as that is ours to say. */
  pin(core: number | undefined): Promise<void>;
  drop(): Promise<void>;
}

/** Makes an empty database on the server of `XINQIAO_TEST_DATABASE_URL`; `name` tells benchmarks that run together apart. */
export async function makeDatabase(name: string): Promise<BenchDatabase> {
  const server = await openDatabase({ databaseUrl: SERVER });
  const database = `xinqiao_bench_${name}_${process.pid}`;
  await server.exec(`CREATE DATABASE ${database}`);
  const url = new URL(SERVER);
  url.pathname = `/${database}`;
  return {
    url: url.href,
    async pin(core) {
      const { rows } = await server.query<{ pid: number }>('select pid from pg_stat_activity where datname = $1', [database]);
      for (const { pid } of rows) pin(pid, core);
    },
    async drop() {
      await server.exec(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
      await server.close();
    },
  };
}
