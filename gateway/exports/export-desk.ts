import { createHash, randomUUID } from 'node:crypto';
import type { Db, Queryable } from '../../database/db.ts';
import { exportLimitsOn } from '../../policies/export-limits.ts';
import type { PolicySet } from '../../policies/policy-set.ts';
import type { Acting } from '../../schema/acting.ts';
import { cityToday, type Clock } from '../../schema/city-clock.ts';
import { canonicalJson } from '../../policies/canonical-json.ts';
import type { Acts } from '../acts/acts.ts';
import { digestOf } from '../acts/digest-of.ts';
import { readReason } from '../acts/read-reason.ts';
import { GatewayError } from '../errors.ts';
import type { SealKeys } from '../sealed/seal-keys.ts';
import { type ExportFilter, type ExportFormat, type LogExport, readExports } from './log-export.ts';
import { openPart } from './sealed-part.ts';

/** What is asked for, as it is asked for. */
export interface ExportRequest {
  filter: Readonly<Record<string, string | null | undefined>>;
  format: ExportFormat;
  reason: string;
}

/** What a desk for exports stands on. */
interface ExportDeskParts {
  db: Db;
  acts: Acts;
  keys: SealKeys;
  policies: { current(): PolicySet };
  clock: Clock;
}

/**
 * Takes requests for exports of the query log and hands out their parts, each an act on record before a byte leaves. An organisation sees its
 * own exports, and only the account that asked for one may fetch it. Rejects with ACT_FORBIDDEN (no policy allows exports today),
 * INPUT_INVALID, RATE_LIMITED (the account holds too many), NOT_FOUND (none of its own), ALREADY_DONE (not ready, or expired).
 */
export function exportDesk({ db, acts, keys, policies, clock }: ExportDeskParts) {
  return {
    async request(by: Acting, { filter, format, reason }: ExportRequest): Promise<LogExport> {
      const limits = exportLimitsOn(policies.current().source.exports, cityToday(clock));
      if (limits === undefined) throw new GatewayError('ACT_FORBIDDEN');
      const asked = { id: randomUUID(), format, filter: givenOf(filter), reason: readReason(reason) };
      const subjects = asked.filter['subject'] === undefined ? [] : [asked.filter['subject']];
      const act = { kind: 'EXPORTED', object: asked.id, digest: digestOf(asked), subjects } as const;
      return acts.record(by, act, async (tx) => {
        await assertMayHold(tx, by, limits.heldPerAccount);
        const at = new Date(clock()).toISOString();
        return insert(tx, { ...asked, by, at, limits, keyId: keys.newest.id });
      });
    },
    /** The newest first. */
    exports: ({ organization }: Acting): Promise<LogExport[]> =>
      readExports(db, 'WHERE e.organization = $1 ORDER BY e.number DESC LIMIT 100', [organization]),
    async export({ organization }: Acting, id: string): Promise<LogExport | null> {
      const [found] = await readExports(db, 'WHERE e.id = $1 AND e.organization = $2', [id, organization]);
      return found ?? null;
    },
    async fetch(by: Acting, id: string, number: number): Promise<{ export: string; number: number; of: number; text: string }> {
      const held = await readyFor(db, by, id, clock());
      const bytes = await openPart(db, keys, { exportId: id, number, keyId: held.keyId });
      if (bytes === undefined) throw new GatewayError('NOT_FOUND');
      const digest = createHash('sha256').update(bytes).digest('hex');
      await acts.record(by, { kind: 'EXPORT_FETCHED', object: id, digest }, (tx) => readyFor(tx, by, id, clock()));
      return { export: id, number, of: held.parts, text: Buffer.from(bytes).toString() };
    },
  };
}

/** A null counts as absent, as clients send every variable they declare. */
function givenOf(filter: ExportRequest['filter']): ExportFilter {
  const given = Object.entries(filter).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return Object.fromEntries(given);
}

async function assertMayHold(tx: Queryable, { organization, operator }: Acting, most: number): Promise<void> {
  const held = await readExports(
    tx,
    `WHERE e.organization = $1 AND e.operator IS NOT DISTINCT FROM $2 AND e.state IN ('QUEUED', 'RUNNING', 'READY')`,
    [organization, operator ?? null],
  );
  if (held.length >= most) throw new GatewayError('RATE_LIMITED', { limit: most });
}

interface Asked {
  id: string;
  format: ExportFormat;
  filter: ExportFilter;
  reason: string;
  by: Acting;
  at: string;
  limits: { rows: number; rowsPerPart: number; days: number };
  keyId: string;
}

async function insert(tx: Queryable, { id, format, filter, reason, by, at, limits, keyId }: Asked): Promise<LogExport> {
  await tx.query(
    `INSERT INTO exports.export (id, format, filter, reason, organization, operator, purpose, matter, requested_at, log_size, most_rows,
       rows_per_part, days, key_id)
     SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, size, $10, $11, $12, $13 FROM querylog.head`,
    [
      id,
      format,
      canonicalJson(filter),
      reason,
      by.organization,
      by.operator ?? null,
      by.purpose,
      by.matter ?? null,
      at,
      limits.rows,
      limits.rowsPerPart,
      limits.days,
      keyId,
    ],
  );
  const [made] = await readExports(tx, 'WHERE e.id = $1', [id]);
  if (made === undefined) throw new Error('an export that was inserted is not there');
  return made;
}

async function readyFor(db: Queryable, { organization, operator }: Acting, id: string, now: number): Promise<LogExport> {
  const [found] = await readExports(db, 'WHERE e.id = $1 AND e.organization = $2 AND e.operator IS NOT DISTINCT FROM $3', [
    id,
    organization,
    operator ?? null,
  ]);
  if (found === undefined) throw new GatewayError('NOT_FOUND');
  const isOver = found.expiresAt !== null && Date.parse(found.expiresAt) <= now;
  if (found.state !== 'READY' || isOver) throw new GatewayError('ALREADY_DONE');
  return found;
}
