import type { Row } from '../../database/db.ts';
import type { DepartmentContext } from '../kit/department-context.ts';
import type { Resolvers } from '../kit/department.ts';
import { loadList, loadOne, pageSize } from '../kit/loaders.ts';
import { provenance, provenanceColumns } from '../kit/provenance.ts';

interface Subject {
  id: string;
}
interface BillsArguments {
  first?: number | null;
  fromMonth?: string | null;
  toMonth?: string | null;
}

/** Standings of many subjects: the newest bill of each account counts. No row for a subject without bills. */
const STANDING_SQL = `
  select asked.key, found.* from unnest($1::text[]) as asked(key)
  cross join lateral (
    select sum(newest.arrears_periods)::int as "arrearsPeriods", sum(newest.arrears_periods) > 0 as "hasArrears"
    from (
      select distinct on (b.kind, b.account_no) b.arrears_periods
      from utilities.bill b
      where b.subject_id = asked.key
      order by b.kind, b.account_no, b.month desc
    ) as newest
    having count(*) > 0
  ) as found`;

/** Accounts by kind, of a kind in no order that tells of a number: `$2` of each subject. */
const ACCOUNTS_SQL = `
  select asked.key, found.* from unnest($1::text[]) as asked(key)
  cross join lateral (
    select a.subject_id, a.kind, a.account_no as "accountNo", a.address, a.bank_account_no as "bankAccountNo"
    from utilities.account a
    where a.subject_id = asked.key
    order by a.kind, a.content_hash
    limit $2
  ) as found`;

/** Bills of many accounts, newest month first: `$2` of each, `$3`–`$4` bound the month. A key is a JSON array: subject, kind, account number. */
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
    limit $2
  ) as found`;

/** Resolvers of the utilities department. */
export const resolvers: Resolvers = {
  CreditSubject: { utilities: ({ id }: Subject) => ({ id }) },
  UtilityStanding: {
    hasArrears: async (subject: Subject, _: unknown, context) => (await standing(subject, context))?.['hasArrears'],
    arrearsPeriods: async (subject: Subject, _: unknown, context) => (await standing(subject, context))?.['arrearsPeriods'],
    accounts: ({ id }: Subject, { first }: { first?: number | null }, context) =>
      loadList(context, id, { sql: ACCOUNTS_SQL, params: [pageSize(first, 20)] }),
  },
  UtilityAccount: {
    bills: (account: Row, { first, fromMonth = null, toMonth = null }: BillsArguments, context) =>
      loadList(context, JSON.stringify([account['subject_id'], account['kind'], account['accountNo']]), {
        sql: BILLS_SQL,
        params: [pageSize(first, 12), fromMonth, toMonth],
      }),
  },
  UtilityBill: { provenance },
};

function standing({ id }: Subject, context: DepartmentContext) {
  return loadOne(context, id, { sql: STANDING_SQL });
}
