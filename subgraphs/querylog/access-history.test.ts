import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Db, Queryable } from '../../database/db.ts';
import { emptyReadModel, indexBatch } from '../../gateway/audit/follow-log.ts';
import { logReading } from '../../gateway/audit/log-reading.ts';
import { entryOf } from '../../gateway/querylog/entry.fixture.ts';
import type { QueryLogEntry } from '../../gateway/querylog/entry.ts';
import { createQueryLog } from '../../gateway/querylog/query-log.ts';
import { policies } from '../../policies/policies.fixture.ts';
import { openTestDatabase } from '../../test/support/database.ts';
import { CALLERS, madeUpId, self, testSubgraph } from '../kit/test-subgraph.ts';
import { querylogSubgraph } from './department.ts';
import { NO_DESKS } from './desks.fixture.ts';

const COMPANY = madeUpId('company');
const PERSON = madeUpId('person', 'p');

let db: Db;
let writer: ReturnType<typeof createQueryLog>;
let log: ReturnType<typeof testSubgraph>;
let openLog: (database: Queryable) => typeof log;
/** Of the tests' clock, 2026-06-15: sealed for 180 days from 2026-06-01. */
const SEALED = { purpose: 'AUDIT_SUPERVISION', matter: '立案〔2026〕7号' };
const LOOKS: Partial<QueryLogEntry>[] = [
  { subjects: { asked: [COMPANY], returned: [COMPANY, PERSON] } },
  { subjects: { asked: [], returned: [] } },
  { ...SEALED, subjects: { asked: [COMPANY], returned: [COMPANY] }, time: '2026-06-01T02:00:00.000Z' },
  { decision: 'REFUSED', code: 'AUTHORIZATION_REQUIRED', fields: [], subjects: { asked: [COMPANY], returned: [] } },
  {
    caller: { actor: 'PUBLIC', organization: '' },
    purpose: 'PUBLIC_QUERY',
    matter: null,
    subjects: { asked: [], returned: [COMPANY] },
  },
  { ...SEALED, subjects: { asked: [COMPANY], returned: [COMPANY] }, time: '2025-11-01T02:00:00.000Z' },
];

beforeAll(async () => {
  db = await openTestDatabase();
  writer = createQueryLog({ db, origin: 'city.example/log' });
  const fields: QueryLogEntry['fields'] = [
    { coordinate: 'CreditSubject.name', treatment: 'REVEAL', count: 1 },
    { coordinate: 'TaxArrears.amount', treatment: 'WITHHOLD', count: 0 },
  ];
  for (const look of LOOKS) await writer.append(entryOf('r', { fields, ...look }));
  await emptyReadModel(db);
  await indexBatch(db);
  const clock = () => Date.parse('2026-06-15T12:00:00+08:00');
  const reading = logReading({ db, origin: 'city.example/log', policies: { current: () => policies }, clock });
  openLog = (database) => testSubgraph(querylogSubgraph(reading, NO_DESKS), database);
  log = openLog(db);
}, 120_000);
afterAll(() => db.close());

const RECORD = `sealed unsealsOn sealBasis time actor organization purpose purposeName matter decision otherSubjects
  fields { coordinate treatment count } authorizations receipt { origin index leafHash }`;

interface History {
  totalCount: string;
  edges: { cursor: string; node: Record<string, unknown> }[];
  pageInfo: { hasNextPage: boolean; endCursor: string };
}

async function history(subject: string, args = '(first: 100)', from = log): Promise<History> {
  const query = `{ mySubject { id accessHistory${args} { totalCount edges { cursor node { ${RECORD} } } pageInfo { hasNextPage endCursor } } } }`;
  const { data, errors } = await from.ask(self(subject), query);
  if (errors) throw new Error(JSON.stringify(errors));
  return (data as { mySubject: { accessHistory: History } }).mySubject.accessHistory;
}

