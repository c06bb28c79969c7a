import type { Queryable, SqlValue } from '../../database/db.ts';
import type { AlertState } from './alert-state.ts';

/** An alert as the queue has it. */
export interface QueuedAlert {
  id: string;
  /** Place in the queue. */
  number: bigint;
  rule: string;
  kind: string;
  time: string;
  day: string;
  /** Empty where it is about no one account. */
  organization: string;
  operator: string | null;
  subject: string | null;
  sentence: string;
  figures: Readonly<Record<string, number | string>>;
  entries: readonly bigint[];
  entryCount: number;
  state: AlertState;
  assigneeOrganization: string | null;
  assignee: string | null;
}

/** Which alerts: all that is given must hold. */
export interface AlertFilter {
  state?: AlertState | null;
  rule?: string | null;
  organization?: string | null;
  operator?: string | null;
  subject?: string | null;
  assignee?: string | null;
}

const COLUMNS = `id, number, rule, kind, at AS time, day, organization, operator, subject, sentence, figures, entries,
  entry_count AS "entryCount", state, assignee_organization AS "assigneeOrganization", assignee`;

/** Columns that a filter may name: never anything of the caller's. */
const FILTERED = ['state', 'rule', 'organization', 'operator', 'subject', 'assignee'] as const;

/** Alerts from new to old, at most `limit`, older than the number where one is given. */
export async function findAlerts(
  db: Queryable,
  filter: AlertFilter,
  { limit, olderThan }: { limit: number; olderThan?: bigint | undefined },
): Promise<QueuedAlert[]> {
  const params: SqlValue[] = [limit];
  const conditions = FILTERED.flatMap((column) => {
    const value = filter[column];
    return value === null || value === undefined ? [] : [`${column} = $${params.push(value)}`];
  });
  if (olderThan !== undefined) conditions.push(`number < $${params.push(olderThan)}`);
  const where = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '';
  const { rows } = await db.query(`SELECT ${COLUMNS} FROM review.alert ${where} ORDER BY number DESC LIMIT $1`, params);
  return rows as unknown as QueuedAlert[];
}

/** The alert of an id; undefined where there is none. `lock` holds it until the transaction ends. */
export async function findAlert(db: Queryable, id: string, lock = false): Promise<QueuedAlert | undefined> {
  const { rows } = await db.query(`SELECT ${COLUMNS} FROM review.alert WHERE id = $1${lock ? ' FOR UPDATE' : ''}`, [id]);
  return rows[0] as unknown as QueuedAlert | undefined;
}

/** What was done about an alert, in order. */
export interface AlertStep {
  time: string;
  organization: string;
  operator: string | null;
  kind: string;
  comment: string | null;
  /** Account to which it gave the alert, of the same organisation; null where it gave it to nobody. */
  assignee: string | null;
}

/** The steps of an alert, oldest first. */
export async function findSteps(db: Queryable, alert: string): Promise<AlertStep[]> {
  const { rows } = await db.query(
    'SELECT at AS time, organization, operator, kind, comment, assignee FROM review.alert_step WHERE alert = $1 ORDER BY number',
    [alert],
  );
  return rows as unknown as AlertStep[];
}

/** Access and alerts by city day, newest first. */
export interface ReviewedDay {
  day: string;
  accesses: bigint;
  unexplained: bigint;
  alerts: bigint;
}

/** What was counted on the days from one to another, both included. */
export async function findDays(db: Queryable, from: string, to: string): Promise<ReviewedDay[]> {
  const { rows } = await db.query(
    'SELECT day, accesses, unexplained, alerts FROM review.day WHERE day BETWEEN $1 AND $2 ORDER BY day DESC',
    [from, to],
  );
  return rows as unknown as ReviewedDay[];
}
