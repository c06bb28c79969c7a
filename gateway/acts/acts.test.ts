import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Db } from '../../database/db.ts';
import type { Acting } from '../../schema/acting.ts';
import { openTestDatabase } from '../../test/support/database.ts';
import { GatewayError } from '../errors.ts';
import { createQueryLog } from '../querylog/query-log.ts';
import { logSize, readEntries } from '../querylog/read-entries.ts';
import { createActs } from './acts.ts';

const NOW = Date.parse('2026-06-15T04:00:00Z');
const BY: Acting = {
  actor: 'CREDIT_OFFICE',
  organization: 'office',
  operator: 'li',
  purpose: 'INCIDENT_RESPONSE',
  requestId: 'r1',
};

let db: Db;
beforeAll(async () => {
  db = await openTestDatabase();
});
afterAll(() => db.close());

const acts = () =>
  createActs({ queryLog: createQueryLog({ db, origin: 'x' }), policies: { current: () => ({ hash: 'p' }) }, clock: () => NOW });

test('puts a change on record with who made it, and gives back its result', async () => {
  const at = await logSize(db);
  const act = { kind: 'SUSPENDED', object: 's1', digest: 'd', subjects: ['o-2', 'o-1', 'o-2'] } as const;
  expect(await acts().record(BY, act, async (tx) => (await tx.query('SELECT 7 AS n')).rows)).toEqual([{ n: 7 }]);
  const [logged] = await readEntries(db, at, 1);
  expect(logged?.entry).toMatchObject({
    caller: { actor: 'CREDIT_OFFICE', organization: 'office', operator: 'li' },
    purpose: 'INCIDENT_RESPONSE',
    requestId: 'r1',
    decision: 'ACTED',
    act: { kind: 'SUSPENDED', object: 's1', digest: 'd' },
    subjects: { asked: ['o-1', 'o-2'], returned: [] },
  });
});

test('rejects with what the change rejects with, and has then no entry', async () => {
  const before = await logSize(db);
  const refused = acts().record(BY, { kind: 'RESUMED', object: 's1' }, () => Promise.reject(new GatewayError('NOT_FOUND')));
  await expect(refused).rejects.toMatchObject({ code: 'NOT_FOUND' });
  expect(await logSize(db)).toBe(before);
});
