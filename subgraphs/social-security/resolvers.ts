import type { Span } from '../kit/authorized-window.ts';
import { windowOf, within } from '../kit/authorized-window.ts';
import type { DepartmentContext } from '../kit/department-context.ts';
import type { Resolver, Resolvers } from '../kit/department.ts';
import { type ListArguments, loadList, loadOne, pageSize, rowsToSkip } from '../kit/loaders.ts';
import { provenance, provenanceColumns } from '../kit/provenance.ts';

interface Subject {
  id: string;
}
interface ContributionsArguments extends ListArguments {
  fromMonth?: string | null;
  toMonth?: string | null;
}

/**
 * Standings of many subjects over the months `$2`–`$3`; no row for a subject without contributions. A month is in arrears when
 * less was paid than was due, and the standing is paid to the newest month that is not.
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
    where c.subject_id = asked.key and ($2::text is null or c.month >= $2) and ($3::text is null or c.month <= $3)
    having count(*) > 0
  ) as found`;

/** Whether at least `$4` persons were insured in the newest of the months `$2`–`$3`. Only the answer leaves the statement. */
const INSURED_AT_LEAST_SQL = `
  select asked.key, found.* from unnest($1::text[]) as asked(key)
  cross join lateral (
    select c.insured_count >= $4::bigint as answer
    from social_security.contribution c
    where c.subject_id = asked.key and ($2::text is null or c.month >= $2) and ($3::text is null or c.month <= $3)
    order by c.month desc
    limit 1
  ) as found`;

/** Contributions, newest month first: `$2` of each after `$5`, `$3`–`$4` bound the month. */
const CONTRIBUTIONS_SQL = `
  select asked.key, found.* from unnest($1::text[]) as asked(key)
  cross join lateral (
    select
      c.month, c.insured_count as "insuredCount", c.paid_fen >= c.due_fen as "paidInFull", c.due_fen as "dueAmount",
      c.paid_fen as "paidAmount", ${provenanceColumns('c')}
    from social_security.contribution c
    where c.subject_id = asked.key and ($3::text is null or c.month >= $3) and ($4::text is null or c.month <= $4)
    order by c.month desc
    limit $2 offset $5
  ) as found`;

/** Resolvers of the social-security department. */
export const resolvers: Resolvers = {
  CreditSubject: { socialSecurity: ({ id }: Subject) => ({ id }) },
  SocialSecurityStanding: {
    hasArrears: standing('hasArrears'),
    arrearsMonths: standing('arrearsMonths'),
    paidToMonth: standing('paidToMonth'),
    insuredCount: standing('insuredCount'),
    insuredAtLeast: async ({ id }: Subject, { count }: { count: string }, context) => {
      const months = monthsShown(context, 'insuredAtLeast');
      if (months === null) return null;
      const found = await loadOne(context, id, { sql: INSURED_AT_LEAST_SQL, params: [months.from, months.to, count] });
      return found?.['answer'];
    },
    contributions: ({ id }: Subject, { first, skip, fromMonth = null, toMonth = null }: ContributionsArguments, context) => {
      const shown = monthsShown(context, 'contributions');
      if (shown === null) return null;
      const months = within(shown, { from: fromMonth, to: toMonth });
      return loadList(context, id, {
        sql: CONTRIBUTIONS_SQL,
        params: [pageSize(first, 12), months.from, months.to, rowsToSkip(skip)],
      });
    },
  },
  SocialSecurityContribution: { provenance },
};

/** A resolver of what a standing sums up, all of one statement. */
function standing(field: string): Resolver {
  return async ({ id }: Subject, _: unknown, context) => {
    const months = monthsShown(context, field);
    return months && (await loadOne(context, id, { sql: STANDING_SQL, params: [months.from, months.to] }))?.[field];
  };
}

function monthsShown(context: DepartmentContext, field: string): Span<string> | null {
  return windowOf(context, 'SOCIAL_SECURITY', `SocialSecurityStanding.${field}`)?.months ?? null;
}
