import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connectChannel } from './channel/connect-channel.ts';
import { serveChannel } from './channel/serve-channel.ts';
import { socketPathOf } from './channel/socket-path.ts';
import { DatabaseError, type Db } from './db.ts';
import { adviceOn, isAlive, lockDirectory, type LockOwner } from './directory-lock.ts';
import { makeDirectory } from './make-directory.ts';
import { openPglite } from './pglite.ts';

/** How long the owner of a directory may take to open it before it counts as not answering. */
const OWNER_STARTS_WITHIN_MS = 30_000;
const RETRY_MS = 100;

/** The directory is another process's, and this one needed it for itself or could not reach that one. */
class DirectoryInUseError extends DatabaseError {
  readonly pid: number;
  constructor(directory: string, { pid, host }: LockOwner, advice: string) {
    super(
      `数据目录 ${directory} 正由进程 ${pid}（${host}）使用。 The data directory is open in process ${pid} on ${host}; ${advice}`,
      '55006',
    );
    this.name = 'DirectoryInUseError';
    this.pid = pid;
  }
}

/**
 * Opens the embedded database of a data directory. The first process has it open and serves it to the others, which work through it.
 * With `exclusive` another owner is refused instead. Throws DirectoryInUseError (a `DatabaseError` with SQLSTATE 55006).
 */
export async function openDirectory(dataDirectory: string, exclusive: boolean): Promise<Db> {
  makeDirectory(dataDirectory);
  const socketPath = await socketPathOf(dataDirectory);
  for (let waitedMs = 0; ; waitedMs += RETRY_MS) {
    const lock = await lockDirectory(dataDirectory, socketPath);
    if (lock.held) return openOwn(dataDirectory, socketPath, lock.release);
    if (exclusive)
      throw new DirectoryInUseError(
        dataDirectory,
        lock.owner,
        `stop it first, or choose another directory with XINQIAO_DATA.${adviceOn(lock)}`,
      );
    const db = await connectChannel(lock.owner.socket).catch(() => undefined);
    if (db !== undefined) return db;
    if (isAlive(lock.owner) && waitedMs >= OWNER_STARTS_WITHIN_MS) {
      throw new DirectoryInUseError(dataDirectory, lock.owner, `it does not answer. If it no longer runs, remove ${lock.file}.`);
    }
    // The owner is still opening the database, or has just ended.
    await delay(RETRY_MS);
  }
}

async function openOwn(dataDirectory: string, socketPath: string, release: () => Promise<void>): Promise<Db> {
  try {
    const db = await openPglite({ directory: path.join(dataDirectory, 'database') });
    const stopServing = await serveChannel(db, socketPath);
    let closing: Promise<void> | undefined;
    const close = async () => {
      await stopServing();
      await db.close();
      // Dying before this line leaves the lock of a dead process, which the next one succeeds.
      await release();
    };
    return {
      kind: db.kind,
      query: db.query.bind(db),
      transaction: db.transaction.bind(db),
      exec: db.exec.bind(db),
      close: () => (closing ??= close()),
    };
  } catch (error) {
    await release();
    throw error;
  }
}
