import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Db } from '../database/db.ts';
import { openTestDatabase } from '../test/support/database.ts';
import { CALLERS, insert, madeUpId, testSubgraph } from './kit/test-subgraph.ts';
import { registry } from './registry/department.ts';
import { tax } from './tax/department.ts';

const K = 5;
const INDUSTRIES = ['13', '62', null];
const DIVISIONS = ['999901', '999902', '999903'];
const CELLS = INDUSTRIES.flatMap((industry) => DIVISIONS.map((division) => ({ industry, division })));
const OFFICE = { ...CALLERS.office, purpose: 'STATISTICS' };
let db: Db;
let registrations: ReturnType<typeof testSubgraph>;
let payments: ReturnType<typeof testSubgraph>;

beforeAll(async () => {
  db = await openTestDatabase();
  registrations = testSubgraph(registry, db);
  payments = testSubgraph(tax, db);
});
beforeEach(() => db.query('truncate registry.subject, tax.payment'));
afterAll(() => db.close());

/** A city with so many subjects in each cell. */
async function cityOf(counts: readonly number[]): Promise<void> {
  await db.query('truncate registry.subject');
  await db.query(
    `insert into registry.subject (subject_id, kind, name, unified_social_credit_code, industry_code, division, department, batch_id, line,
       received_at, content_hash)
     select 'o-' || cell.place || '-' || n, 'ENTERPRISE_LEGAL_PERSON', '公司', 'X', cell.industry || '10', cell.division, 'd', 'b', 1, now(), 'h'
     from unnest($1::text[], $2::text[], $3::int[]) with ordinality as cell (industry, division, count, place)
     cross join lateral generate_series(1, cell.count) as n`,
    [CELLS.map(({ industry }) => industry), CELLS.map(({ division }) => division), counts],
  );
}

/** Every table the schema lets be asked for: what it is grouped by, and what it is filtered by. */
const TABLES = ['', 'INDUSTRY', 'DIVISION', 'INDUSTRY, DIVISION'].flatMap((groupBy) =>
  [undefined, '13', '99'].flatMap((industry) => [undefined, '999902'].map((division) => ({ groupBy, industry, division }))),
);

interface Counted {
  industry: string | null;
  division: string | null;
  subjects: string;
}

/** All tables, in one request. */
async function tablesOf(): Promise<Counted[][]> {
  const fields = TABLES.map(({ groupBy, industry, division }, index) => {
    const filter = [industry && `industry: "${industry}"`, division && `division: "${division}"`].filter(
      (text) => text !== undefined,
    );
    return `t${index}: registrationStatistics(groupBy: [${groupBy}], filter: {${filter.join(', ')}}) { industry division subjects }`;
  });
  const { data, errors } = await registrations.ask(OFFICE, `{ ${fields.join(' ')} }`);
  expect(errors).toBeUndefined();
  return Object.values(data as Record<string, Counted[]>);
}

const counts = fc.array(fc.nat({ max: 12 }), { minLength: CELLS.length, maxLength: CELLS.length });

