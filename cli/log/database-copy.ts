import { DatabaseError } from '../../database/db.ts';
import { openDatabase } from '../../database/open-database.ts';
import { keptVersions, loadConfig } from '../../gateway/config.ts';
import { openDatabaseCopy } from '../../gateway/evidence/database-copy.ts';
import { openDirectoryCopy, policiesIn, sizeOfCopy } from '../../gateway/evidence/directory-copy.ts';
import type { LogCopy } from '../../gateway/evidence/log-copy.ts';
import { unlessArchived, withArchive } from '../../gateway/evidence/with-archive.ts';
import { archivedEntries } from '../../gateway/querylog/archived-entries.ts';
import { parseVerifierKey } from '../../gateway/querylog/signed-note.ts';

/** SQLSTATE undefined_table: no gateway has written here yet. */
const UNDEFINED_TABLE = '42P01';

/**
 * Opens the configured database for a command that reads its log, together with the archive of what has left it and with the policy
 * versions that an older version kept beside an embedded one.
 */
export async function withDatabaseCopy<T>(
  environment: NodeJS.ProcessEnv,
  archive: string | undefined,
  work: (copy: LogCopy) => Promise<T>,
): Promise<T> {
  const config = loadConfig(environment);
  const db = await openDatabase({ databaseUrl: config.databaseUrl, dataDirectory: config.dataDirectory });
  const witnesses = config.logWitnesses.map(({ verifierKey }) => parseVerifierKey(verifierKey));
  try {
    const archived = await archivedEntries(db);
    const now = openDatabaseCopy(db, { witnesses, policies: () => policiesIn(keptVersions(config)) });
    const copy = unlessArchived(now, archived, () => archivedEntries(db));
    if (archived === 0n) return await work(copy);
    if (archive === undefined)
      throw new Error(
        `前 ${archived} 条记录已归档，请同时给出归档目录。 The first ${archived} entries are archived: give the archive's directory as well.`,
      );
    const directory = openDirectoryCopy(archive);
    if ((await sizeOfCopy(directory)) < archived)
      throw new Error(
        `前 ${archived} 条记录已归档，而 ${archive} 不是原有归档。 The first ${archived} entries are archived, and not in ${archive}: give the archive's directory (--archive, or the argument of verify).`,
      );
    return await work(withArchive(copy, directory, archived));
  } catch (error) {
    throw error instanceof DatabaseError && error.sqlState === UNDEFINED_TABLE
      ? new Error('此处尚无查询日志。 There is no query log here yet: run `xinqiao start` first.', { cause: error })
      : error;
  } finally {
    await db.close();
  }
}
