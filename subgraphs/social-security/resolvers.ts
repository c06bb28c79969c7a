import type { DepartmentContext } from '../kit/department-context.ts';
import type { Resolvers } from '../kit/department.ts';
import { loadList, loadOne, pageSize } from '../kit/loaders.ts';
import { provenance, provenanceColumns } from '../kit/provenance.ts';

interface Subject {
  id: string;
}
interface ContributionsArguments {
  first?: number | null;
  fromMonth?: string | null;
  toMonth?: string | null;
}

/**
 * Standings of many subjects; no row for a subject without contributions. A month is in arrears when less was paid than
 * was due, and the standing is paid to the newest month that is not.
 */
const STANDING_SQL = `
  select asked.key, found.* from unnest($1::text[]) as asked(key)
  cross join lateral (
    select
      count(*) filter (where c.paid_fen < c.due_fen) as "arrearsMonths",
      bool_or(c.paid_fen < c.due_fen) as "hasArrears",
      max(c.month) filter (where c.paid_fen >= c.due_fen) as "paidToMonth",
      (array_agg(c.insured_count order by c.month desc))[1] as "insuredCount"
    from social_security.contribution c
    where c.subject_id = asked.key
    having count(*) > 0
  ) as found`;

/** Contributions, newest month first: `$2` of each, `$3`–`$4` bound the month. */
const CONTRIBUTIONS_SQL = `
  select asked.key, found.* from unnest($1::text[]) as asked(key)
  cross join lateral (
    select c.month, c.insured_count as "insuredCount", c.due_fen as "dueAmount", c.paid_fen as "paidAmount", ${provenanceColumns('c')}
    from social_security.contribution c
    where c.subject_id = asked.key and ($3::text is null or c.month >= $3) and ($4::text is null or c.month <= $4)
    order by c.month desc
    limit $2
  ) as found`;

/** Resolvers of the social-security department. */
export const resolvers: Resolvers = {
  CreditSubject: { socialSecurity: ({ id }: Subject) => ({ id }) },
  SocialSecurityStanding: {
    hasArrears: async (subject: Subject, _: unknown, context) => (await standing(subject, context))?.['hasArrears'],
    arrearsMonths: async (subject: Subject, _: unknown, context) => (await standing(subject, context))?.['arrearsMonths'],
    paidToMonth: async (subject: Subject, _: unknown, context) => (await standing(subject, context))?.['paidToMonth'],
    insuredCount: async (subject: Subject, _: unknown, context) => (await standing(subject, context))?.['insuredCount'],
    contributions: ({ id }: Subject, { first, fromMonth = null, toMonth = null }: ContributionsArguments, context) =>
      loadList(context, id, { sql: CONTRIBUTIONS_SQL, params: [pageSize(first, 12), fromMonth, toMonth] }),
  },
  SocialSecurityContribution: { provenance },
};

function standing({ id }: Subject, context: DepartmentContext) {
  return loadOne(context, id, { sql: STANDING_SQL });
}
