import { describe, expect, it } from 'vitest';
import { CALLERS, COMPANY, plan } from './planner.fixture.ts';

const BY = `by: {unifiedSocialCreditCode: "${COMPANY}"}`;
const TAX = { categories: ['TAX'] };
const loan = { caller: CALLERS.bank, purpose: 'LOAN_PRE' };
const ask = (fields: string, authorization?: { categories: string[]; fields?: string[] }, variables = {}) =>
  plan(`query($a: Money! = "10000.0") {subject(${BY}) {tax {taken: paidAtLeast(amount: $a, year: 2024) ${fields}}}}`, {
    ...loan,
    variables,
    ...(authorization && { authorization }),
  });

describe('questions by a threshold', () => {
  it('are each counted once, however they are spelt and however many aliases ask', () => {
    const { questions } = ask(
      'a: paidAtLeast(amount: "010000.00", year: 2024) b: paidAtLeast(amount: "10000", year: 2025) c: paidAtLeast(year: 2025, amount: "10000")',
      TAX,
    );
    expect(questions).toEqual([
      { coordinate: 'TaxStanding.paidAtLeast', asked: '{"amount":"10000","year":2024}' },
      { coordinate: 'TaxStanding.paidAtLeast', asked: '{"amount":"10000","year":2025}' },
    ]);
  });

  it.each([
    ['a value within a band', 'x: paidAtLeast(amount: "15000", year: 2024)'],
    ['a cent beside a bound', 'x: paidAtLeast(amount: "9999.99", year: 2024)'],
    ['one bad alias among good ones', 'x: paidAtLeast(amount: "0", year: 2024) y: paidAtLeast(amount: "1", year: 2024)'],
  ])('at %s are refused, and told what is offered', (_what, fields) => {
    expect(() => ask(fields, TAX)).toThrow(
      expect.objectContaining({
        code: 'THRESHOLD_FORBIDDEN',
        details: {
          coordinate: 'TaxStanding.paidAtLeast(amount:)',
          offered: ['0', '10000', '100000', '500000', '1000000', '5000000'],
        },
      }),
    );
  });

  it('are refused in a variable as in the text', () => {
    expect(() => ask('', TAX, { a: '123456' })).toThrow(expect.objectContaining({ code: 'THRESHOLD_FORBIDDEN' }));
  });

  it('are held to the bands whoever asks', () => {
    const own = { caller: { ...CALLERS.clerk, department: 'tax' } as const, purpose: 'ADMIN_APPROVAL_CHECK' };
    const text = (amount: string) => `{subject(${BY}) {tax {paidAtLeast(amount: "${amount}", year: 2024)}}}`;
    expect(() => plan(text('7'), own)).toThrow(expect.objectContaining({ code: 'THRESHOLD_FORBIDDEN' }));
    expect(plan(text('0'), own).questions).toEqual([]);
  });

  it('that are withheld are not asked, and so not counted', () => {
    for (const authorization of [
      undefined,
      { categories: ['UTILITY'] },
      { categories: ['TAX'], fields: ['TaxStanding.hasArrears'] },
    ]) {
      const { plan: planned, questions } = ask('', authorization);
      expect(planned.operation.text).not.toContain('paidAtLeast');
      expect(questions).toEqual([]);
    }
  });

  it('need no right to the amount they ask about', () => {
    const authorization = { categories: ['TAX'], fields: ['TaxStanding.paidAtLeast'] };
    const { plan: planned, questions } = ask('paidByYear {year amount}', authorization);
    expect(planned.operation.text).toContain('paidAtLeast');
    expect(planned.operation.text).not.toContain('paidByYear');
    expect(questions).toHaveLength(1);
  });

  it.each([
    ['social security', 'socialSecurity {insuredAtLeast(count: "10")}', 'socialSecurity {insuredAtLeast(count: "11")}'],
    ['utilities', 'utilities {noArrearsSince(month: "2025-01")}', 'utilities {noArrearsSince(month: "2025-02")}'],
  ])('of %s keep to bands too', (_what, good, bad) => {
    const authorization = { categories: ['SOCIAL_SECURITY', 'UTILITY'] };
    expect(plan(`{subject(${BY}) {${good}}}`, { ...loan, authorization }).questions).toHaveLength(1);
    expect(() => plan(`{subject(${BY}) {${bad}}}`, { ...loan, authorization })).toThrow(
      expect.objectContaining({ code: 'THRESHOLD_FORBIDDEN' }),
    );
  });
});
