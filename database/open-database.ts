import type { Db } from './db.ts';
import { openDirectory } from './open-directory.ts';
import { openPglite } from './pglite.ts';
import { openPostgres } from './postgres.ts';

/** How long a process that serves others waits for a statement: every one of its own takes milliseconds. */
const ANSWER_WITHIN_MS = 30_000;

/** Which database to open; exactly one of the three. */
export interface DatabaseOptions {
  /** A real PostgreSQL server, `postgres://…`; wins over the other two. */
  databaseUrl?: string | undefined;
  /** Directory of an embedded database; made when absent. */
  dataDirectory?: string | undefined;
  /** Have the directory for this process alone: refuse instead of working through the process that has it open (`xinqiao start`). */
  exclusive?: boolean;
  /** Others are served by it: no statement to a server is waited for without an end, as a command's may be. */
  serving?: boolean;
  /** An embedded database that is gone when closed (tests). */
  inMemory?: boolean;
}

/**
 * Opens the database a process was configured for. A directory that another process has open is worked on through that process.
 * Rejects with `DatabaseError` when the database cannot be reached or is refused, and with TypeError when neither a server, nor a directory, nor memory was named.
 */
export async function openDatabase({
  databaseUrl,
  dataDirectory,
  exclusive = false,
  serving = false,
  inMemory = false,
}: DatabaseOptions): Promise<Db> {
  if (databaseUrl !== undefined) return openPostgres({ url: databaseUrl, ...(serving && { answerWithinMs: ANSWER_WITHIN_MS }) });
  if (dataDirectory !== undefined) return openDirectory(dataDirectory, exclusive);
  if (inMemory) return openPglite({});
  throw new TypeError('no database was named: give databaseUrl, dataDirectory or inMemory');
}
