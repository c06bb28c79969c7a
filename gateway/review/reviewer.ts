import type { Queryable } from '../../database/db.ts';
import type { Acting } from '../../schema/acting.ts';
import { GatewayError } from '../errors.ts';
import type { QueryLogEntry } from '../querylog/entry.ts';
import type { QueuedAlert } from './find-alerts.ts';

/** A person who reviews, by work account. */
export interface Reviewer {
  organization: string;
  operator: string;
}

/** Who acts. @throws {GatewayError} ACT_FORBIDDEN for an account that is no one person's: it could be anybody's own query. */
export function reviewerOf({ organization, operator }: Pick<Acting, 'organization' | 'operator'>): Reviewer {
  if (operator === undefined) throw new GatewayError('ACT_FORBIDDEN', { argument: 'operator' });
  return { organization, operator };
}

/**
 * Nobody reviews their own query: not the account an alert is about, and nobody whose entry it stands on. What an alert stands on
 * never changes, so this may be asked before the act. Rejects with OWN_QUERY.
 */
export async function assertNotTheirOwn(db: Queryable, alert: QueuedAlert, reviewers: readonly Reviewer[]): Promise<void> {
  const { rows } = await db.query<{ canonical: string }>('SELECT canonical FROM querylog.entry WHERE seq = ANY($1)', [
    alert.entries,
  ]);
  const callers = rows.map(({ canonical }) => (JSON.parse(canonical) as QueryLogEntry).caller);
  for (const { organization, operator } of reviewers) {
    const own = [alert, ...callers].some((one) => one?.organization === organization && one.operator === operator);
    if (own) throw new GatewayError('OWN_QUERY');
  }
}
