import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AuthorizedData } from '../../schema/signed-context.ts';
import { monthBefore, windowOf, within } from './authorized-window.ts';
import type { Window } from './authorized-window.ts';
import type { DepartmentContext } from './department-context.ts';

const of = (authorization?: AuthorizedData, actor: 'BANK' | 'DEPARTMENT' = 'BANK') => {
  const caller = { audience: 'tax', actor, organization: 'bank', purpose: 'LOAN_PRE', ...(authorization && { authorization }) };
  return windowOf({ caller } as DepartmentContext, 'TAX', 'TaxStanding.arrears');
};
const between = (from: string, to: string) => of({ from, to, categories: ['TAX'] }) as Window;

describe('what an authorization covers', () => {
  it.each<[string, Omit<AuthorizedData, 'from' | 'to'> | undefined, boolean]>([
    ['nothing without one', undefined, false],
    ['the fields of its categories', { categories: ['UTILITY', 'TAX'] }, true],
    ['no field of another category', { categories: ['UTILITY'] }, false],
    ['a field it names', { categories: ['TAX'], fields: ['TaxStanding.arrears'] }, true],
    ['no other field', { categories: ['TAX'], fields: ['TaxStanding.hasArrears'] }, false],
    ['no field of another category that it names', { categories: ['UTILITY'], fields: ['TaxStanding.arrears'] }, false],
  ])('%s', (_what, scope, covered) => {
    expect(of(scope && { from: '2026-01-01', to: '2026-06-30', ...scope }) !== null).toBe(covered);
  });

  it('who needs no authorization is bound by none', () => {
    expect(of(undefined, 'DEPARTMENT')).toMatchObject({ days: { from: null, to: null }, years: { from: null, to: null } });
  });
});

describe('months and years that reach out of the window are not in it', () => {
  it.each([
    ['2024-11-01', '2026-10-31', '2024-11', '2026-10', 2025, 2025],
    ['2024-11-02', '2026-10-30', '2024-12', '2026-09', 2025, 2025],
    ['2024-01-01', '2025-12-31', '2024-01', '2025-12', 2024, 2025],
    ['2024-01-02', '2025-12-30', '2024-02', '2025-11', 2025, 2024],
    ['2024-12-02', '2025-03-01', '2025-01', '2025-02', 2025, 2024],
    ['2024-02-28', '2024-02-29', '2024-03', '2024-02', 2025, 2023],
    ['2023-12-31', '2023-12-31', '2024-01', '2023-12', 2024, 2023],
  ])('%s to %s', (from, to, firstMonth, lastMonth, firstYear, lastYear) => {
    expect(between(from, to)).toEqual({
      days: { from, to },
      months: { from: firstMonth, to: lastMonth },
      years: { from: firstYear, to: lastYear },
    });
  });

  it('a month or year is in it exactly if its first and its last day are', () => {
    const day = fc.date({ min: new Date('2020-01-01'), max: new Date('2027-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(day, day, day, (...days) => {
        const [a = '', b = '', c = ''] = days.map((date) => date.toISOString().slice(0, 10));
        const [from, to] = a < b ? [a, b] : [b, a];
        const { months, years } = between(from, to);
        const [year = '', month = ''] = c.split('-');
        const last = new Date(Date.UTC(Number(year), Number(month), 0)).toISOString().slice(0, 10);
        const inMonths = `${months.from}` <= c.slice(0, 7) && c.slice(0, 7) <= `${months.to}`;
        expect(inMonths).toBe(from <= `${year}-${month}-01` && last <= to);
        const inYears = Number(years.from) <= Number(year) && Number(year) <= Number(years.to);
        expect(inYears).toBe(from <= `${year}-01-01` && `${year}-12-31` <= to);
      }),
      { numRuns: 500 },
    );
  });
});

it.each([
  [null, null, null],
  ['2025-01', null, '2025-01'],
  [null, '2025-02', '2025-02'],
  ['2025-01', '2025-02', '2025-02'],
  ['2025-03', '2025-02', '2025-03'],
])('what is asked from %s within what begins at %s begins at %s', (asked, window, begins) => {
  expect(within({ from: window, to: null }, { from: asked, to: null }).from).toBe(begins);
});

it.each([
  [null, null, null],
  ['2025-01', '2025-02', '2025-01'],
  ['2025-03', '2025-02', '2025-02'],
  ['2025-03', null, '2025-03'],
])('what is asked to %s within what ends at %s ends at %s', (asked, window, ends) => {
  expect(within({ from: null, to: window }, { from: null, to: asked }).to).toBe(ends);
});

it('the month before January is December', () => {
  expect([monthBefore('2026-01-31'), monthBefore('2026-03-31')]).toEqual(['2025-12', '2026-02']);
});
