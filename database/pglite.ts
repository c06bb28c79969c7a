import { PGlite, type Transaction } from '@electric-sql/pglite';
import { databaseError } from './database-error.ts';
import type { Db, Queryable, Row, SqlValue } from './db.ts';
import { durableOptions } from './durable-files.ts';
import { parameterText } from './parameters.ts';
import { SESSION_SETTINGS, TYPE_PARSERS } from './type-parsers.ts';

/** Where an embedded database lives: a directory, or memory; a dump of another one to begin with. */
export interface PgliteOptions {
  /** Absent: in memory. */
  directory?: string;
  /** Contents of a data directory, as {@link PGlite.dumpDataDir} wrote it. */
  dump?: Blob;
}

/**
 * Opens an embedded PostgreSQL in this process: one connection, statements and transactions one after another.
 * A query on the Db inside its own `transaction` waits for itself forever: use the transaction's `query`.
 * Whoever opens a directory must hold its lock (`open-database.ts`).
 */
export async function openPglite({ directory, dump }: PgliteOptions): Promise<PgliteDb> {
  const pglite = await PGlite.create({
    ...(directory !== undefined && durableOptions(directory)),
    ...(dump !== undefined && { loadDataDir: dump }),
  }).catch((error: unknown) => {
    throw databaseError(error);
  });
  pglite.parsers = { ...TYPE_PARSERS };
  // Parameters arrive as text already; without serializers PGlite passes them on.
  pglite.serializers = {};
  for (const [name, value] of Object.entries(SESSION_SETTINGS)) await pglite.exec(`SET ${name} = '${value}'`);
  return new PgliteDb(pglite);
}

/** An embedded database in this process. */
export class PgliteDb implements Db {
  readonly kind = 'pglite';
  readonly #pglite: PGlite;

  constructor(pglite: PGlite) {
    this.#pglite = pglite;
  }

  query<T extends Row = Row>(sql: string, params: readonly SqlValue[] = []): Promise<{ rows: T[] }> {
    return run<T>(this.#pglite, sql, params);
  }

  async transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
    // What the work itself throws passes unchanged; only PGlite's own errors are reduced.
    let thrown: { error: unknown } | undefined;
    const begun = this.#pglite.transaction(async (tx) => {
      try {
        return await work({ query: (sql, params = []) => run(tx, sql, params) });
      } catch (error) {
        thrown = { error };
        throw error;
      }
    });
    return begun.catch((error: unknown) => {
      throw thrown === undefined ? databaseError(error) : thrown.error;
    });
  }

  async exec(sql: string): Promise<void> {
    await this.#pglite.exec(sql).catch((error: unknown) => {
      throw databaseError(error);
    });
  }

  /** The whole data directory, uncompressed, to open others from. */
  dump(): Promise<Blob> {
    return this.#pglite.dumpDataDir('none');
  }

  async close(): Promise<void> {
    if (!this.#pglite.closed) await this.#pglite.close();
  }
}

async function run<T extends Row>(on: PGlite | Transaction, sql: string, params: readonly SqlValue[]): Promise<{ rows: T[] }> {
  try {
    return { rows: (await on.query<T>(sql, params.map(parameterText))).rows };
  } catch (error) {
    throw databaseError(error);
  }
}
