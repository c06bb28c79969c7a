import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { MigrationError, Umzug } from 'umzug';
import { UNIQUE_VIOLATION } from './database-error.ts';
import { DatabaseError, type Db } from './db.ts';

/** Key of the advisory lock that one migrating process holds at a time ("xinqiao" in ASCII, cut to 32 bits). */
const MIGRATION_LOCK = 0x78696e71;

/**
 * Brings one owner's schema up to date: runs the numbered `.sql` files of `folder` that have not run, in order of their names,
 * each in one transaction with its row in `<schemaName>.migration`. Several processes may do so at once; each file runs once.
 * Files must not contain BEGIN or COMMIT. Returns the names it ran.
 * Throws `DatabaseError` when a statement fails, and an Error when a file that has run was changed since, or is not there: then a newer
 * version has been at work, and what this one would write is not known to be right.
 */
export async function migrate(db: Db, folder: string, schemaName: string): Promise<string[]> {
  if (!/^[a-z][a-z0-9_]*$/.test(schemaName)) throw new TypeError(`not a schema name: ${schemaName}`);
  await atomically(db, [
    `CREATE SCHEMA IF NOT EXISTS ${schemaName}`,
    `CREATE TABLE IF NOT EXISTS ${schemaName}.migration (name text PRIMARY KEY, sha256 text NOT NULL, run_at timestamptz NOT NULL DEFAULT now())`,
  ]);
  const files = await readMigrations(folder);
  const done = await executed(db, schemaName);
  assertAllKnown(schemaName, files, done);
  for (const { name, sha256 } of files) assertUnchanged(name, sha256, done);
  const umzug = new Umzug({
    migrations: files.map((file) => ({ name: file.name, up: () => runMigration(db, schemaName, file) })),
    // Each migration writes its own row in its own transaction, so that dying between the two is impossible.
    storage: {
      executed: async () => [...done.keys()],
      logMigration: async () => undefined,
      unlogMigration: async () => undefined,
    },
    logger: undefined,
  });
  try {
    return (await umzug.up()).map(({ name }) => name);
  } catch (error) {
    // Umzug wraps; callers switch on the SQLSTATE.
    throw error instanceof MigrationError ? error.cause : error;
  }
}

interface Migration {
  name: string;
  sql: string;
  sha256: string;
}

/** The numbered files of a folder, in order; none when there is no such folder. */
async function readMigrations(folder: string): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => /^\d+.*\.sql$/.test(name)).sort();
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(path.join(folder, name), 'utf8');
      return { name, sql, sha256: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

async function executed(db: Db, schemaName: string): Promise<Map<string, string>> {
  const { rows } = await db.query<{ name: string; sha256: string }>(`SELECT name, sha256 FROM ${schemaName}.migration`);
  return new Map(rows.map(({ name, sha256 }) => [name, sha256]));
}

function assertAllKnown(schemaName: string, files: readonly Migration[], done: ReadonlyMap<string, string>): void {
  const known = new Set(files.map(({ name }) => name));
  const unknown = [...done.keys()].filter((name) => !known.has(name)).sort();
  if (unknown.length === 0) return;
  const names = `${schemaName}: ${unknown.join(', ')}`;
  throw new Error(
    `数据库已由较新的版本升级（${names}），本版本不能在其上运行，未作任何更改：请改用该版本，或恢复升级前的备份。 ` +
      `A newer version has migrated this database (${names}), and this one does not know what that changed; it changed nothing. ` +
      'Run the newer version, or restore the backup from before the upgrade.',
  );
}

function assertUnchanged(name: string, sha256: string, done: ReadonlyMap<string, string>): void {
  const before = done.get(name);
  if (before !== undefined && before !== sha256) {
    throw new Error(`migration ${name} was changed after it had run; add a new file instead`);
  }
}

async function runMigration(db: Db, schemaName: string, { name, sql, sha256 }: Migration): Promise<void> {
  try {
    // The row comes first: if another process ran the file meanwhile, its key stops this one before the first statement.
    // Dying in here leaves neither the row nor the change; after the commit, both.
    await atomically(db, [
      `INSERT INTO ${schemaName}.migration (name, sha256) VALUES ('${name.replaceAll("'", "''")}', '${sha256}')`,
      sql,
    ]);
  } catch (error) {
    const isRun =
      error instanceof DatabaseError &&
      error.sqlState === UNIQUE_VIOLATION &&
      (await executed(db, schemaName)).get(name) === sha256;
    if (!isRun) throw error;
  }
}

/** Statements sent as one simple query are one transaction; the lock is let go at its end, however it ends. */
function atomically(db: Db, statements: readonly string[]): Promise<void> {
  return db.exec([`SELECT pg_advisory_xact_lock(${MIGRATION_LOCK})`, ...statements].join(';\n'));
}
