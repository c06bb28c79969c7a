import { fileURLToPath } from 'node:url';
import type { Db } from '../../database/db.ts';
import { migrate } from '../../database/migrate.ts';

const MIGRATIONS = fileURLToPath(new URL('migrations', import.meta.url));

/** Makes the log's tables anew: nothing can be taken out of them. */
export async function emptyLog(db: Db): Promise<void> {
  await db.exec('DROP SCHEMA querylog CASCADE');
  await migrate(db, MIGRATIONS, 'querylog');
}
