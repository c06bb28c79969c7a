import type { Queryable } from '../../database/db.ts';
import type { Alert } from './alert.ts';
import type { Reviewed } from './review-entries.ts';
import type { Account } from './reviewed-look.ts';

/** Puts alerts into the queue, in their order; those that are there stay as they are. Resolves with how many are new. */
export async function keepAlerts(db: Queryable, alerts: readonly Alert[]): Promise<number> {
  let kept = 0;
  for (const alert of alerts) {
    const { rows } = await db.query(
      `INSERT INTO review.alert (id, rule, kind, at, day, organization, operator, subject, sentence, figures, entries, entry_count)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (id) DO NOTHING RETURNING id`,
      [
        alert.id,
        alert.rule,
        alert.kind,
        alert.time,
        alert.day,
        alert.organization,
        alert.operator,
        alert.subject,
        alert.sentence,
        JSON.stringify(alert.figures),
        alert.entries,
        alert.entryCount,
      ],
    );
    kept += rows.length;
  }
  return kept;
}

/** Adds what was counted to the days. In the transaction that moves `review.progress` on, so that each entry counts once. */
export async function keepTallies(tx: Queryable, { tallies }: Pick<Reviewed, 'tallies'>): Promise<void> {
  for (const [day, { accesses, unexplained, alerts }] of tallies)
    await tx.query(
      `INSERT INTO review.day AS known (day, accesses, unexplained, alerts) VALUES ($1, $2, $3, $4)
       ON CONFLICT (day) DO UPDATE SET accesses = known.accesses + excluded.accesses,
         unexplained = known.unexplained + excluded.unexplained, alerts = known.alerts + excluded.alerts`,
      [day, accesses, unexplained, alerts],
    );
}

/** Who bears the accounts of these operators, as organisations told (`xinqiao log operators`). */
export async function readOwnSubjects(
  db: Queryable,
  operators: readonly string[],
): Promise<(account: Account) => readonly string[]> {
  const { rows } = await db.query<{ organization: string; operator: string; subject: string }>(
    'SELECT organization, operator, subject FROM review.operator_subject WHERE operator = ANY($1)',
    [[...new Set(operators)]],
  );
  if (rows.length === 0) return () => [];
  return ({ organization, operator }) =>
    rows.filter((row) => row.organization === organization && row.operator === operator).map(({ subject }) => subject);
}
