import { provenanceColumns } from '../kit/provenance.ts';

/**
 * Standings of many subjects; no row for a subject of which tax has no record. `$2`–`$3` bound the day since when it owes,
 * `$4`–`$5` the months and `$6`–`$7` the years of other records. Each `limit 1` keeps the look-up by subject:
 * as `exists` the planner may read a whole table into a hash for a handful of subjects.
 */
export const STANDING_SQL = `
  select
    asked.key, payer.abnormal_since as "abnormalSince", payer.refund_account_no as "refundAccountNo",
    coalesce(owed.amount_fen > 0, false) as "hasArrears"
  from unnest($1::text[]) as asked(key)
  left join lateral (
    select t.subject_id, t.abnormal_since, t.refund_account_no from tax.taxpayer t where t.subject_id = asked.key limit 1
  ) as payer on true
  left join lateral (
    select a.amount_fen from tax.arrears a where a.subject_id = asked.key
      and ($2::date is null or a.since >= $2) and ($3::date is null or a.since <= $3)
    order by a.amount_fen desc limit 1
  ) as owed on true
  where payer.subject_id is not null or owed.amount_fen is not null
    or (
      select true from tax.credit_grade g
      where g.subject_id = asked.key and ($6::int is null or g.year >= $6) and ($7::int is null or g.year <= $7) limit 1
    )
    or (
      select true from tax.payment p
      where p.subject_id = asked.key and ($4::text is null or p.month >= $4) and ($5::text is null or p.month <= $5) limit 1
    )
    or (
      select true from tax.declared_sales d
      where d.subject_id = asked.key and ($6::int is null or d.year >= $6) and ($7::int is null or d.year <= $7) limit 1
    )`;

/** Credit grades, newest year first: `$2` of each after `$9`, `$3`–`$4` bound the year, `$5` sees every grade of `$7`–`$8`, `$6` is the caller's own subject. */
export const GRADES_SQL = `
  select asked.key, found.* from unnest($1::text[]) as asked(key)
  cross join lateral (
    select g.year, g.grade, ${provenanceColumns('g')}
    from tax.credit_grade g
    where g.subject_id = asked.key
      and ($3::int is null or g.year >= $3) and ($4::int is null or g.year <= $4)
      and (
        g.grade = 'A' or g.subject_id = $6::text
        or ($5::boolean and ($7::int is null or g.year >= $7) and ($8::int is null or g.year <= $8))
      )
    order by g.year desc
    limit $2 offset $9
  ) as found`;

/**
 * Arrears that are still owed, newest month first: `$2` of each after `$5`, `$3`–`$4` bound the date since when. By months, and within a
 * month by the hash: in the order of balances, days or taxes, a row's place would tell of what is masked in it.
 */
export const ARREARS_SQL = `
  select asked.key, found.* from unnest($1::text[]) as asked(key)
  cross join lateral (
    select a.tax_type as "taxType", a.amount_fen as amount, a.since, ${provenanceColumns('a')}
    from tax.arrears a
    where a.subject_id = asked.key and a.amount_fen > 0
      and ($3::date is null or a.since >= $3) and ($4::date is null or a.since <= $4)
    order by date_trunc('month', a.since::timestamp) desc nulls last, a.content_hash
    limit $2 offset $5
  ) as found`;

/** Payments, newest month first, and of a month in no order that tells of a tax: `$2` of each after `$5`, `$3`–`$4` bound the month. */
export const PAYMENTS_SQL = `
  select asked.key, found.* from unnest($1::text[]) as asked(key)
  cross join lateral (
    select p.month, p.tax_type as "taxType", p.amount_fen as amount, p.paid_on as "paidOn", ${provenanceColumns('p')}
    from tax.payment p
    where p.subject_id = asked.key and ($3::text is null or p.month >= $3) and ($4::text is null or p.month <= $4)
    order by p.month desc, p.content_hash
    limit $2 offset $5
  ) as found`;

/** Tax paid by year, newest first: `$2` of each after `$5`, `$3`–`$4` bound the months, which are those of whole years. */
export const PAID_BY_YEAR_SQL = `
  select asked.key, found.* from unnest($1::text[]) as asked(key)
  cross join lateral (
    select left(p.month, 4)::int as year, sum(p.amount_fen)::bigint as amount
    from tax.payment p
    where p.subject_id = asked.key
      and ($3::text is null or p.month >= $3) and ($4::text is null or p.month <= $4)
    group by 1
    order by 1 desc
    limit $2 offset $5
  ) as found`;

/** Whether the tax paid for the months `$2`–`$3` was at least `$4`, in 分; no row without a payment. Only the answer leaves the statement. */
export const PAID_AT_LEAST_SQL = `
  select asked.key, found.* from unnest($1::text[]) as asked(key)
  cross join lateral (
    select sum(p.amount_fen) >= $4::bigint as answer
    from tax.payment p
    where p.subject_id = asked.key and p.month between $2 and $3
    having count(*) > 0
  ) as found`;

/** Declared sales, newest year first: `$2` of each after `$5`, `$3`–`$4` bound the year. */
export const SALES_SQL = `
  select asked.key, found.* from unnest($1::text[]) as asked(key)
  cross join lateral (
    select d.year, d.amount_fen as amount, ${provenanceColumns('d')}
    from tax.declared_sales d
    where d.subject_id = asked.key and ($3::int is null or d.year >= $3) and ($4::int is null or d.year <= $4)
    order by d.year desc
    limit $2 offset $5
  ) as found`;
