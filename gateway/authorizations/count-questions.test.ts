import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Db } from '../../database/db.ts';
import { openTestDatabase } from '../../test/support/database.ts';
import { NOW } from './authorization.fixture.ts';
import { countQuestions } from './count-questions.ts';

let db: Db;
beforeAll(async () => {
  db = await openTestDatabase();
});
beforeEach(async () => {
  await db.query('TRUNCATE authorizations.record CASCADE');
  for (const id of ['a1', 'a2'])
    await db.query(
      `INSERT INTO authorizations.record (id, state, subject, grantee, key_thumbprint, purpose, matter, terms, not_before, expires_at,
         lapses_at, max_uses, max_uses_per_day, reservation_seconds, needs_open_loan, requested_at)
       VALUES ($1, 'REQUESTED', 's', 'b', 'k', 'LOAN_PRE', 'm', '{}', now(), now(), now(), 3, 3, 60, false, now())`,
      [id],
    );
});
afterAll(() => db.close());

const question = (amount: string, year = 2025) => ({
  coordinate: 'TaxStanding.paidAtLeast',
  asked: `{"amount":"${amount}","year":${year}}`,
});
const answer = (questions: ReturnType<typeof question>[], authorization = 'a1') =>
  db.transaction((tx) => countQuestions(tx, { authorization, questions, limit: 3, now: NOW }));

test('a question counts once, however often it is asked, and for each authorization apart', async () => {
  await answer([question('0'), question('10000')]);
  await answer([question('0'), question('10000'), question('0', 2024)]);
  await answer([question('0')], 'a2');
  const { rows } = await db.query(
    'SELECT authorization_id AS id, count(*)::int AS count FROM authorizations.question GROUP BY 1 ORDER BY 1',
  );
  expect(rows).toEqual([
    { id: 'a1', count: 3 },
    { id: 'a2', count: 1 },
  ]);
});

test('past the limit nothing is answered and nothing is kept, and what was asked before is answered again', async () => {
  await answer([question('0'), question('10000')]);
  await expect(answer([question('100000'), question('500000')])).rejects.toMatchObject({
    code: 'THRESHOLDS_EXHAUSTED',
    details: { limit: 3 },
  });
  await expect(answer([question('0'), question('10000'), question('100000')])).resolves.toBeUndefined();
  await expect(answer([question('500000')])).rejects.toMatchObject({ code: 'THRESHOLDS_EXHAUSTED' });
  await expect(answer([question('100000'), question('0')])).resolves.toBeUndefined();
});

test('a query without questions asks the database nothing', async () => {
  const untouched = { query: async () => expect.unreachable() };
  await countQuestions(untouched, { authorization: 'a1', questions: [], limit: 0, now: NOW });
});
