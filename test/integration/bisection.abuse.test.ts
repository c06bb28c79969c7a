import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Db } from '../../database/db.ts';
import { CALLERS as ASKING, COMPANY, plan, SUBJECT_KEY } from '../../gateway/disclosure/planner.fixture.ts';
import { compileMask } from '../../gateway/desensitization/compile-mask.ts';
import { codeOf } from '../../gateway/errors.ts';
import { policies } from '../../policies/policies.fixture.ts';
import { subjectId } from '../../schema/identifiers/subject-id.ts';
import { CALLERS, insert, testSubgraph } from '../../subgraphs/kit/test-subgraph.ts';
import { socialSecurity } from '../../subgraphs/social-security/department.ts';
import { tax } from '../../subgraphs/tax/department.ts';
import { utilities } from '../../subgraphs/utilities/department.ts';
import { openTestDatabase } from '../support/database.ts';

/*
 * A bank that may ask yes-or-no questions only, and asks as cleverly as it can: any thresholds, many in one request, by as many
 * authorizations with windows of its choice as it likes. What it holds possible in the end must still be the whole band.
 */
const A = subjectId(SUBJECT_KEY, { type: 'USCC', value: COMPANY });
const SCOPE = {
  categories: ['TAX', 'SOCIAL_SECURITY', 'UTILITY'],
  fields: ['TaxStanding.paidAtLeast', 'SocialSecurityStanding.insuredAtLeast', 'UtilityStanding.noArrearsSince'],
};
let db: Db;
let departments: Record<'tax' | 'socialSecurity' | 'utilities', ReturnType<typeof testSubgraph>>;

beforeAll(async () => {
  db = await openTestDatabase();
  departments = {
    tax: testSubgraph(tax, db),
    socialSecurity: testSubgraph(socialSecurity, db),
    utilities: testSubgraph(utilities, db),
  };
});
afterAll(() => db.close());

interface Window {
  from: string;
  to: string;
}

/** Asks as the flow does: planned under the authorization, then by the department, in its window. Answers in order; null where refused. */
async function ask(department: keyof typeof departments, questions: readonly string[], window: Window) {
  const fields = questions.map((question, index) => `a${index}: ${question}`).join(' ');
  try {
    plan(`{subject(by: {unifiedSocialCreditCode: "${COMPANY}"}) {${department} {${fields}}}}`, {
      caller: ASKING.bank,
      purpose: 'LOAN_PRE',
      authorization: SCOPE,
    });
  } catch (error) {
    expect(codeOf(error)).toBe('THRESHOLD_FORBIDDEN');
    return questions.map(() => null);
  }
  const caller = { ...CALLERS.bank, authorization: { ...SCOPE, ...window } };
  const [found] = await departments[department].entities(caller, [A], `${department} { ${fields} }`);
  return Object.values(found?.[department] as Record<string, boolean | null>);
}

const maskOf = (field: string) =>
  compileMask(policies.masks.get(policies.catalogue.get(field)?.mask ?? '')?.shape ?? { kind: 'name' });
const WINDOWS = fc.record({
  from: fc.constantFrom('2023-11-01', '2024-01-01', '2024-06-15', '2025-01-01'),
  to: fc.constantFrom('2025-12-31', '2026-01-31', '2026-04-10', '2026-05-31', '2026-12-31'),
});

/** Halves what is left of a range until nothing helps, by many requests of several questions each. */
async function bisect(range: [bigint, bigint], answers: (thresholds: readonly bigint[]) => Promise<(boolean | null)[]>) {
  const left = { low: range[0], high: range[1] };
  for (let round = 0; round < 12; round++) {
    const thresholds = [1n, 2n, 3n].map((part) => left.low + ((left.high - left.low) * part) / 4n + 1n);
    (await answers(thresholds)).forEach((answer, index) => {
      const threshold = thresholds[index] ?? 0n;
      if (answer === true && threshold > left.low) left.low = threshold;
      if (answer === false && threshold <= left.high) left.high = threshold - 1n;
    });
  }
  return [left.low, left.high] as const;
}