describe('statistics of registrations', () => {
  test('are the sums of the cells of five and more', async () => {
    await cityOf([5, 4, 7, 1, 20, 0, 6, 3, 2]);
    const { data } = await registrations.ask(
      OFFICE,
      `{ all: registrationStatistics(groupBy: []) { subjects }
         industries: registrationStatistics(groupBy: [INDUSTRY]) { industry division subjects }
         cells: registrationStatistics(groupBy: [INDUSTRY, DIVISION], filter: {industry: "13"}) { industry division subjects } }`,
    );
    expect(data).toEqual({
      all: [{ subjects: '38' }],
      industries: [
        { industry: '13', division: null, subjects: '12' },
        { industry: '62', division: null, subjects: '20' },
        { industry: null, division: null, subjects: '6' },
      ],
      cells: [
        { industry: '13', division: '999901', subjects: '5' },
        { industry: '13', division: '999903', subjects: '7' },
      ],
    });
    expect(registrations.statements).toHaveLength(3);
  });

  test('count an industry by its two digits, whether it is filed with the letter of its section or without', async () => {
    await cityOf([5, 0, 0, 5, 0, 0, 0, 0, 0]);
    const codes = ['I6510', 'I6520', 'i6599', '6510', 'I65'];
    await db.query(
      "update registry.subject set industry_code = ($1::text[])[right(subject_id, 1)::int] where left(industry_code, 2) = '62'",
      [codes],
    );
    await db.query("update registry.subject set industry_code = 'I' where left(industry_code, 2) = '13'");
    const { data } = await registrations.ask(
      OFFICE,
      `{ industries: registrationStatistics(groupBy: [INDUSTRY]) { industry subjects }
         one: registrationStatistics(groupBy: [INDUSTRY], filter: {industry: "65"}) { industry subjects } }`,
    );
    expect(data).toEqual({
      industries: [
        { industry: '65', subjects: '5' },
        { industry: null, subjects: '5' },
      ],
      one: [{ industry: '65', subjects: '5' }],
    });
  });

  test('do not differ between two cities that differ in small cells alone: nothing determines one', async () => {
    await fc.assert(
      fc.asyncProperty(counts, counts, async (city, other) => {
        await cityOf(city);
        const tables = await tablesOf();
        await cityOf(city.map((count, place) => (count < K ? (other[place] ?? 0) % K : count)));
        expect(await tablesOf()).toEqual(tables);
      }),
      { numRuns: 8 },
    );
  }, 60_000);

  test('no number in a table, and no difference of the sums of two of which one holds the other, is from one to four', async () => {
    await fc.assert(
      fc.asyncProperty(counts, async (city) => {
        await cityOf(city);
        const tables = await tablesOf();
        const sums = tables.map((rows) => rows.reduce((sum, { subjects }) => sum + Number(subjects), 0));
        for (const { subjects } of tables.flat()) expect(Number(subjects)).toBeGreaterThanOrEqual(K);
        for (const [a, wider] of TABLES.entries())
          for (const [b, narrower] of TABLES.entries()) {
            if (![undefined, narrower.industry].includes(wider.industry)) continue;
            if (![undefined, narrower.division].includes(wider.division)) continue;
            const difference = (sums[a] ?? 0) - (sums[b] ?? 0);
            expect(difference === 0 || difference >= K).toBe(true);
          }
      }),
      { numRuns: 8 },
    );
  }, 60_000);
});

describe('statistics of tax paid', () => {
  const pay = (name: string, month: string, yuan: number) => ({
    subject_id: madeUpId(name),
    month,
    tax_type: '增值税',
    amount_fen: BigInt(yuan) * 100n,
  });

  test('count taxpayers by the band of their sum, none below five, of a year that is over', async () => {
    const names = Array.from({ length: 5 }, (_, index) => `n${index}`);
    await insert(db, 'tax.payment', [
      // Together in the third band, alone in the second.
      ...names.flatMap((name) => [pay(name, '2025-01', 60_000), pay(name, '2025-12', 60_000)]),
      ...names.slice(1).map((name) => pay(`small ${name}`, '2025-06', 5_000)),
      ...names.map((name) => pay(`refund ${name}`, '2025-06', -1)),
      ...names.map((name) => pay(`large ${name}`, '2025-06', 5_000_000)),
      ...names.map((name) => pay(`now ${name}`, '2026-01', 60_000)),
    ]);
    const { data } = await payments.ask(
      OFFICE,
      '{ past: taxPaidStatistics(year: 2025) { year from to subjects } running: taxPaidStatistics(year: 2026) { year } odd: taxPaidStatistics(year: -1) { year } }',
    );
    expect(data).toEqual({
      past: [
        { year: 2025, from: null, to: '0.00', subjects: '5' },
        { year: 2025, from: '100000.00', to: '500000.00', subjects: '5' },
        { year: 2025, from: '5000000.00', to: null, subjects: '5' },
      ],
      running: [],
      odd: [],
    });
    expect(payments.statements).toHaveLength(1);
  });

  test('do not differ between cities that differ in small bands alone', async () => {
    const AMOUNTS = [-1, 0, 10_000, 100_000];
    const answer = async (city: readonly number[]) => {
      await db.query('truncate tax.payment');
      const rows = city.flatMap((count, band) =>
        Array.from({ length: count }, (_, index) => pay(`${band} ${index}`, '2025-03', AMOUNTS[band] ?? 0)),
      );
      await insert(db, 'tax.payment', rows);
      return (await payments.ask(OFFICE, '{ taxPaidStatistics(year: 2025) { from subjects } }')).data;
    };
    const bands = fc.array(fc.nat({ max: 7 }), { minLength: 4, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(bands, bands, async (city, other) => {
        const shown = await answer(city);
        expect(await answer(city.map((count, band) => (count < K ? (other[band] ?? 0) % K : count)))).toEqual(shown);
      }),
      { numRuns: 8 },
    );
  }, 60_000);
});

test('nobody is counted for another purpose than the owner accepted, and departments without statistics refuse it', async () => {
  const { errors } = await payments.ask({ ...OFFICE, purpose: 'COUNTING' }, '{ taxPaidStatistics(year: 2025) { from } }');
  expect(errors?.[0]?.extensions).toEqual({ code: 'PURPOSE_NOT_ACCEPTED' });
});
