import type { SqlValue } from '../../database/db.ts';
import type { DepartmentContext } from '../kit/department-context.ts';
import { DepartmentError } from '../kit/department-error.ts';
import { assertAuditor } from './query-log.ts';

const MOST_ROWS = 1000;
const HOUR_MS = 3_600_000;

/** How long an interval is for PostgreSQL, and what is counted when no beginning is named, in hours. */
const INTERVALS = {
  HOUR: { unit: 'hour', usualHours: 24 },
  DAY: { unit: 'day', usualHours: 30 * 24 },
  MONTH: { unit: 'month', usualHours: 366 * 24 },
} as const;

/** What each group's value is, per kind of look (`k`) or tally (`t`), and what it is looked up in. */
const GROUPS = {
  ACTOR: { value: 'k.actor' },
  ORGANIZATION: { value: "nullif(k.organization, '')" },
  OPERATOR: { value: 'n.value', join: 'LEFT JOIN audit.name n ON n.name = counted.operator' },
  PURPOSE: { value: 'k.purpose' },
  DEPARTMENT: { value: 'one.value', join: 'CROSS JOIN LATERAL unnest(k.departments) AS one (value)' },
  DECISION: { value: 'k.decision' },
  CODE: { value: 'k.code' },
  FIELD: { value: 'one.value', join: 'CROSS JOIN LATERAL unnest(k.fields) AS one (value)' },
} as const;

interface StatisticsArguments {
  groupBy: keyof typeof GROUPS;
  interval: keyof typeof INTERVALS;
  from?: string | null;
  to?: string | null;
  first?: number | null;
}

/** Counts of the log for an auditor. Throws SUBJECT_FORBIDDEN for anybody else, INPUT_INVALID for a number of rows out of 1–1000. */
export async function queryLogStatistics(
  { groupBy, interval, from, to, first }: StatisticsArguments,
  context: DepartmentContext,
) {
  assertAuditor(context);
  const size = first ?? 100;
  if (size < 1 || size > MOST_ROWS) throw new DepartmentError('INPUT_INVALID');
  const { unit, usualHours } = INTERVALS[interval];
  const begin = from ?? new Date(context.clock() - usualHours * HOUR_MS).toISOString();
  const params: SqlValue[] = [unit, begin, to ?? null, size];
  const { rows } = await context.db.query(statisticsSql(groupBy), params);
  return rows;
}

/** Tallies are first added up by kind, of which there are few, and only then spread over the fields and departments of each. */
function statisticsSql(groupBy: keyof typeof GROUPS): string {
  const group: { value: string; join?: string } = GROUPS[groupBy];
  const operator = groupBy === 'OPERATOR' ? 't.operator' : '0::bigint';
  const looksOf = (decision: string) => `coalesce(sum(counted.looks) FILTER (WHERE k.decision = '${decision}'), 0)::text`;
  return `
    WITH counted AS MATERIALIZED (
      SELECT date_trunc($1, t.hour + interval '8 hours', 'UTC') - interval '8 hours' AS start, t.kind, ${operator} AS operator,
             sum(t.looks) AS looks, sum(t.subjects) AS subjects
      FROM audit.tally t
      WHERE t.hour >= date_trunc('hour', $2::timestamptz, 'UTC')
        AND ($3::timestamptz IS NULL OR t.hour < date_trunc('hour', $3::timestamptz, 'UTC'))
      GROUP BY 1, 2, 3
    )
    SELECT counted.start, ${group.value} AS "group", sum(counted.looks)::text AS looks, ${looksOf('RELEASED')} AS released,
           ${looksOf('REFUSED')} AS refused, ${looksOf('FAILED')} AS failed,
           ${looksOf('ACTED')} AS acted, sum(counted.subjects)::text AS subjects
    FROM counted JOIN audit.kind k USING (kind) ${group.join ?? ''}
    GROUP BY 1, 2 ORDER BY 1 DESC, sum(counted.looks) DESC, 2 LIMIT $4`;
}
