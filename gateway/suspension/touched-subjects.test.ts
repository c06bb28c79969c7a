import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Db } from '../../database/db.ts';
import { openTestDatabase } from '../../test/support/database.ts';
import { indexBatch } from '../audit/follow-log.ts';
import { entryOf } from '../querylog/entry.fixture.ts';
import { createQueryLog } from '../querylog/query-log.ts';
import { touchedSubjects } from './touched-subjects.ts';

const COMPANY = '91999900MB00000195';
const WINDOW = { from: '2026-01-01T00:00:00Z', to: '2027-01-01T00:00:00Z', first: 10, after: null };

let db: Db;
beforeAll(async () => {
  db = await openTestDatabase();
  const log = createQueryLog({ db, origin: 'x' });
  const subjects = (id: string) => ({ asked: [id], returned: [id] });
  const subject = { actor: 'SUBJECT', organization: COMPANY, subject: 'o-self' } as const;
  await log.append(entryOf('r0', { caller: subject, subjects: subjects('o-1') }));
  await log.append(entryOf('r1', { caller: { ...subject, operator: 'li' }, subjects: subjects('o-2') }));
  await log.append(entryOf('r2', { caller: subject, subjects: subjects('o-3'), decision: 'REFUSED', code: 'PURPOSE_FORBIDDEN' }));
  await log.append(entryOf('r3', { subjects: subjects('o-4') }));
  await indexBatch(db);
});
afterAll(() => db.close());

const touched = async (named: Parameters<typeof touchedSubjects>[1]) =>
  (await touchedSubjects(db, named, WINDOW)).map((row) => row.subject);

test.each([
  ['an organisation whose callers ask for themselves', { kind: 'ORGANIZATION', target: COMPANY, operator: null }, ['o-1', 'o-2']],
  ['one account of it', { kind: 'CLIENT', target: COMPANY, operator: 'li' }, ['o-2']],
  ['an organisation of the government', { kind: 'ORGANIZATION', target: '11370000MB2800001A', operator: null }, ['o-4']],
  ['an organisation that never asked', { kind: 'ORGANIZATION', target: 'nobody', operator: null }, []],
] as const)('whom %s was shown is found', async (_, named, subjects) => {
  expect(await touched(named)).toEqual(subjects);
});
