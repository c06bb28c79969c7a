import { cityToday } from '../../schema/city-clock.ts';
import type { DepartmentContext } from '../kit/department-context.ts';
import { moneyBounds, smallestCount } from '../kit/small-counts.ts';

/** Taxpayers of the months `$2`–`$3` by the band of what they paid; bands begin at the fen in `$4`. Those of fewer than `$1` stay here. */
const PAID_STATISTICS_SQL = `
  with paid as (
    select sum(p.amount_fen)::bigint as amount
    from tax.payment p
    where p.month between $2 and $3
    group by p.subject_id
  ), band as (
    select width_bucket(paid.amount, $4::bigint[]) as place, count(*) as subjects
    from paid
    group by 1
    having count(*) >= $1
  )
  select ($4::bigint[])[band.place] as "from", ($4::bigint[])[band.place + 1] as "to", band.subjects
  from band
  order by band.place`;

/** Counts of taxpayers by the band of the tax paid for a year, in one statement; none for a year that is not over. */
export async function taxPaidStatistics({ year }: { year: number }, context: DepartmentContext) {
  // Of a running year two tables a day apart would tell who paid in between.
  if (year >= Number(cityToday(context.clock).slice(0, 'YYYY'.length)) || year < 0) return [];
  const text = String(year).padStart(4, '0');
  const params = [smallestCount(context), `${text}-01`, `${text}-12`, moneyBounds(context)];
  const { rows } = await context.db.query(PAID_STATISTICS_SQL, params);
  return rows.map((row) => ({ ...row, year }));
}
