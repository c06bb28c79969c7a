import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Db } from '../../database/db.ts';
import { logProofs } from '../../gateway/audit/log-proofs.ts';
import { emptyReadModel, indexBatch } from '../../gateway/audit/follow-log.ts';
import { entryOf } from '../../gateway/querylog/entry.fixture.ts';
import type { QueryLogEntry } from '../../gateway/querylog/entry.ts';
import { createQueryLog } from '../../gateway/querylog/query-log.ts';
import { openTestDatabase } from '../../test/support/database.ts';
import { createRandom } from '../../test/support/random.ts';
import { CALLERS, madeUpId, testSubgraph } from '../kit/test-subgraph.ts';
import { querylogSubgraph } from './department.ts';
import { NO_DESKS } from './desks.fixture.ts';
import type { LogReading } from './log-reading.ts';
import type { LookFilter } from './find-looks.ts';

const COMPANY = madeUpId('company');
const PERSON = madeUpId('person', 'p');
const NOBODY = madeUpId('nobody');
/** Long enough to have several pages of every combination, small enough to check each against the list itself. */
const ENTRIES = 300;

let db: Db;
let log: ReturnType<typeof testSubgraph>;
const entries: QueryLogEntry[] = [];

/** Entries of few organisations, operators and subjects, whose times run backwards now and then as several gateways' do. */
function randomEntries(): QueryLogEntry[] {
  const random = createRandom(7);
  return Array.from({ length: ENTRIES }, (_, n) => {
    const own = random.chance(0.1);
    const decision = random.pick(['RELEASED', 'RELEASED', 'RELEASED', 'REFUSED', 'FAILED'] as const);
    const at = Date.parse('2026-06-01T00:00:00Z') + n * 1_800_000 - (random.chance(0.2) ? random.below(5_400_000) : 0);
    return entryOf(`r${n}`, {
      time: new Date(at).toISOString(),
      caller: own
        ? { actor: 'SUBJECT', organization: random.pick([COMPANY, 'org-1']), subject: COMPANY }
        : { actor: 'DEPARTMENT', organization: `org-${random.below(3)}`, operator: `clerk-${random.below(4)}` },
      purpose: own ? 'SELF_QUERY' : random.pick(['ADMIN_APPROVAL_CHECK', 'DAILY_SUPERVISION', 'AUDIT_SUPERVISION']),
      matter: random.chance(0.7) ? `案〔2026〕${random.below(20)}号` : '立案〔2026〕7号',
      subjects: {
        asked: random.pick([[COMPANY], [PERSON], [COMPANY, PERSON], []]),
        returned: decision === 'RELEASED' ? random.pick([[COMPANY], [PERSON, madeUpId(`s${n}`)]]) : [],
      },
      fields:
        decision === 'RELEASED' ? random.pick([[field('Tax.amount')], [field('Tax.amount'), field('License.number')], []]) : [],
      departments: random.pick([['tax'], ['licensing', 'tax'], []]),
      decision,
      code: decision === 'RELEASED' ? null : random.pick(['RATE_LIMITED', 'INTERNAL']),
      ...(random.chance(0.2) && { authorizations: [`A-${random.below(5)}`] }),
      ...(random.chance(0.05) && { count: 12 }),
    });
  });
}

function field(coordinate: string): QueryLogEntry['fields'][number] {
  return { coordinate, treatment: 'MASK', count: 2 };
}

beforeAll(async () => {
  db = await openTestDatabase();
  entries.push(...randomEntries());
  const writer = createQueryLog({ db, origin: 'city.example/log' });
  for (const entry of entries) void writer.append(entry);
  await writer.close();
  await emptyReadModel(db);
  while ((await indexBatch(db, { limit: 37 })) !== 0);
  const reading: LogReading = {
    ...logProofs(db),
    origin: 'city.example/log',
    purposeName: ({ purpose }) => (purpose === 'DAILY_SUPERVISION' ? '日常监管' : undefined),
    sealOf: ({ purpose, matter }) =>
      purpose === 'AUDIT_SUPERVISION' && matter?.startsWith('立案') ? { unsealsOn: '2026-12-01', basis: ['第十八条'] } : null,
  };
  log = testSubgraph(querylogSubgraph(reading, NO_DESKS), db);
}, 120_000);
afterAll(() => db.close());

