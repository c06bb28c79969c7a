import type { Queryable } from '../../database/db.ts';
import { canonicalJson } from '../../policies/canonical-json.ts';
import type { AuthorizationTemplate } from '../../policies/authorization-template.ts';
import type { AuthorizationState } from '../../schema/authorization-terms.ts';
import type { Artefact, SealedArtefact } from './artefact.ts';
import type { Standing } from './life-cycle.ts';
import type { AuthorizationTerms } from './authorization-terms.ts';

/** One authorization as it is kept. Instants are RFC 3339 UTC. */
export interface AuthorizationRecord extends Standing {
  terms: AuthorizationTerms;
  artefact: Artefact | null;
  digest: string | null;
  jws: string | null;
  needsOpenLoan: boolean;
  loanOpen: boolean;
  reserved: number;
  /** City date of the latest use, and how many there were that day. */
  usedOn: string | null;
  usedThatDay: number;
  lost: number;
  requestedAt: string;
  decidedAt: string | null;
  endedAt: string | null;
}

interface Row extends Record<string, unknown> {
  state: AuthorizationState;
  terms: string;
  artefact: string | null;
  digest: string | null;
  jws: string | null;
  lapses_at: string;
  expires_at: string;
  max_uses: number;
  settled: number;
  reserved: number;
  used_on: string | null;
  used_that_day: number;
  needs_open_loan: boolean;
  loan_open: boolean;
  lost: bigint;
  requested_at: string;
  decided_at: string | null;
  ended_at: string | null;
}

const SELECT = `
  SELECT r.*, (SELECT count(*) FROM authorizations.use u WHERE u.authorization_id = r.id AND u.state = 'LOST') AS lost
  FROM authorizations.record r`;

/** The authorization of this id; undefined where there is none. */
export async function readRecord(db: Queryable, id: string): Promise<AuthorizationRecord | undefined> {
  const { rows } = await db.query<Row>(`${SELECT} WHERE r.id = $1`, [id]);
  return rows[0] && recordOf(rows[0]);
}

/** The state at an instant, `$3`, as `stateAt` says it of a record that is read. */
const STATE = `CASE WHEN r.state = 'REQUESTED' AND least(r.lapses_at, r.expires_at) <= $3 THEN 'LAPSED'
  WHEN r.state = 'ACTIVE' AND r.settled >= r.max_uses THEN 'EXHAUSTED' WHEN r.state = 'ACTIVE' AND r.expires_at <= $3 THEN 'EXPIRED' ELSE r.state END`;

/** Newest first, of a subject or a grantee or of all, in one state or in any, behind the one of the id `after` or from the first on, at most `limit`. `now` in milliseconds since the epoch. */
export async function listRecords(
  db: Queryable,
  {
    subject,
    grantee,
    state,
    after,
    now,
    limit,
  }: {
    subject?: string;
    grantee?: string;
    state: AuthorizationState | null;
    after: string | null;
    now: number;
    limit: number;
  },
): Promise<AuthorizationRecord[]> {
  const { rows } = await db.query<Row>(
    `${SELECT} WHERE ($1::text IS NULL OR r.subject = $1) AND ($2::text IS NULL OR r.grantee = $2) AND ($4::text IS NULL OR ${STATE} = $4)
       AND ($6::text IS NULL OR (r.requested_at, r.id) < (SELECT requested_at, id FROM authorizations.record WHERE id = $6))
     ORDER BY r.requested_at DESC, r.id DESC LIMIT $5`,
    [subject ?? null, grantee ?? null, new Date(now).toISOString(), state, limit, after],
  );
  return rows.map(recordOf);
}

/** Those that time or use has ended without anybody putting it on record, at most `limit`. `now` in milliseconds since the epoch. */
export async function dueRecords(db: Queryable, now: number, limit: number): Promise<AuthorizationRecord[]> {
  const { rows } = await db.query<Row>(
    `${SELECT} WHERE (r.state = 'REQUESTED' AND least(r.lapses_at, r.expires_at) <= $1)
        OR (r.state = 'ACTIVE' AND (r.expires_at <= $1 OR r.settled >= r.max_uses))
     ORDER BY r.expires_at LIMIT $2`,
    [new Date(now).toISOString(), limit],
  );
  return rows.map(recordOf);
}

