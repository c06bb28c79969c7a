import { randomUUID } from 'node:crypto';
import type { Queryable } from '../../database/db.ts';
import { cityToday } from '../../schema/city-clock.ts';
import { type ErrorCode, GatewayError } from '../errors.ts';
import { stateAt } from './life-cycle.ts';
import { type AuthorizationRecord, readRecord } from './records.ts';

/** One query that wants to use an authorization, as everything about it is proved or declared. */
export interface UseAttempt {
  authorization: string;
  requestId: string;
  grantee: string;
  keyThumbprint: string | undefined;
  purpose: string;
  matter: string | undefined;
  subject: string;
  /** Milliseconds since the epoch. */
  now: number;
}

/**
 * Checks an authorization and takes one use of it, in one statement: whichever gateway comes first to the row decides, and nothing
 * that was read before counts. Nothing is remembered between two attempts.
 */
const RESERVE = `
WITH taken AS (
  UPDATE authorizations.record SET
    reserved = reserved + 1,
    used_that_day = CASE WHEN used_on >= $8::date THEN used_that_day ELSE 0 END + 1,
    used_on = greatest(used_on, $8::date)
  WHERE id = $1 AND state = 'ACTIVE' AND not_before <= $7 AND expires_at > $7
    AND grantee = $2 AND key_thumbprint = $3 AND purpose = $4 AND matter = $5 AND subject = $6
    AND reserved + settled < max_uses
    AND CASE WHEN used_on >= $8::date THEN used_that_day ELSE 0 END < max_uses_per_day
    AND (loan_open OR NOT needs_open_loan)
  RETURNING id, used_on, reservation_seconds
)
INSERT INTO authorizations.use (id, authorization_id, request_id, state, used_on, reserved_at, overdue_at)
SELECT $9, id, $10, 'RESERVED', used_on, $7, $7::timestamptz + reservation_seconds * interval '1 second' FROM taken
RETURNING id`;

/**
 * Takes one use, for a query that is about to be executed; resolves with the use's id. From here on it counts as used, until it is
 * settled, returned, or lost when its time is over.
 * Rejects with AUTHORIZATION_… for the first thing that is wrong.
 */
export async function reserveUse(db: Queryable, attempt: UseAttempt): Promise<string> {
  const use = randomUUID();
  if (await reserve(db, attempt, use)) return use;
  const fault = await faultOf(db, attempt);
  // Uses that a dead gateway took away may be what is missing.
  const retry = fault === 'AUTHORIZATION_EXHAUSTED' || fault === 'AUTHORIZATION_DAY_EXHAUSTED';
  if (retry && (await returnOverdue(db, attempt.now, attempt.authorization)) > 0 && (await reserve(db, attempt, use))) return use;
  throw new GatewayError(fault);
}

async function reserve(db: Queryable, attempt: UseAttempt, use: string): Promise<boolean> {
  const { authorization, requestId, grantee, keyThumbprint = '', purpose, matter = '', subject, now } = attempt;
  const { rows } = await db.query(
    RESERVE,
    [
      authorization,
      grantee,
      keyThumbprint,
      purpose,
      matter,
      subject,
      new Date(now).toISOString(),
      cityToday(() => now),
      use,
      requestId,
    ],
    { prepared: true },
  );
  return rows.length === 1;
}

/** Why it could not be taken; what another query changed meanwhile is told as it is now. */
async function faultOf(db: Queryable, attempt: UseAttempt): Promise<ErrorCode> {
  const record = await readRecord(db, attempt.authorization);
  // Of somebody else's not even its being there is told.
  if (record === undefined || record.terms.grantee.organization !== attempt.grantee) return 'AUTHORIZATION_UNKNOWN';
  return FAULTS.find(([, isFault]) => isFault(record, attempt))?.[0] ?? 'AUTHORIZATION_EXHAUSTED';
}

type Fault = readonly [ErrorCode, (record: AuthorizationRecord, attempt: UseAttempt) => boolean];