interface Connection {
  edges: { cursor: string; node: Record<string, unknown> }[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
}

async function page(filter: LookFilter, args: string, selection = 'index'): Promise<Connection> {
  const query = `query ($filter: QueryLogFilter) { queryLog(filter: $filter, ${args}) {
    edges { cursor node { ${selection} } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;
  const { data, errors } = await log.ask(CALLERS.auditor, query, { filter });
  if (errors) throw new Error(JSON.stringify(errors));
  return data?.['queryLog'] as Connection;
}

/** The whole list for a filter, page by page. */
async function all(filter: LookFilter, size: number, from: 'first' | 'last' = 'first'): Promise<number[]> {
  const found: number[] = [];
  for (let cursor = ''; ; ) {
    const { edges, pageInfo } = await page(filter, `${from}: ${size} ${cursor}`);
    const indexes = edges.map(({ node }) => Number(node['index']));
    if (from === 'first') found.push(...indexes);
    else found.unshift(...indexes);
    const [more, next, back] =
      from === 'first'
        ? [pageInfo.hasNextPage, pageInfo.endCursor, pageInfo.hasPreviousPage]
        : [pageInfo.hasPreviousPage, pageInfo.startCursor, pageInfo.hasNextPage];
    // Where one came from there is a page.
    expect(back).toBe(cursor !== '');
    if (!more) return found;
    cursor = `${from === 'first' ? 'after' : 'before'}: "${next}"`;
  }
}

/** What the filter means, said once more over the list of entries. */
function matching(filter: LookFilter): number[] {
  const found = entries.flatMap((entry, index) => {
    const { caller, subjects, fields, authorizations = [] } = entry;
    const holds: Record<keyof LookFilter, (value: string) => boolean> = {
      from: (value) => entry.time >= value,
      to: (value) => entry.time < value,
      actor: (value) => caller?.actor === value,
      organization: (value) => caller?.organization === value,
      operator: (value) => caller?.operator === value,
      purpose: (value) => entry.purpose === value,
      matter: (value) => entry.matter === value,
      subject: (value) => [...subjects.asked, ...subjects.returned].includes(value),
      field: (value) => fields.some(({ coordinate }) => coordinate === value),
      department: (value) => entry.departments.includes(value as never),
      decision: (value) => entry.decision === value,
      code: (value) => entry.code === value,
      authorization: (value) => authorizations.includes(value),
    };
    const given = Object.entries(filter) as [keyof LookFilter, string][];
    return given.every(([key, value]) => holds[key](value)) ? [index] : [];
  });
  return found.reverse();
}

const FILTERS: Record<keyof LookFilter, readonly string[]> = {
  from: ['2026-06-02T00:00:00.000Z', '2026-06-05T11:30:00.000Z', '2027-01-01T00:00:00.000Z'],
  to: ['2026-06-03T12:00:00.000Z', '2026-06-06T00:15:00.000Z', '2020-01-01T00:00:00.000Z'],
  actor: ['DEPARTMENT', 'SUBJECT', 'UNKNOWN'],
  organization: ['org-0', 'org-1', COMPANY, 'org-9'],
  operator: ['clerk-1', 'clerk-2', 'nobody'],
  purpose: ['SELF_QUERY', 'ADMIN_APPROVAL_CHECK', 'LOAN_PRE'],
  matter: ['案〔2026〕3号', '立案〔2026〕7号', '无'],
  subject: [COMPANY, PERSON, NOBODY],
  field: ['Tax.amount', 'License.number', 'No.such'],
  department: ['tax', 'licensing', 'registry'],
  decision: ['RELEASED', 'REFUSED', 'FAILED'],
  code: ['RATE_LIMITED', 'INTERNAL', 'OVERLOADED'],
  authorization: ['A-1', 'A-9'],
};

describe('queryLog', () => {
  test.each(Object.entries(FILTERS).flatMap(([key, values]) => values.map((value) => [key, value] as const)))(
    'finds by %s = %s exactly what is on the log, newest first',
    async (key, value) => {
      expect(await all({ [key]: value }, 100)).toEqual(matching({ [key]: value }));
    },
  );

  test.each(['first', 'last'] as const)('goes through the whole log by `%s`, told of the way back', async (from) => {
    expect(await all({}, 100, from)).toEqual(matching({}));
  });

  test('finds by any combination, forwards and backwards, in pages of any size', { timeout: 120_000 }, async () => {
    const optional = Object.fromEntries(
      Object.entries(FILTERS).map(([key, values]) => [key, fc.option(fc.constantFrom(...values), { nil: undefined, freq: 2 })]),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.record(optional),
        fc.integer({ min: 20, max: 100 }),
        fc.constantFrom('first' as const, 'last' as const),
        async (filter, size, from) => {
          const given = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined)) as LookFilter;
          expect(await all(given, size, from)).toEqual(matching(given));
        },
      ),
      { numRuns: 60, seed: 1 },
    );
  });

  test('shows an entry with all that the log has of it', async () => {
    const fields = `time requestId caller { actor organization department operator subject } purpose matter policyHash operationHash
      operationName subjectsAsked subjectsReturned fields { coordinate treatment count } authorizations departments unavailable
      decision code looks durationMs receipt { origin index leafHash }`;
    const { edges } = await page({}, 'last: 1', fields);
    const [entry] = entries;
    const { rows } = await db.query<{ hash: string }>(
      "SELECT encode(leaf_hash, 'hex') AS hash FROM querylog.entry WHERE seq = 0",
    );
    expect(edges[0]?.node).toEqual({
      time: entry?.time,
      requestId: 'r0',
      caller: { department: null, operator: null, subject: null, ...entry?.caller },
      purpose: entry?.purpose,
      matter: entry?.matter,
      policyHash: 'a'.repeat(64),
      operationHash: 'b'.repeat(64),
      operationName: 'Credit',
      subjectsAsked: entry?.subjects.asked,
      subjectsReturned: entry?.subjects.returned,
      fields: entry?.fields,
      authorizations: entry?.authorizations ?? [],
      departments: entry?.departments,
      unavailable: [],
      decision: entry?.decision,
      code: entry?.code,
      looks: entry?.count ?? 1,
      durationMs: 12,
      receipt: { origin: 'city.example/log', index: '0', leafHash: rows[0]?.hash },
    });
  });

  test('keeps a cursor valid while the log grows', async () => {
    const before = await page({ decision: 'REFUSED' }, 'first: 3');
    const next = await page({ decision: 'REFUSED' }, `first: 3, after: "${before.pageInfo.endCursor}"`);
    const nobody = { subjects: { asked: [], returned: [] }, time: '2026-07-01T00:00:00.000Z' };
    entries.push(entryOf('later', { decision: 'REFUSED', code: 'RATE_LIMITED', ...nobody }));
    await createQueryLog({ db, origin: 'x' }).append(entries.at(-1) as QueryLogEntry);
    await indexBatch(db);
    expect(await page({ decision: 'REFUSED' }, `first: 3, after: "${before.pageInfo.endCursor}"`)).toEqual(next);
    expect(await all({ decision: 'REFUSED' }, 50)).toEqual(matching({ decision: 'REFUSED' }));
  });

  test.each([
    ['both ends at once', 'first: 1, last: 1'],
    ['no entry', 'first: 0'],
    ['too many', 'first: 101'],
    ['a cursor that is none', 'first: 1, after: "nonsense"'],
    ['a cursor past any log', `first: 1, after: "${Buffer.from(`at:${'9'.repeat(19)}`).toString('base64url')}"`],
  ])('refuses %s', async (_, args) => {
    await expect(page({}, args)).rejects.toThrow('INPUT_INVALID');
  });

  test.each(['clerk', 'bank', 'office', 'public'] as const)('is closed to a %s', async (caller) => {
    const { data, errors } = await log.ask(
      { ...CALLERS[caller], purpose: 'AUDIT_SUPERVISION' },
      '{ queryLog { edges { node { index } } } }',
    );
    expect(data?.['queryLog']).toBeNull();
    expect(errors?.map(({ extensions }) => extensions?.['code'])).toEqual(['SUBJECT_FORBIDDEN']);
    const other = await log.ask(CALLERS[caller], '{ queryLog { edges { node { index } } } }');
    expect(other.errors?.map(({ extensions }) => extensions?.['code'])).toEqual([
      caller === 'office' || caller === 'public' ? 'SUBJECT_FORBIDDEN' : 'PURPOSE_NOT_ACCEPTED',
    ]);
  });

  test('takes a text that PostgreSQL cannot hold for one that is not there', async () => {
    expect(await all({ matter: 'a\0b' }, 10)).toEqual([]);
  });
});

describe('queryLogStatistics', () => {
  const counts = async (args: string, caller: Parameters<typeof log.ask>[0] = CALLERS.auditor) => {
    const { data, errors } = await log.ask(
      caller,
      `{ queryLogStatistics(${args}) { start group looks released refused failed subjects } }`,
    );
    if (errors) throw new Error(JSON.stringify(errors));
    return data?.['queryLogStatistics'] as Record<string, string | null>[];
  };
  const looksOf = (found: QueryLogEntry[]) => String(found.reduce((sum, { count = 1 }) => sum + count, 0));

  test.each<[group: string, of: (entry: QueryLogEntry) => readonly (string | null)[]]>([
    ['ACTOR', ({ caller }) => [caller?.actor ?? 'UNKNOWN']],
    ['ORGANIZATION', ({ caller }) => [caller?.actor === 'SUBJECT' ? null : (caller?.organization ?? null)]],
    ['OPERATOR', ({ caller }) => [caller?.operator ?? null]],
    ['PURPOSE', ({ purpose }) => [purpose]],
    ['DEPARTMENT', ({ departments }) => departments],
    ['DECISION', ({ decision }) => [decision]],
    ['CODE', ({ code }) => [code]],
    ['FIELD', ({ fields }) => fields.map(({ coordinate }) => coordinate)],
  ])('counts by %s what is on the log', async (group, of) => {
    const rows = await counts(`groupBy: ${group}, interval: MONTH, from: "2026-05-01T00:00:00Z", to: "2026-06-30T16:00:00Z"`);
    const groups = [...new Set(entries.slice(0, ENTRIES).flatMap(of))];
    const expected = groups.map((value) => {
      const found = entries.slice(0, ENTRIES).filter((entry) => of(entry).includes(value));
      return { group: value, looks: looksOf(found), refused: looksOf(found.filter(({ decision }) => decision === 'REFUSED')) };
    });
    expect(rows).toHaveLength(expected.length);
    expect(rows).toEqual(expect.arrayContaining(expected.map((row) => expect.objectContaining(row) as unknown)));
    expect(rows.every(({ start }) => start === '2026-05-31T16:00:00.000Z')).toBe(true);
  });

  test('counts days as the city has them, the newest first', async () => {
    const rows = await counts('groupBy: ACTOR, interval: DAY, from: "2026-06-01T16:00:00Z", to: "2026-06-03T16:00:00Z"');
    expect([...new Set(rows.map(({ start }) => start))]).toEqual(['2026-06-02T16:00:00.000Z', '2026-06-01T16:00:00.000Z']);
    const day = entries.filter(({ time }) => time >= '2026-06-02T16' && time < '2026-06-03T16');
    const newest = rows.filter(({ start }) => start === '2026-06-02T16:00:00.000Z');
    expect(newest.reduce((sum, { looks }) => sum + Number(looks), 0)).toBe(Number(looksOf(day)));
  });

  test('is closed to everybody but an auditor, and to a number of rows that cannot be', async () => {
    const office = { ...CALLERS.office, purpose: 'AUDIT_SUPERVISION' };
    await expect(counts('groupBy: FIELD, interval: DAY', office)).rejects.toThrow('SUBJECT_FORBIDDEN');
    await expect(counts('groupBy: FIELD, interval: DAY, first: 1001')).rejects.toThrow('INPUT_INVALID');
  });
});