describe('however it halves, the bank knows no more than the band', () => {
  test('of the tax paid for a year', async () => {
    const bands = maskOf('TaxPaidYear.amount');
    await fc.assert(
      fc.asyncProperty(fc.bigInt(0n, 6_000_000_00n), fc.array(WINDOWS, { minLength: 1, maxLength: 3 }), async (fen, windows) => {
        await db.query('truncate tax.payment');
        await insert(db, 'tax.payment', [{ subject_id: A, month: '2025-03', tax_type: '增值税', amount_fen: fen }]);
        const yuan = (amount: bigint) => `${amount / 100n}.${String(amount % 100n).padStart(2, '0')}`;
        // Beside the halving, every bound of every band, of which some are bound to be answered.
        const offered = ['0', '10000', '100000', '500000', '1000000', '5000000'].map((bound) => BigInt(bound) * 100n);
        const known: [bigint, bigint] = [0n, 10_000_000_00n];
        for (const window of windows) {
          const asked = (list: readonly bigint[]) => list.map((amount) => `paidAtLeast(amount: "${yuan(amount)}", year: 2025)`);
          (await ask('tax', asked(offered), window)).forEach((answer, index) => {
            const bound = offered[index] ?? 0n;
            if (answer === true && bound > known[0]) known[0] = bound;
            if (answer === false && bound <= known[1]) known[1] = bound - 1n;
          });
          [known[0], known[1]] = await bisect(known, (list) => ask('tax', asked(list), window));
        }
        expect(known[0] <= fen && fen <= known[1]).toBe(true);
        // Both ends of what is left look to the bank like the truth, and one step further either way lies another band.
        const band = bands(yuan(fen));
        expect([bands(yuan(known[0])), bands(yuan(known[1]))]).toEqual([band, band]);
        if (known[0] > 0n) expect(bands(yuan(known[0] - 1n))).not.toBe(band);
        if (known[1] < 10_000_000_00n) expect(bands(yuan(known[1] + 1n))).not.toBe(band);
      }),
      { numRuns: 10 },
    );
  }, 60_000);

  test('of how many are insured', async () => {
    const bands = maskOf('SocialSecurityStanding.insuredCount');
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 1500 }), WINDOWS, async (count, window) => {
        await db.query('truncate social_security.contribution');
        await insert(db, 'social_security.contribution', [
          { subject_id: A, month: '2025-11', insured_count: count, due_fen: 1n, paid_fen: 1n },
        ]);
        const asked = (list: readonly bigint[]) => list.map((least) => `insuredAtLeast(count: "${least}")`);
        const [low, high] = await bisect([0n, 2000n], (list) => ask('socialSecurity', asked(list), window));
        const offered = await ask('socialSecurity', asked([0n, 10n, 50n, 100n, 500n, 1000n]), window);
        // What is answered at all is what the band says; what halving asked for was refused.
        expect([low, high]).toEqual([0n, 2000n]);
        expect(offered).toEqual([0, 10, 50, 100, 500, 1000].map((bound) => count >= bound));
        expect(bands(String(count))).toBe(
          bands(String(Math.max(...[0, 10, 50, 100, 500, 1000].filter((bound) => count >= bound)))),
        );
      }),
      { numRuns: 10 },
    );
  }, 60_000);

  test('of the month of an arrears: all months of a year look alike, whatever windows are tried', async () => {
    const months = Array.from(
      { length: 17 },
      (_, index) => `${2025 + Math.floor(index / 12)}-${String((index % 12) + 1).padStart(2, '0')}`,
    );
    const everything = async (late: string) => {
      await db.query('truncate utilities.bill');
      await insert(
        db,
        'utilities.bill',
        months.map((month) => ({
          subject_id: A,
          kind: 'WATER',
          account_no: '1',
          month,
          amount_fen: 1n,
          arrears_periods: Number(month === late),
        })),
      );
      const answers = [];
      for (const from of ['2024-06-15', '2025-01-01', '2025-04-01'])
        for (const to of ['2025-11-30', '2025-12-31', '2026-01-31', '2026-04-30', '2026-05-31', '2026-06-15', '2026-12-31'])
          for (const since of ['2025-01', '2025-04', '2026-01', '2026-03'])
            answers.push([from, to, since, ...(await ask('utilities', [`noArrearsSince(month: "${since}")`], { from, to }))]);
      return answers;
    };
    const seen = new Map<string, unknown>();
    for (const late of ['2025-01', '2025-06', '2025-12', '2026-01', '2026-05']) {
      const year = late.slice(0, 4);
      const answers = await everything(late);
      if (!seen.has(year)) seen.set(year, answers);
      expect({ late, answers }).toEqual({ late, answers: seen.get(year) });
    }
    expect(seen.get('2025')).not.toEqual(seen.get('2026'));
  }, 60_000);
});
