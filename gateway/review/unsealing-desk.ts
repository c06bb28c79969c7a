import { randomUUID } from 'node:crypto';
import type { Queryable } from '../../database/db.ts';
import type { PolicySet } from '../../policies/policy-set.ts';
import type { Acting } from '../../schema/acting.ts';
import { GatewayError } from '../errors.ts';
import type { QueryLogEntry } from '../querylog/entry.ts';
import type { SealKeys } from '../sealed/seal-keys.ts';
import { openSealed, type UnsealedLook } from '../sealed/sealed-texts.ts';
import { findAlert } from './find-alerts.ts';
import { digestOf, readComment, type ReviewDeskParts } from './review-desk.ts';
import { assertNotTheirOwn, reviewerOf } from './reviewer.ts';

/** A request to read the names that are kept sealed beside the entries of an alert. */
export interface Unsealing {
  id: string;
  alert: string;
  requestedAt: string;
  requesterOrganization: string;
  requester: string;
  reason: string;
  /** Null until somebody else has approved it. */
  approvedAt: string | null;
  approverOrganization: string | null;
  approver: string | null;
}

const COLUMNS = `id, alert, requested_at AS "requestedAt", requester_organization AS "requesterOrganization", requester, reason,
  approved_at AS "approvedAt", approver_organization AS "approverOrganization", approver`;
const DAY_MS = 86_400_000;

/** What unsealing takes besides. */
export interface UnsealingDeskParts extends ReviewDeskParts {
  keys: SealKeys;
  policies: { current(): PolicySet };
}

/**
 * Unsealing by two persons: one asks, another approves, and then these two may read for as many days as the policy says; each reading is
 * a query on the log. Everything rejects with NOT_FOUND (there is none, or it is not for the caller), ALREADY_DONE, OWN_QUERY, INPUT_INVALID,
 * SECOND_PERSON_REQUIRED (whoever asked approves), ACT_FORBIDDEN.
 */
export function unsealingDesk(parts: UnsealingDeskParts) {
  const { db, acts, clock } = parts;
  return {
    async request(by: Acting, alert: string, reason: string): Promise<Unsealing> {
      const { organization, operator } = await reviewerOfAlert(parts, by, alert);
      const made = { id: `us-${randomUUID()}`, alert, reason: readComment(reason), time: new Date(clock()).toISOString() };
      const act = {
        kind: 'UNSEALING_REQUESTED',
        object: made.id,
        digest: digestOf({ ...made, organization, operator }),
      } as const;
      return acts.record(by, act, async (tx) => {
        const { rows } = await tx.query(
          `INSERT INTO review.unsealing (id, alert, requested_at, requester_organization, requester, reason)
           VALUES ($1, $2, $3, $4, $5, $6) RETURNING ${COLUMNS}`,
          [made.id, alert, made.time, organization, operator, made.reason],
        );
        return rows[0] as unknown as Unsealing;
      });
    },

    async approve(by: Acting, id: string): Promise<Unsealing> {
      const asked = await find(db, id);
      const { organization, operator } = await reviewerOfAlert(parts, by, asked.alert);
      if (asked.requesterOrganization === organization && asked.requester === operator)
        throw new GatewayError('SECOND_PERSON_REQUIRED');
      return acts.record(by, { kind: 'UNSEALING_APPROVED', object: id }, async (tx) => {
        const { rows } = await tx.query(
          `UPDATE review.unsealing SET approved_at = $2, approver_organization = $3, approver = $4
           WHERE id = $1 AND approved_at IS NULL RETURNING ${COLUMNS}`,
          [id, new Date(clock()).toISOString(), organization, operator],
        );
        if (rows.length === 0) throw new GatewayError('ALREADY_DONE');
        return rows[0] as unknown as Unsealing;
      });
    },

    /** The names beside each entry of the alert. */
    read: (by: Acting, id: string) => read(parts, by, id),

    /** All requests about an alert, oldest first. */
    async of(alert: string): Promise<Unsealing[]> {
      const { rows } = await db.query(`SELECT ${COLUMNS} FROM review.unsealing WHERE alert = $1 ORDER BY requested_at, id`, [
        alert,
      ]);
      return rows as unknown as Unsealing[];
    },
  };
}

async function read(parts: UnsealingDeskParts, by: Acting, id: string): Promise<{ index: bigint; look: UnsealedLook }[]> {
  const { db, keys } = parts;
  const granted = await find(db, id);
  assertReadable(granted, by, parts);
  const { rows } = await db.query<{ seq: bigint; canonical: string }>(
    'SELECT seq, canonical FROM querylog.entry WHERE seq = ANY((SELECT entries FROM review.alert WHERE id = $1)::bigint[]) ORDER BY seq',
    [granted.alert],
  );
  const looks = [];
  for (const { seq, canonical } of rows) {
    const { sealed } = JSON.parse(canonical) as QueryLogEntry;
    if (sealed !== undefined) looks.push({ index: seq, look: await openSealed(db, keys, sealed) });
  }
  return looks;
}

async function reviewerOfAlert({ db }: ReviewDeskParts, by: Acting, id: string) {
  const reviewer = reviewerOf(by);
  const alert = await findAlert(db, id);
  if (alert === undefined) throw new GatewayError('NOT_FOUND');
  await assertNotTheirOwn(db, alert, [reviewer]);
  return reviewer;
}

async function find(db: Queryable, id: string): Promise<Unsealing> {
  const { rows } = await db.query(`SELECT ${COLUMNS} FROM review.unsealing WHERE id = $1`, [id]);
  if (rows[0] === undefined) throw new GatewayError('NOT_FOUND');
  return rows[0] as unknown as Unsealing;
}

/** One answer for all that is missing: nobody learns whether others may read. */
function assertReadable(granted: Unsealing, by: Acting, { clock, policies }: UnsealingDeskParts): void {
  const { organization, operator } = reviewerOf(by);
  const isParty =
    (granted.requesterOrganization === organization && granted.requester === operator) ||
    (granted.approverOrganization === organization && granted.approver === operator);
  const until = Date.parse(granted.approvedAt ?? '') + policies.current().source.review.unsealing.days * DAY_MS;
  // Without an approval `until` is no number, and nothing is before it.
  if (!isParty || !(clock() < until)) throw new GatewayError('NOT_FOUND');
}
