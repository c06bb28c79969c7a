import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Db } from '../../database/db.ts';
import { openTestDatabase } from '../../test/support/database.ts';
import { CALLERS, insert, madeUpId, testSubgraph } from '../kit/test-subgraph.ts';
import { registry } from './department.ts';

const FIRM = madeUpId('firm');
const COMPANY = madeUpId('company');
const MERGED = madeUpId('merged');
let db: Db;
let department: ReturnType<typeof testSubgraph>;

const officer = (role: string, name: string, hash: string, since: string | null) => ({
  subject_id: FIRM,
  role,
  name,
  since,
  content_hash: hash.repeat(64),
});
beforeAll(async () => {
  db = await openTestDatabase();
  department = testSubgraph(registry, db);
  const subject = (subject_id: string) => ({
    subject_id,
    name: '云汀一行',
    kind: 'ENTERPRISE_LEGAL_PERSON',
    unified_social_credit_code: subject_id,
  });
  await insert(db, 'registry.subject', [subject(FIRM), subject(COMPANY)]);
  await insert(db, 'registry.previous_name', [
    { subject_id: COMPANY, name: '云汀一厂', used_until: '2001-01-01' },
    { subject_id: COMPANY, name: '云汀二厂', used_until: '2010-01-01' },
    { subject_id: FIRM, name: '云汀三厂', used_until: '2010-01-01' },
  ]);
  await insert(db, 'registry.succession', [
    { subject_id: MERGED, successor_id: COMPANY, kind: 'MERGER', succeeded_on: '2020-05-01' },
  ]);
  await insert(db, 'registry.officer', [
    officer('SUPERVISOR', '甲', '0', '2019-01-01'),
    officer('DIRECTOR', '乙', 'c', '2020-01-01'),
    officer('DIRECTOR', '丙', 'a', '2021-06-30'),
    officer('DIRECTOR', '丁', 'b', null),
  ]);
  await insert(
    db,
    'registry.succession',
    ['a', 'b', 'c'].map((name, index) => ({
      subject_id: madeUpId(`merged-${name}`),
      successor_id: FIRM,
      kind: 'MERGER',
      succeeded_on: `202${index}-01-01`,
    })),
  );
});
afterAll(() => db.close());

const registration = async (selection: string) => {
  const [firm] = await department.entities(CALLERS.auditor, [FIRM, COMPANY], `registration { ${selection} }`);
  return firm?.['registration'] as Record<string, unknown>;
};

test.each([
  ['in the order of roles, and within one of nothing that is masked', '', ['丙', '丁', '乙', '甲']],
  ['from a date on', '(sinceFrom: "2020-01-01")', ['丙', '乙']],
  ['up to a date', '(sinceTo: "2020-01-01")', ['乙', '甲']],
  ['of a span, one of it', '(first: 1, sinceFrom: "2019-01-01", sinceTo: "2020-01-01")', ['乙']],
  ['for nulls as for nothing', '(first: null, sinceFrom: null, sinceTo: null)', ['丙', '丁', '乙', '甲']],
])('gives officers %s', async (_, args, names) => {
  expect(await registration(`officers${args} { name }`)).toEqual({ officers: names.map((name) => ({ name })) });
});

test('gives as many predecessors and former names of each subject as are asked for', async () => {
  expect(await registration('predecessors(first: 2) { id }')).toEqual({
    predecessors: [{ id: madeUpId('merged-c') }, { id: madeUpId('merged-b') }],
  });
  const [, company] = await department.entities(
    CALLERS.auditor,
    [FIRM, COMPANY],
    'registration { previousNames(first: 1) predecessors(first: 1) { id } }',
  );
  expect(company).toEqual({ registration: { previousNames: ['云汀二厂'], predecessors: [{ id: MERGED }] } });
  expect(department.statements).toHaveLength(3);
});

test.each(['previousNames(first: 101)', 'predecessors(first: 101) { id }', 'predecessors(first: 0) { id }'])(
  'refuses %s',
  async (list) => {
    await expect(registration(list)).rejects.toThrow('INPUT_INVALID');
  },
);
