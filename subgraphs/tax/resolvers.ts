import { fenFromYuan } from '../../schema/scalars/decimal.ts';
import type { Span, Window } from '../kit/authorized-window.ts';
import { holds, windowOf, within } from '../kit/authorized-window.ts';
import type { DepartmentContext } from '../kit/department-context.ts';
import { selfOf } from '../kit/department-context.ts';
import type { Resolvers } from '../kit/department.ts';
import { type ListArguments, loadList, loadOne, pageSize, rowsToSkip } from '../kit/loaders.ts';
import { provenance } from '../kit/provenance.ts';
import { taxPaidStatistics } from './statistics.ts';
import {
  ARREARS_SQL,
  GRADES_SQL,
  PAID_AT_LEAST_SQL,
  PAID_BY_YEAR_SQL,
  PAYMENTS_SQL,
  SALES_SQL,
  STANDING_SQL,
} from './tax-sql.ts';

interface Subject {
  id: string;
}
interface YearsArguments extends ListArguments {
  fromYear?: number | null;
  toYear?: number | null;
}
interface DatesArguments extends ListArguments {
  sinceFrom?: string | null;
  sinceTo?: string | null;
}
interface MonthsArguments extends ListArguments {
  fromMonth?: string | null;
  toMonth?: string | null;
}

/** Resolvers of the tax department. A standing is always there; its fields are null for a subject tax knows nothing of. */
export const resolvers: Resolvers = {
  Query: { taxPaidStatistics: (_: unknown, args: { year: number }, context) => taxPaidStatistics(args, context) },
  CreditSubject: { tax: ({ id }: Subject) => ({ id }) },
  TaxStanding: {
    hasArrears: async (subject: Subject, _: unknown, context) => {
      const window = taxWindow(context, 'hasArrears');
      return window && (await standing(subject, context))?.['hasArrears'];
    },
    abnormalSince: async (subject: Subject, _: unknown, context) => (await standing(subject, context))?.['abnormalSince'],
    refundAccountNo: async (subject: Subject, _: unknown, context) => (await standing(subject, context))?.['refundAccountNo'],
    creditGrades: ({ id }: Subject, { first, skip, fromYear = null, toYear = null }: YearsArguments, context) => {
      const shown = gradesShown(context);
      return loadList(context, id, {
        sql: GRADES_SQL,
        params: [
          pageSize(first, 5),
          fromYear,
          toYear,
          shown !== null,
          selfOf(context),
          shown?.from ?? null,
          shown?.to ?? null,
          rowsToSkip(skip),
        ],
      });
    },
    arrears: ({ id }: Subject, { first, skip, sinceFrom = null, sinceTo = null }: DatesArguments, context) => {
      const window = taxWindow(context, 'arrears');
      if (window === null) return null;
      const since = within(window.days, { from: sinceFrom, to: sinceTo });
      return loadList(context, id, { sql: ARREARS_SQL, params: [pageSize(first, 20), since.from, since.to, rowsToSkip(skip)] });
    },
    payments: ({ id }: Subject, { first, skip, fromMonth = null, toMonth = null }: MonthsArguments, context) => {
      const window = taxWindow(context, 'payments');
      if (window === null) return null;
      const months = within(window.months, { from: fromMonth, to: toMonth });
      return loadList(context, id, {
        sql: PAYMENTS_SQL,
        params: [pageSize(first, 20), months.from, months.to, rowsToSkip(skip)],
      });
    },
    paidByYear: ({ id }: Subject, { first, skip, fromYear = null, toYear = null }: YearsArguments, context) => {
      const window = taxWindow(context, 'paidByYear');
      if (window === null) return null;
      const months = monthsOf(within(window.years, { from: fromYear, to: toYear }));
      return loadList(context, id, {
        sql: PAID_BY_YEAR_SQL,
        params: [pageSize(first, 5), months.from, months.to, rowsToSkip(skip)],
      });
    },
    paidAtLeast: async ({ id }: Subject, { amount, year }: { amount: string; year: number }, context) => {
      const window = taxWindow(context, 'paidAtLeast');
      if (window === null || !holds(window.years, year)) return null;
      const months = monthsOf({ from: year, to: year });
      const params = [months.from, months.to, fenFromYuan(amount)?.toString() ?? null];
      return (await loadOne(context, id, { sql: PAID_AT_LEAST_SQL, params }))?.['answer'];
    },
    declaredSales: ({ id }: Subject, { first, skip, fromYear = null, toYear = null }: YearsArguments, context) => {
      const window = taxWindow(context, 'declaredSales');
      if (window === null) return null;
      const years = within(window.years, { from: fromYear, to: toYear });
      return loadList(context, id, { sql: SALES_SQL, params: [pageSize(first, 5), years.from, years.to, rowsToSkip(skip)] });
    },
  },
  TaxCreditGrade: { provenance },
  TaxArrears: { provenance },
  TaxPayment: { provenance },
  DeclaredSales: { provenance },
};

/** All that a standing tells, in one statement: what is published is the same in any window. */
function standing({ id }: Subject, context: DepartmentContext) {
  const { days, months, years } = taxWindow(context, 'hasArrears') ?? NOTHING;
  const params = [days.from, days.to, months.from, months.to, years.from, years.to];
  return loadOne(context, id, { sql: STANDING_SQL, params });
}

/** Of which no record is. */
const NOTHING: Window = {
  days: { from: '9999-12-31', to: '0001-01-01' },
  months: { from: '9999-12', to: '0001-01' },
  years: { from: 9999, to: 1 },
};

function taxWindow(context: DepartmentContext, field: string): Window | null {
  return windowOf(context, 'TAX', `TaxStanding.${field}`);
}

/**
 * Only grade A is published. The years of which a caller sees the other grades: all for government, those of its
 * authorization for a bank, none for anybody else but the subject itself.
 */
function gradesShown(context: DepartmentContext): Span<number> | null {
  const { actor } = context.caller;
  const mayBeShown = actor === 'DEPARTMENT' || actor === 'CREDIT_OFFICE' || actor === 'AUDITOR' || actor === 'BANK';
  return mayBeShown ? (taxWindow(context, 'creditGrades')?.years ?? null) : null;
}

/** The months of whole years, as text that compares like the column's. */
function monthsOf({ from, to }: Span<number>): Span<string> {
  return { from: from === null ? null : `${fourDigits(from)}-01`, to: to === null ? null : `${fourDigits(to)}-12` };
}

function fourDigits(year: number): string {
  return String(Math.min(Math.max(year, 0), 9999)).padStart(4, '0');
}
