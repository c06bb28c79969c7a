import type { Db } from '../database/db.ts';
import type { Clock } from '../schema/city-clock.ts';
import { IMPORT_CATEGORIES } from './import-categories.ts';
import type { ResolveReferences } from './kit/import/resolve-references.ts';
import { registryInDatabase } from './kit/import/resolve-references.ts';
import { settleUnmatched } from './kit/import/unmatched.ts';

/**
 * Takes in every waiting row whose old number the registry knows by now, for all departments that have their tables in
 * this database, or for one. Call it after registrations were imported. Returns how many rows were settled and still wait.
 */
export async function settleWaiting(
  db: Db,
  options: { clock: Clock; department?: string; resolve?: ResolveReferences },
): Promise<{ settled: number; waiting: number }> {
  const resolve = options.resolve ?? (await registryInDatabase(db));
  const now = new Date(options.clock()).toISOString();
  const total = { settled: 0, waiting: 0 };
  for (const category of IMPORT_CATEGORIES) {
    if (options.department !== undefined && category.department !== options.department) continue;
    const { rows } = await db.query<{ here: boolean }>('select to_regclass($1) is not null as here', [
      `${category.schema}.unmatched`,
    ]);
    if (rows[0]?.here !== true) continue;
    const { settled, waiting } = await settleUnmatched(db, category, { resolve, now });
    total.settled += settled;
    total.waiting += waiting;
  }
  return total;
}
