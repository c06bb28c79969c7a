import type { Db } from '../../database/db.ts';
import { assertEdgeHolds } from './assert-edge.ts';
import { type Integration, integrateLog } from './integrate.ts';

/**
 * Makes a migrated log ready to be appended to: every entry in the tree, the edge of it checked. Safe to repeat and for several
 * gateways at once. `onProgress` is told while a log that is older than its tree is brought into it. Rejects with
 * `LogContradiction` when no crash could have left the log so, and with `DatabaseError`.
 */
export async function prepareLog(db: Db, onProgress?: (done: Integration) => void): Promise<void> {
  await integrateLog(db, onProgress);
  await assertEdgeHolds(db);
}
