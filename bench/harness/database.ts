import { env } from 'node:process';
import type { Queryable } from '../../database/db.ts';
import { openDatabase } from '../../database/open-database.ts';
import { familyOf, pin, unpin } from './process.ts';

/** Real PostgreSQL to measure on; databases of our own are made there and dropped. */
const SERVER = env['XINQIAO_TEST_DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres';

/** A database of a benchmark's own. */
export interface BenchDatabase {
  url: string;
  /** Whether it was kept by an earlier run. */
  existed: boolean;
  /** Keeps the server's processes on a core, those of connections to come too, as far as that is ours to say; `drop` frees them. */
  pin(core: number | undefined): Promise<void>;
  drop(): Promise<void>;
}

/**
 * Makes an empty database on the server of `XINQIAO_TEST_DATABASE_URL`; `name` tells benchmarks that run together apart. One to
 * `keep` has that name alone, so that a later run finds it again.
 */
export async function makeDatabase(name: string, { keep = false }: { keep?: boolean } = {}): Promise<BenchDatabase> {
  const server = await openDatabase({ databaseUrl: SERVER });
  const database = keep ? `xinqiao_bench_${name}` : `xinqiao_bench_${name}_${process.pid}`;
  const existed = (await server.query('select 1 from pg_database where datname = $1', [database])).rows.length > 0;
  if (!existed) await server.exec(`CREATE DATABASE ${database}`);
  const url = new URL(SERVER);
  url.pathname = `/${database}`;
  let pinned = false;
  return {
    url: url.href,
    existed,
    async pin(core) {
      pinned ||= core !== undefined;
      for (const pid of await serverProcesses(server)) pin(pid, core);
    },
    async drop() {
      if (pinned) for (const pid of await serverProcesses(server)) unpin(pid);
      await server.exec(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
      await server.close();
    },
  };
}

/** The server's own, and those of all connections; none where it does not run here. */
async function serverProcesses(db: Queryable): Promise<number[]> {
  const { rows } = await db.query<{ pid: number }>('select pg_backend_pid() as pid');
  return familyOf(rows[0]?.pid ?? 0, 'postgres');
}
