import type { Db } from '../../database/db.ts';
import { policies } from '../../policies/policies.fixture.ts';
import { findLooks } from '../../subgraphs/querylog/find-looks.ts';
import { createActs } from '../acts/acts.ts';
import { indexBatch } from '../audit/follow-log.ts';
import { entryOf } from '../querylog/entry.fixture.ts';
import type { QueryLogEntry } from '../querylog/entry.ts';
import { createQueryLog } from '../querylog/query-log.ts';
import { createCheckpointSigner } from '../querylog/sign-checkpoint.ts';
import { readSealKeys } from '../sealed/seal-keys.ts';
import { LOG, ORIGIN } from '../witness/witness.fixture.ts';
import { exportDesk } from './export-desk.ts';
import { type ExportWork, takeExportStep } from './export-step.ts';

/** An auditor that asks for exports. */
export const AUDITOR = {
  actor: 'AUDITOR',
  organization: 'audit-office',
  operator: 'zhao',
  purpose: 'AUDIT_SUPERVISION',
  requestId: 'r-audit',
} as const;
export const KEYS = readSealKeys('k'.repeat(32));

/** A statement that puts an export there which stands so; RUNNING, it has read from the beginning to that entry (`null`: none yet). */
export function runningExport(last: number | null, state = 'RUNNING'): string {
  const first = state === 'QUEUED' ? null : 0;
  return `INSERT INTO exports.export (id, state, format, filter, reason, organization, purpose, requested_at, log_size, most_rows,
      rows_per_part, days, key_id, tree_size, root, rows_total, sha256, expires_at, first_seq, last_seq)
    VALUES ('e', '${state}', 'CSV', '{}', 'why', 'audit', 'AUDIT_SUPERVISION', now(), 0, 1, 1, 1, 'k', 600, '', 1, '', now(), ${first}, ${last})`;
}

/** A log with entries of which some look like traps, the desk for its exports and the work on them, for tests. */
export async function exportingLog(db: Db) {
  const clock = { now: Date.parse('2026-04-01T00:00:00.000Z') };
  const queryLog = createQueryLog({ db, origin: ORIGIN });
  // Few rows in a part, so that there are parts.
  const limits = policies.source.exports.map((one) => ({ ...one, rows: 60, rowsPerPart: 7, heldPerAccount: 3 }));
  const own = { ...policies, source: { ...policies.source, exports: limits } };
  const policiesHere = { current: () => own };
  const acts = createActs({ queryLog, policies: policiesHere, clock: () => clock.now });
  const work: ExportWork = {
    db,
    origin: ORIGIN,
    keys: KEYS,
    find: findLooks,
    clock: () => clock.now,
  };
  const level = async () => {
    // A checkpoint is not followed by another within half a second.
    await db.exec(`SET session_replication_role = replica;
      UPDATE querylog.checkpoint SET at = at - interval '1 hour'; SET session_replication_role = DEFAULT`);
    await createCheckpointSigner(db, LOG).sign();
    while ((await indexBatch(db)) !== 0);
  };
  return {
    clock,
    work,
    policies: policiesHere,
    desk: exportDesk({ db, acts, keys: KEYS, policies: policiesHere, clock: () => clock.now }),
    append: (requestId: string, changes: Partial<QueryLogEntry> = {}) => queryLog.append(entryOf(requestId, changes)),
    level,
    /** Works everything off that can be. */
    async workOff(): Promise<void> {
      await level();
      while (await takeExportStep(work));
    },
  };
}
