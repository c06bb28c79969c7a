import type { Queryable } from '../../database/db.ts';
import type { PolicySet } from '../../policies/policy-set.ts';
import type { Acting } from '../../schema/acting.ts';
import { cityToday } from '../../schema/city-clock.ts';
import { isSubjectId } from '../../schema/identifiers/subject-id.ts';
import { GatewayError } from '../errors.ts';
import { daysAfter } from './city-moment.ts';
import type { ReviewDeskParts } from './review-desk.ts';
import { rulesOn } from './review-entries.ts';
import { reviewerOf } from './reviewer.ts';

/** A subject that auditors watch, and since when. */
export interface Watch {
  subject: string;
  since: string;
  organization: string;
  operator: string | null;
}

/** Watches subjects, each beginning and end an act; to watch again is to begin anew. Rejects with INPUT_INVALID (no subject's id), NOT_FOUND (not watched). */
export function watchDesk({ db, acts, policies, clock }: ReviewDeskParts & { policies: { current(): PolicySet } }) {
  return {
    async watch(by: Acting, subject: string): Promise<Watch> {
      const { organization, operator } = reviewerOf(by);
      if (!isSubjectId(subject)) throw new GatewayError('INPUT_INVALID', { argument: 'subject' });
      const since = new Date(clock()).toISOString();
      return acts.record(by, { kind: 'SUBJECT_WATCHED', object: subject }, (tx) =>
        one(
          tx,
          `INSERT INTO review.watch (subject, since, organization, operator) VALUES ($1, $2, $3, $4)
           ON CONFLICT (subject) DO UPDATE SET since = excluded.since, organization = excluded.organization, operator = excluded.operator
           RETURNING subject, since, organization, operator`,
          [subject, since, organization, operator],
        ),
      );
    },
    async unwatch(by: Acting, subject: string): Promise<Watch> {
      reviewerOf(by);
      return acts.record(by, { kind: 'SUBJECT_UNWATCHED', object: subject }, (tx) =>
        one(tx, 'DELETE FROM review.watch WHERE subject = $1 RETURNING subject, since, organization, operator', [subject]),
      );
    },
    /** Those whose watch has not run out. */
    async watched(): Promise<Watch[]> {
      const { rows } = await db.query(
        'SELECT subject, since, organization, operator FROM review.watch ORDER BY since DESC, subject',
      );
      const today = cityToday(clock);
      const days = rulesOn(today, policies.current()).flatMap((rule) => (rule.kind === 'WATCHED_SUBJECT' ? [rule.days] : []));
      const runsOut = (since: string) =>
        daysAfter(
          cityToday(() => Date.parse(since)),
          Math.max(...days),
        );
      return days.length === 0 ? [] : (rows as unknown as Watch[]).filter(({ since }) => runsOut(since) >= today);
    },
  };
}

async function one(tx: Queryable, sql: string, params: readonly string[]): Promise<Watch> {
  const { rows } = await tx.query(sql, params);
  if (rows[0] === undefined) throw new GatewayError('NOT_FOUND');
  return rows[0] as unknown as Watch;
}
