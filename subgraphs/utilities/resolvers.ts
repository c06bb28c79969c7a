import type { Row } from '../../database/db.ts';
import { cityToday } from '../../schema/city-clock.ts';
import type { Span } from '../kit/authorized-window.ts';
import { monthBefore, windowOf, within } from '../kit/authorized-window.ts';
import type { DepartmentContext } from '../kit/department-context.ts';
import type { Resolver, Resolvers } from '../kit/department.ts';
import { type ListArguments, loadList, loadOne, pageSize, rowsToSkip } from '../kit/loaders.ts';
import { provenance, provenanceColumns } from '../kit/provenance.ts';

interface Subject {
  id: string;
}
interface BillsArguments extends ListArguments {
  fromMonth?: string | null;
  toMonth?: string | null;
}

/** Standings of many subjects over the months `$2`–`$3`: the newest bill of each account counts. No row for a subject without bills. */
const STANDING_SQL = `
  select asked.key, found.* from unnest($1::text[]) as asked(key)
  cross join lateral (
    select sum(newest.arrears_periods)::int as "arrearsPeriods", sum(newest.arrears_periods) > 0 as "hasArrears"
    from (
      select distinct on (b.kind, b.account_no) b.arrears_periods
      from utilities.bill b
      where b.subject_id = asked.key and ($2::text is null or b.month >= $2) and ($3::text is null or b.month <= $3)
      order by b.kind, b.account_no, b.month desc
    ) as newest
    having count(*) > 0
  ) as found`;

/** Whether no bill of the months `$2`–`$3` was in arrears; no row without a bill. Only the answer leaves the statement. */
const NO_ARREARS_SQL = `
  select asked.key, found.* from unnest($1::text[]) as asked(key)
  cross join lateral (
    select bool_and(b.arrears_periods = 0) as answer
    from utilities.bill b
    where b.subject_id = asked.key and b.month >= $2 and ($3::text is null or b.month <= $3)
    having count(*) > 0
  ) as found`;

/** Accounts by kind, of a kind in no order that tells of a number: `$2` of each subject after `$5`; with a bill of the months `$3`–`$4`, where these are bounded. */
const ACCOUNTS_SQL = `
  select asked.key, found.* from unnest($1::text[]) as asked(key)
  cross join lateral (
    select a.subject_id, a.kind, a.account_no as "accountNo", a.address, a.bank_account_no as "bankAccountNo"
    from utilities.account a
    where a.subject_id = asked.key and (
      ($3::text is null and $4::text is null) or (
        select true from utilities.bill b
        where b.subject_id = a.subject_id and b.kind = a.kind and b.account_no = a.account_no
          and ($3::text is null or b.month >= $3) and ($4::text is null or b.month <= $4)
        limit 1
      )
    )
    order by a.kind, a.content_hash
    limit $2 offset $5
  ) as found`;

/** Bills of many accounts, newest month first: `$2` of each after `$5`, `$3`–`$4` bound the month. A key is a JSON array: subject, kind, account number. */
const BILLS_SQL = `
  select asked.key, found.* from unnest($1::text[]) as asked(key)
  cross join lateral (select asked.key::jsonb as of) as account
  cross join lateral (
    select
      b.month, b.usage, b.amount_fen as amount, b.arrears_periods as "arrearsPeriods", b.late_fee_fen as "lateFee",
      b.paid_on as "paidOn", ${provenanceColumns('b')}
    from utilities.bill b
    where b.subject_id = account.of ->> 0 and b.kind = account.of ->> 1 and b.account_no = account.of ->> 2
      and ($3::text is null or b.month >= $3) and ($4::text is null or b.month <= $4)
    order by b.month desc
    limit $2 offset $5
  ) as found`;

/** Resolvers of the utilities department. */
export const resolvers: Resolvers = {
  CreditSubject: { utilities: ({ id }: Subject) => ({ id }) },
  UtilityStanding: {
    hasArrears: standing('hasArrears'),
    arrearsPeriods: standing('arrearsPeriods'),
    noArrearsSince: async ({ id }: Subject, { month }: { month: string }, context) => {
      const span = spanSince(month, context);
      return span && (await loadOne(context, id, { sql: NO_ARREARS_SQL, params: [span.from, span.to] }))?.['answer'];
    },
    accounts: ({ id }: Subject, { first, skip }: ListArguments, context) => {
      const months = monthsShown(context, 'UtilityStanding.accounts');
      return (
        months &&
        loadList(context, id, { sql: ACCOUNTS_SQL, params: [pageSize(first, 20), months.from, months.to, rowsToSkip(skip)] })
      );
    },
  },
  UtilityAccount: {
    bills: (account: Row, { first, skip, fromMonth = null, toMonth = null }: BillsArguments, context) => {
      const shown = monthsShown(context, 'UtilityAccount.bills');
      if (shown === null) return null;
      const months = within(shown, { from: fromMonth, to: toMonth });
      return loadList(context, JSON.stringify([account['subject_id'], account['kind'], account['accountNo']]), {
        sql: BILLS_SQL,
        params: [pageSize(first, 12), months.from, months.to, rowsToSkip(skip)],
      });
    },
  },
  UtilityBill: { provenance },
};

/** A resolver of what a standing sums up, all of one statement. */
function standing(field: string): Resolver {
  return async ({ id }: Subject, _: unknown, context) => {
    const months = monthsShown(context, `UtilityStanding.${field}`);
    return months && (await loadOne(context, id, { sql: STANDING_SQL, params: [months.from, months.to] }))?.[field];
  };
}

function monthsShown(context: DepartmentContext, field: string): Span<string> | null {
  return windowOf(context, 'UTILITY', field)?.months ?? null;
}

/**
 * The months an answer about "since then" is of; null where they begin before the window. Within one they end with last month,
 * or where the window ends earlier with its last whole year: by windows that end a month apart the month could be found.
 */
function spanSince(month: string, context: DepartmentContext): Span<string> | null {
  const window = windowOf(context, 'UTILITY', 'UtilityStanding.noArrearsSince');
  if (window === null || (window.months.from !== null && month < window.months.from)) return null;
  if (window.months.to === null) return { from: month, to: null };
  const lastMonth = monthBefore(cityToday(context.clock));
  return { from: month, to: window.months.to >= lastMonth ? lastMonth : `${window.years.to}-12` };
}