/** Keeps a request. `now` in milliseconds since the epoch. */
export async function insertRequest(
  tx: Queryable,
  terms: AuthorizationTerms,
  template: AuthorizationTemplate,
  now: number,
): Promise<void> {
  const { id, subject, grantee, purpose, matter, notBefore, expiresAt, maxUses, maxUsesPerDay } = terms;
  const lapsesAt = new Date(now + template.requests.answerWithinDays * 86_400_000).toISOString();
  await tx.query(
    `INSERT INTO authorizations.record (id, state, subject, grantee, key_thumbprint, purpose, matter, terms, not_before, expires_at,
       lapses_at, max_uses, max_uses_per_day, reservation_seconds, needs_open_loan, requested_at)
     VALUES ($1, 'REQUESTED', $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
    [
      id,
      subject,
      grantee.organization,
      grantee.keyThumbprint,
      purpose,
      matter,
      canonicalJson(terms),
      notBefore,
      expiresAt,
      lapsesAt,
      maxUses,
      maxUsesPerDay,
      template.reservationSeconds,
      template.requires.openLoan,
      new Date(now).toISOString(),
    ],
  );
}

/** Moves one from a state to another, if it still is in the first; answers whether it was. `now` in milliseconds since the epoch. */
export async function moveRecord(
  tx: Queryable,
  {
    id,
    from,
    to,
    now,
    sealed,
  }: { id: string; from: AuthorizationState; to: AuthorizationState; now: number; sealed?: SealedArtefact },
): Promise<boolean> {
  const { rows } = await tx.query(
    `UPDATE authorizations.record SET state = $3,
       artefact = coalesce($5, artefact), digest = coalesce($6, digest), jws = coalesce($7, jws),
       decided_at = CASE WHEN $2 = 'REQUESTED' THEN $4 ELSE decided_at END,
       ended_at = CASE WHEN $3 = 'ACTIVE' THEN NULL ELSE $4::timestamptz END
     WHERE id = $1 AND state = $2 RETURNING id`,
    [id, from, to, new Date(now).toISOString(), sealed?.canonical ?? null, sealed?.digest ?? null, sealed?.jws ?? null],
  );
  return rows.length === 1;
}

/** Keeps whether the loan of an authorization is open. */
export async function keepLoan(tx: Queryable, id: string, open: boolean): Promise<void> {
  await tx.query('UPDATE authorizations.record SET loan_open = $2 WHERE id = $1', [id, open]);
}

/** Requests of a grantee to a subject for a purpose: those still waiting for the same matter, and how many were made after its latest refusal since an instant. */
export async function earlierRequests(
  tx: Queryable,
  { terms, since, now }: { terms: AuthorizationTerms; since: number; now: number },
): Promise<{ waiting: AuthorizationTerms[]; afterRefusal: number }> {
  const { rows } = await tx.query<{ waiting: string[] | null; after_refusal: bigint }>(
    `WITH theirs AS (
       SELECT * FROM authorizations.record WHERE subject = $1 AND grantee = $2 AND purpose = $3
     ), refusal AS (
       SELECT min(decided_at) AS first FROM theirs WHERE state = 'DECLINED' AND decided_at > $5
     )
     SELECT array_agg(terms) FILTER (WHERE state = 'REQUESTED' AND matter = $4 AND lapses_at > $6 AND expires_at > $6) AS waiting,
            count(*) FILTER (WHERE requested_at > refusal.first) AS after_refusal
     FROM theirs, refusal`,
    [
      terms.subject,
      terms.grantee.organization,
      terms.purpose,
      terms.matter,
      new Date(since).toISOString(),
      new Date(now).toISOString(),
    ],
  );
  const waiting = (rows[0]?.waiting ?? []).map((text) => JSON.parse(text) as AuthorizationTerms);
  return { waiting, afterRefusal: Number(rows[0]?.after_refusal ?? 0n) };
}

function recordOf(row: Row): AuthorizationRecord {
  return {
    state: row.state,
    terms: JSON.parse(row.terms) as AuthorizationTerms,
    artefact: row.artefact === null ? null : (JSON.parse(row.artefact) as Artefact),
    digest: row.digest,
    jws: row.jws,
    lapsesAt: row.lapses_at,
    expiresAt: row.expires_at,
    maxUses: row.max_uses,
    settled: row.settled,
    reserved: row.reserved,
    usedOn: row.used_on,
    usedThatDay: row.used_that_day,
    lost: Number(row.lost),
    needsOpenLoan: row.needs_open_loan,
    loanOpen: row.loan_open,
    requestedAt: row.requested_at,
    decidedAt: row.decided_at,
    endedAt: row.ended_at,
  };
}
