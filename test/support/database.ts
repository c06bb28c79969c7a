import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { inject } from 'vitest';
import type { Db } from '../../database/db.ts';
import { findSchemas, migrateAll } from '../../database/migrate-all.ts';
import { openPglite } from '../../database/pglite.ts';
import { openPostgres } from '../../database/postgres.ts';

/** The real server the tests run on instead of the embedded one: a superuser's URL. */
const SERVER_URL = process.env['XINQIAO_TEST_DATABASE_URL'];

/**
 * An empty, fully migrated database of its own, for one test file (`beforeAll`, closed in `afterAll`):
 * embedded, loaded from a dump that is made once per state of the migrations; or, when XINQIAO_TEST_DATABASE_URL
 * is set, a throw-away database on that server, dropped when closed.
 */
export function openTestDatabase(): Promise<Db> {
  return SERVER_URL === undefined ? openEmbedded() : openOnServer(SERVER_URL);
}

/**
 * Gives a data directory the embedded database that a first start would make in it, with all tables and nothing in them: copied from one
 * that is made once per state of the migrations, which takes a tenth of the time.
 */
export async function makeDataDirectory(directory: string): Promise<void> {
  const made = path.join(CACHE, `${await migrationsHash()}.database`);
  if (!existsSync(made)) await makeDatabaseDirectory(made);
  await cp(made, path.join(directory, 'database'), { recursive: true });
}

async function makeDatabaseDirectory(made: string): Promise<void> {
  await mkdir(CACHE, { recursive: true, mode: 0o700 });
  const unfinished = `${made}.${randomUUID()}`;
  const db = await openPglite({ directory: unfinished });
  await migrateAll(db);
  await db.close();
  // Another worker may have made the same one meanwhile: either will do.
  await rename(unfinished, made).catch(() => rm(unfinished, { recursive: true }));
}

/** What is the same for every run. */
const CACHE = path.join(os.tmpdir(), `xinqiao-test-${os.userInfo().uid}`);

async function openEmbedded(): Promise<Db> {
  const file = path.join(CACHE, `${await migrationsHash()}.tar`);
  if (!existsSync(file)) await makeDump(file);
  return openPglite({ dump: new Blob([new Uint8Array(await readFile(file))]) });
}

/** Changes whenever a migration does, so that a dump is never stale. */
async function migrationsHash(): Promise<string> {
  const hash = createHash('sha256');
  for (const { schemaName, folder } of await findSchemas()) {
    for (const name of (await readdir(folder)).sort()) {
      hash.update(`${schemaName}\0${name}\0`).update(await readFile(path.join(folder, name)));
    }
  }
  return hash.digest('hex').slice(0, 16);
}

async function makeDump(file: string): Promise<void> {
  const db = await openPglite({});
  await migrateAll(db);
  const dump = new Uint8Array(await (await db.dump()).arrayBuffer());
  await db.close();
  await mkdir(CACHE, { recursive: true, mode: 0o700 });
  // Renamed into place, so that a worker that makes the same dump meanwhile never sees half of one.
  const unfinished = `${file}.${randomUUID()}`;
  await writeFile(unfinished, dump);
  await rename(unfinished, file);
}

async function openOnServer(serverUrl: string): Promise<Db> {
  const name = `xinqiao_test_${inject('testRun')}_${randomUUID().slice(0, 8)}`;
  const server = await openPostgres({ url: serverUrl, connections: 1 });
  await server.exec(`CREATE DATABASE ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  const db = await openPostgres({ url: url.href });
  await migrateAll(db);
  let closed = false;
  const close = async () => {
    if (closed) return;
    closed = true;
    await db.close();
    await server.exec(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await server.close();
  };
  return { kind: db.kind, query: db.query.bind(db), transaction: db.transaction.bind(db), exec: db.exec.bind(db), close };
}

declare module 'vitest' {
  interface ProvidedContext {
    /** Tells this run's throw-away databases from another's. */
    testRun: string;
  }
}
