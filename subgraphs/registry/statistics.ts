import type { DepartmentContext } from '../kit/department-context.ts';
import { smallestCount } from '../kit/small-counts.ts';

/** Dimensions a table may have. */
type RegistrationGroup = 'INDUSTRY' | 'DIVISION';

interface StatisticsArguments {
  groupBy: readonly RegistrationGroup[];
  filter?: { industry?: string | null; division?: string | null } | null;
}

/**
 * Every table is a sum of whole cells, and cells of fewer than `$1` are in none: all that leaves is a function of the other cells,
 * so that no table and no combination of tables tells a small one from nothing. `$2`, `$3` group, `$4`, `$5` filter. An industry
 * is filed with the letter of its section (I6510) or without: its division is the first two digits.
 */
const STATISTICS_SQL = `
  with cell as (
    select substring(s.industry_code from '^[A-Za-z]?([0-9]{2})') as industry, s.division, count(*) as subjects
    from registry.subject s
    group by 1, 2
    having count(*) >= $1
  )
  select
    case when $2::boolean then cell.industry end as industry,
    case when $3::boolean then cell.division end as division,
    sum(cell.subjects)::bigint as subjects
  from cell
  where ($4::text is null or cell.industry = $4) and ($5::text is null or cell.division = $5)
  group by 1, 2
  order by 1, 2`;

/** Counts of registered subjects by industry and division, in one statement. No row where everything is left out. */
export async function registrationStatistics({ groupBy, filter }: StatisticsArguments, context: DepartmentContext) {
  const { industry = null, division = null } = filter ?? {};
  const params = [smallestCount(context), groupBy.includes('INDUSTRY'), groupBy.includes('DIVISION'), industry, division];
  return (await context.db.query(STATISTICS_SQL, params)).rows;
}
