import type { DepartmentContext } from '../kit/department-context.ts';
import { selfOf } from '../kit/department-context.ts';
import type { Resolvers } from '../kit/department.ts';
import { loadList, loadOne, pageSize } from '../kit/loaders.ts';
import { provenance } from '../kit/provenance.ts';
import { ARREARS_SQL, GRADES_SQL, PAYMENTS_SQL, SALES_SQL, STANDING_SQL } from './tax-sql.ts';

interface Subject {
  id: string;
}
interface YearsArguments {
  first?: number | null;
  fromYear?: number | null;
  toYear?: number | null;
}
interface DatesArguments {
  first?: number | null;
  sinceFrom?: string | null;
  sinceTo?: string | null;
}
interface MonthsArguments {
  first?: number | null;
  fromMonth?: string | null;
  toMonth?: string | null;
}

/** Resolvers of the tax department. A standing is always there; its fields are null for a subject tax knows nothing of. */
export const resolvers: Resolvers = {
  CreditSubject: { tax: ({ id }: Subject) => ({ id }) },
  TaxStanding: {
    hasArrears: async (subject: Subject, _: unknown, context) => (await standing(subject, context))?.['hasArrears'],
    abnormalSince: async (subject: Subject, _: unknown, context) => (await standing(subject, context))?.['abnormalSince'],
    refundAccountNo: async (subject: Subject, _: unknown, context) => (await standing(subject, context))?.['refundAccountNo'],
    creditGrades: ({ id }: Subject, { first, fromYear = null, toYear = null }: YearsArguments, context) =>
      loadList(context, id, {
        sql: GRADES_SQL,
        params: [pageSize(first, 5), fromYear, toYear, seesEveryGrade(context), selfOf(context)],
      }),
    arrears: ({ id }: Subject, { first, sinceFrom = null, sinceTo = null }: DatesArguments, context) =>
      loadList(context, id, { sql: ARREARS_SQL, params: [pageSize(first, 20), sinceFrom, sinceTo] }),
    payments: ({ id }: Subject, { first, fromMonth = null, toMonth = null }: MonthsArguments, context) =>
      loadList(context, id, { sql: PAYMENTS_SQL, params: [pageSize(first, 20), fromMonth, toMonth] }),
    declaredSales: ({ id }: Subject, { first, fromYear = null, toYear = null }: YearsArguments, context) =>
      loadList(context, id, { sql: SALES_SQL, params: [pageSize(first, 5), fromYear, toYear] }),
  },
  TaxCreditGrade: { provenance },
  TaxArrears: { provenance },
  TaxPayment: { provenance },
  DeclaredSales: { provenance },
};

function standing({ id }: Subject, context: DepartmentContext) {
  return loadOne(context, id, { sql: STANDING_SQL });
}

/** Only grade A is published; the other grades are for government and for the subject itself. */
function seesEveryGrade({ caller }: DepartmentContext): boolean {
  return caller.actor === 'DEPARTMENT' || caller.actor === 'CREDIT_OFFICE' || caller.actor === 'AUDITOR';
}