test('tells a company of every look at it, newest first: who, why in plain words, at which fields, with the receipt', async () => {
  const { totalCount, edges } = await history(COMPANY);
  expect(totalCount).toBe('5');
  expect(edges.map(({ node }) => [node['sealed'], node['actor'], node['decision']])).toEqual([
    [false, 'DEPARTMENT', 'RELEASED'],
    [false, 'PUBLIC', 'RELEASED'],
    [false, 'DEPARTMENT', 'REFUSED'],
    [true, null, null],
    [false, 'DEPARTMENT', 'RELEASED'],
  ]);
  expect(edges.at(-1)?.node).toEqual({
    sealed: false,
    unsealsOn: null,
    sealBasis: null,
    time: '2026-03-01T02:03:04.005Z',
    actor: 'DEPARTMENT',
    organization: '11370000MB2800001A',
    purpose: 'ADMIN_APPROVAL_CHECK',
    purposeName: '行政审批信用核查',
    matter: '泉审批〔2026〕12号',
    decision: 'RELEASED',
    otherSubjects: '1',
    // Another subject was asked about too: its values are nobody's business here.
    fields: [{ coordinate: 'CreditSubject.name', treatment: 'REVEAL', count: null }],
    authorizations: [],
    receipt: { origin: 'city.example/log', index: '0', leafHash: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
  });
});

test('counts the values of a query about itself alone', async () => {
  const { edges } = await history(COMPANY);
  const alone = edges.map(({ node }) => node).find((node) => node['otherSubjects'] === '0' && node['decision'] === 'RELEASED');
  expect(alone?.['fields']).toEqual([{ coordinate: 'CreditSubject.name', treatment: 'REVEAL', count: 1 }]);
});

test('counts what the law keeps from it as a sealed entry that names its day and nothing else', async () => {
  const { edges } = await history(COMPANY);
  const sealed = edges.map(({ node }) => node).filter((node) => node['sealed']);
  expect(sealed).toHaveLength(1);
  const { unsealsOn, sealBasis, ...rest } = sealed[0] ?? {};
  expect(unsealsOn).toBe('2026-11-28');
  expect(sealBasis).toHaveLength(2);
  expect(Object.values(rest).filter((value) => value !== null)).toEqual([true]);
});

test('pages without losing or repeating a look', async () => {
  const whole = (await history(COMPANY)).edges;
  const found: History['edges'] = [];
  for (let args = '(first: 2)'; ; ) {
    const { edges, pageInfo } = await history(COMPANY, args);
    found.push(...edges);
    if (!pageInfo.hasNextPage) break;
    args = `(first: 2, after: "${pageInfo.endCursor}")`;
  }
  expect(found).toEqual(whole);
});

test('answers a natural person as well, and one that nobody looked at', async () => {
  expect((await history(PERSON)).totalCount).toBe('1');
  expect(await history(madeUpId('nobody'))).toMatchObject({ totalCount: '0', edges: [] });
});

test('has no history for anybody but the subject itself', async () => {
  const selection = 'accessHistory { totalCount edges { cursor } }';
  expect(await log.entities(CALLERS.auditor, [COMPANY], selection)).toEqual([{ accessHistory: null }]);
  await expect(log.entities(self(PERSON), [COMPANY], selection)).rejects.toThrow('SUBJECT_FORBIDDEN');
  const { data } = await log.ask(CALLERS.auditor, '{ mySubject { id } }');
  expect(data).toEqual({ mySubject: null });
});

test.each([
  { name: 'a company with looks', subject: COMPANY, held: 5 },
  { name: 'one that nobody had looked at', subject: madeUpId('newcomer'), held: 0 },
])('counts what its pages hold, whoever looks while they are read: $name', async ({ subject, held }) => {
  const whileRead: Queryable = {
    async query(sql, params) {
      if (sql.includes('mentions - ')) {
        await writer.append(entryOf('r', { subjects: { asked: [subject], returned: [subject] } }));
        await indexBatch(db);
      }
      return db.query(sql, params);
    },
  };
  const { totalCount, edges } = await history(subject, '(first: 100)', openLog(whileRead));
  expect([totalCount, edges.length]).toEqual([String(held), held]);
  expect((await history(subject)).totalCount).toBe(String(held + 1));
});
