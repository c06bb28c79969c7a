import { expect, test } from 'vitest';
import { DatabaseError, type Queryable } from '../../database/db.ts';
import { ensureMonths } from './months.ts';

const NOW = Date.UTC(2026, 10, 30);
/** A database that fails so when it is asked for this month. */
const failing = (sqlState: string, asked: unknown[] = []): Queryable => ({
  async query(_sql, [month] = []) {
    asked.push(month);
    if (month === '2026-11-01') throw new DatabaseError('failed', sqlState);
    return { rows: [] };
  },
});

test('a month that another gateway makes at the same moment is made, and the next ones are seen to', async () => {
  const asked: unknown[] = [];
  await ensureMonths(failing('42P07', asked), NOW);
  expect(asked).toEqual(['2026-11-01', '2026-12-01', '2027-01-01']);
});

test('readers that hold the table for too long are told of', async () => {
  await expect(ensureMonths(failing('55P03'), NOW)).rejects.toMatchObject({ sqlState: '55P03' });
});
