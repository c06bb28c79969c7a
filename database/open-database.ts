import type { Db } from './db.ts';
import { openPglite } from './pglite.ts';
import { openPostgres } from './postgres.ts';

/** Which database to open; exactly one of the three. */
export interface DatabaseOptions {
  /** A real PostgreSQL server, `postgres://…`; wins over the other two. */
  databaseUrl?: string | undefined;
  /** Directory of an embedded database; made when absent. */
  dataDirectory?: string | undefined;
  /** An embedded database that is gone when closed (tests). */
  inMemory?: boolean;
}

/**
 * Opens the database a process was configured for. Rejects with `DatabaseError` when it cannot be reached,
 * and when neither a server, nor a directory, nor memory was named.
 */
export async function openDatabase({ databaseUrl, dataDirectory, inMemory = false }: DatabaseOptions): Promise<Db> {
  if (databaseUrl !== undefined) return openPostgres({ url: databaseUrl });
  if (dataDirectory !== undefined) return openPglite({ directory: dataDirectory });
  if (inMemory) return openPglite({});
  throw new TypeError('no database was named: give databaseUrl, dataDirectory or inMemory');
}
