import { randomUUID } from 'node:crypto';
import { UNIQUE_VIOLATION } from '../../database/database-error.ts';
import { DatabaseError, type Queryable } from '../../database/db.ts';
import type { PolicySet } from '../../policies/policy-set.ts';
import type { Acting } from '../../schema/acting.ts';
import type { Clock } from '../../schema/city-clock.ts';
import { DEPARTMENTS, isGatewaySubgraph } from '../../schema/signed-context.ts';
import type { Acts } from '../acts/acts.ts';
import { digestOf } from '../acts/digest-of.ts';
import { readReason } from '../acts/read-reason.ts';
import { GatewayError } from '../errors.ts';
import type { Suspended } from './suspended.ts';
import { type Named, readTarget, type Suspension, type SuspensionTarget } from './suspension.ts';
import { touchedSubjects, type Window } from './touched-subjects.ts';

/**
 * Suspends and resumes, for whoever the policy lets. Rejects with INPUT_INVALID (no one target, one that nothing is called, an empty reason, or
 * what the caller acts with itself), ALREADY_DONE (suspended or resumed before), NOT_FOUND.
 */
export function suspensionDesk({
  db,
  acts,
  suspended,
  policies,
  clock,
}: {
  db: Queryable;
  acts: Acts;
  suspended: Pick<Suspended, 'refresh'>;
  policies: { current(): Pick<PolicySet, 'purposes'> };
  clock: Clock;
}) {
  return {
    async suspend(by: Acting, target: SuspensionTarget, reason: string): Promise<Suspension> {
      const what = readTarget(target);
      assertKnown(what, policies.current());
      assertNotOneself(by, what);
      const made = {
        id: randomUUID(),
        ...what,
        reason: readReason(reason),
        since: new Date(clock()).toISOString(),
        suspendedBy: nameOf(by),
      };
      const digest = digestOf(made);
      const done = await acts.record(by, { kind: 'SUSPENDED', object: made.id, digest }, (tx) => insert(tx, made));
      // Here at once; elsewhere within the second that followers take.
      await suspended.refresh();
      return done;
    },
    async resume(by: Acting, id: string, reason: string): Promise<Suspension> {
      const end = { until: new Date(clock()).toISOString(), resumedBy: nameOf(by), resumeReason: readReason(reason) };
      const digest = digestOf({ id, ...end });
      const done = await acts.record(by, { kind: 'RESUMED', object: id, digest }, (tx) => finish(tx, id, end));
      await suspended.refresh();
      return done;
    },
    /** Newest first: those in force, or all there ever were. */
    async suspensions({ inForce }: { inForce: boolean }): Promise<Suspension[]> {
      const { rows } = await db.query(
        `SELECT ${COLUMNS} FROM suspension.suspension WHERE NOT $1 OR until IS NULL ORDER BY since DESC, id`,
        [inForce],
      );
      return rows as unknown as Suspension[];
    },
    touched: (target: SuspensionTarget, window: Window) => touchedSubjects(db, readTarget(target), window),
  };
}

const COLUMNS = `id, kind, target, operator, reason, since, suspended_by AS "suspendedBy", until, resumed_by AS "resumedBy",
  resume_reason AS "resumeReason"`;

/** A name that was mistyped would stop nothing, and be answered as if it did. Organisations and their accounts are not known here. */
function assertKnown({ kind, target }: Named, { purposes }: Pick<PolicySet, 'purposes'>): void {
  const isUnknown =
    (kind === 'PURPOSE' && !purposes.some(({ code }) => code === target)) ||
    (kind === 'DEPARTMENT' && !isGatewaySubgraph(target) && !DEPARTMENTS.some((name) => name === target));
  if (isUnknown) throw new GatewayError('INPUT_INVALID', { argument: 'target' });
}

/** The subgraph that suspends and resumes. */
const ACTS_WITH = 'oversight';

/** Whoever suspends what it acts with could not resume it: nobody might be left who can. */
function assertNotOneself({ organization, operator, purpose }: Acting, { kind, target, operator: account }: Named): void {
  const own =
    (kind === 'PURPOSE' && target === purpose) ||
    (kind === 'DEPARTMENT' && target === ACTS_WITH) ||
    (kind === 'ORGANIZATION' && target === organization) ||
    (kind === 'CLIENT' && target === organization && account === operator);
  if (own) throw new GatewayError('INPUT_INVALID', { argument: 'target' });
}

function nameOf({ organization, operator }: Acting): string {
  return operator === undefined ? organization : `${organization}/${operator}`;
}

async function insert(tx: Queryable, made: Omit<Suspension, 'until' | 'resumedBy' | 'resumeReason'>): Promise<Suspension> {
  const { id, kind, target, operator, reason, since, suspendedBy } = made;
  try {
    const { rows } = await tx.query(
      `INSERT INTO suspension.suspension (id, kind, target, operator, reason, since, suspended_by) VALUES ($1, $2, $3, $4, $5, $6, $7)
       RETURNING ${COLUMNS}`,
      [id, kind, target, operator, reason, since, suspendedBy],
    );
    return rows[0] as unknown as Suspension;
  } catch (error) {
    const known = error instanceof DatabaseError && error.sqlState === UNIQUE_VIOLATION;
    throw known ? new GatewayError('ALREADY_DONE') : error;
  }
}

async function finish(
  tx: Queryable,
  id: string,
  end: { until: string; resumedBy: string; resumeReason: string },
): Promise<Suspension> {
  const { rows } = await tx.query(
    `UPDATE suspension.suspension SET until = $2, resumed_by = $3, resume_reason = $4 WHERE id = $1 AND until IS NULL RETURNING ${COLUMNS}`,
    [id, end.until, end.resumedBy, end.resumeReason],
  );
  if (rows[0] !== undefined) return rows[0] as unknown as Suspension;
  const { rows: known } = await tx.query('SELECT FROM suspension.suspension WHERE id = $1', [id]);
  throw new GatewayError(known.length > 0 ? 'ALREADY_DONE' : 'NOT_FOUND');
}