const FAULTS: readonly Fault[] = [
  ['AUTHORIZATION_KEY_MISMATCH', ({ terms }, { keyThumbprint }) => terms.grantee.keyThumbprint !== keyThumbprint],
  ['AUTHORIZATION_NOT_GRANTED', (record, { now }) => stateAt(record, now) === 'REQUESTED'],
  ['AUTHORIZATION_DECLINED', (record, { now }) => stateAt(record, now) === 'DECLINED'],
  ['AUTHORIZATION_LAPSED', (record, { now }) => stateAt(record, now) === 'LAPSED'],
  ['AUTHORIZATION_REVOKED', (record, { now }) => stateAt(record, now) === 'REVOKED'],
  ['AUTHORIZATION_EXPIRED', (record, { now }) => stateAt(record, now) === 'EXPIRED'],
  ['AUTHORIZATION_SUSPENDED', (record, { now }) => stateAt(record, now) === 'SUSPENDED'],
  ['AUTHORIZATION_PURPOSE_MISMATCH', ({ terms }, { purpose }) => terms.purpose !== purpose],
  ['AUTHORIZATION_MATTER_MISMATCH', ({ terms }, { matter }) => terms.matter !== matter],
  ['AUTHORIZATION_SUBJECT_MISMATCH', ({ terms }, { subject }) => terms.subject !== subject],
  ['AUTHORIZATION_NOT_BEGUN', ({ terms }, { now }) => Date.parse(terms.notBefore) > now],
  ['AUTHORIZATION_LOAN_NOT_OPEN', ({ needsOpenLoan, loanOpen }) => needsOpenLoan && !loanOpen],
  ['AUTHORIZATION_EXHAUSTED', ({ reserved, settled, maxUses }) => reserved + settled >= maxUses],
  [
    'AUTHORIZATION_DAY_EXHAUSTED',
    ({ usedOn, usedThatDay, terms }, { now }) =>
      usedOn !== null && usedOn >= cityToday(() => now) && usedThatDay >= terms.maxUsesPerDay,
  ],
];

const SETTLE = `
WITH used AS (
  UPDATE authorizations.use SET state = 'SETTLED', resolved_at = $2 WHERE id = $1 AND state = 'RESERVED' RETURNING authorization_id
)
UPDATE authorizations.record AS record SET reserved = reserved - 1, settled = settled + 1 FROM used
WHERE record.id = used.authorization_id AND record.state = 'ACTIVE' AND record.not_before <= $2 AND record.expires_at > $2
  AND (record.loan_open OR NOT record.needs_open_loan)
RETURNING record.id`;

/**
 * Spends a reserved use: in the transaction that appends the release, with the end of the log held, so that a release is either
 * before a revocation on the log or never. Rejects with AUTHORIZATION_ENDED when the authorization or the reservation is over.
 */
export async function settleUse(tx: Queryable, use: string, now: number): Promise<void> {
  const { rows } = await tx.query(SETTLE, [use, new Date(now).toISOString()]);
  if (rows.length !== 1) throw new GatewayError('AUTHORIZATION_ENDED');
}

/** Gives a reserved use back: nothing left, so nothing is used up. One that is settled or lost already stays so. */
export async function returnUse(db: Queryable, use: string, now: number): Promise<void> {
  await db.query(
    `WITH used AS (
       UPDATE authorizations.use SET state = 'RETURNED', resolved_at = $2 WHERE id = $1 AND state = 'RESERVED' RETURNING authorization_id, used_on
     )
     UPDATE authorizations.record AS record SET reserved = reserved - 1,
       used_that_day = used_that_day - (record.used_on = used.used_on)::integer
     FROM used WHERE record.id = used.authorization_id`,
    [use, new Date(now).toISOString()],
  );
}

/**
 * Gives back what was reserved longer ago than the template allows, of one authorization or of all; answers how many uses. Which of them
 * were of the day that counts is told by the row as it is changed, not as it was read: a use of the next day may be reserved in between.
 */
export async function returnOverdue(db: Queryable, now: number, authorization?: string): Promise<number> {
  const { rows } = await db.query<{ count: bigint }>(
    `WITH overdue AS (
       SELECT id FROM authorizations.use
       WHERE state = 'RESERVED' AND overdue_at <= $1 AND ($2::text IS NULL OR authorization_id = $2)
       ORDER BY id LIMIT 100 FOR UPDATE SKIP LOCKED
     ), used AS (
       UPDATE authorizations.use SET state = 'LOST', resolved_at = $1 FROM overdue WHERE use.id = overdue.id
       RETURNING use.authorization_id, use.used_on
     ), lost AS (
       SELECT authorization_id AS id, count(*) AS uses, array_agg(used_on) AS days FROM used GROUP BY 1
     ), given AS (
       UPDATE authorizations.record AS record SET reserved = reserved - lost.uses,
         used_that_day = used_that_day - (SELECT count(*) FROM unnest(lost.days) AS day WHERE day = record.used_on)
       FROM lost WHERE record.id = lost.id
     )
     SELECT coalesce(sum(uses), 0)::bigint AS count FROM lost`,
    [new Date(now).toISOString(), authorization ?? null],
  );
  return Number(rows[0]?.count ?? 0n);
}
