import { DatabaseError } from '../../database/db.ts';
import { openDatabase } from '../../database/open-database.ts';
import { keptVersions, loadConfig } from '../../gateway/config.ts';
import { openDatabaseCopy } from '../../gateway/evidence/database-copy.ts';
import { policiesIn } from '../../gateway/evidence/directory-copy.ts';
import type { LogCopy } from '../../gateway/evidence/log-copy.ts';
import { parseVerifierKey } from '../../gateway/querylog/signed-note.ts';

/** SQLSTATE undefined_table: no gateway has written here yet. */
const UNDEFINED_TABLE = '42P01';

/** Opens the configured database for a command that reads its log; policy versions are those kept beside an embedded one. */
export async function withDatabaseCopy<T>(environment: NodeJS.ProcessEnv, work: (copy: LogCopy) => Promise<T>): Promise<T> {
  const config = loadConfig(environment);
  const db = await openDatabase({ databaseUrl: config.databaseUrl, dataDirectory: config.dataDirectory });
  const witnesses = config.logWitnesses.map(({ verifierKey }) => parseVerifierKey(verifierKey));
  try {
    return await work(openDatabaseCopy(db, { witnesses, policies: () => policiesIn(keptVersions(config)) }));
  } catch (error) {
    throw error instanceof DatabaseError && error.sqlState === UNDEFINED_TABLE
      ? new Error('此处尚无查询日志。 There is no query log here yet: run `xinqiao start` first.', { cause: error })
      : error;
  } finally {
    await db.close();
  }
}
