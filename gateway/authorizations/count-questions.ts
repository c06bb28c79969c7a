import type { Queryable } from '../../database/db.ts';
import type { Question } from '../disclosure/disclosure.ts';
import { GatewayError } from '../errors.ts';

/** The questions of one query that is about to be answered by an authorization. */
export interface AnsweredQuestions {
  authorization: string;
  questions: readonly Question[];
  /** Different ones that the authorization may answer in all. */
  limit: number;
  /** Milliseconds since the epoch. */
  now: number;
}

/**
 * Keeps the different questions that an authorization answers, each once however often it is asked: in the transaction that
 * spends the use, and after it, so that two queries never count side by side. Rejects with THRESHOLDS_EXHAUSTED past the limit.
 */
export async function countQuestions(tx: Queryable, { authorization, questions, limit, now }: AnsweredQuestions): Promise<void> {
  if (questions.length === 0) return;
  await tx.query(
    `INSERT INTO authorizations.question (authorization_id, coordinate, asked, first_answered_at)
     SELECT $1, coordinate, asked, $4 FROM unnest($2::text[], $3::text[]) AS question (coordinate, asked)
     ON CONFLICT DO NOTHING`,
    [
      authorization,
      questions.map(({ coordinate }) => coordinate),
      questions.map(({ asked }) => asked),
      new Date(now).toISOString(),
    ],
  );
  const { rows } = await tx.query<{ count: bigint }>(
    'SELECT count(*) AS count FROM authorizations.question WHERE authorization_id = $1',
    [authorization],
  );
  if (Number(rows[0]?.count ?? 0n) > limit) throw new GatewayError('THRESHOLDS_EXHAUSTED', { limit });
}
