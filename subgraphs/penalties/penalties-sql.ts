import { authorityCodeColumn } from '../kit/import/authority.ts';
import { provenanceColumns } from '../kit/provenance.ts';

/**
 * Penalties of many subjects, newest decision first. Parameters: `$1` subjects, `$2` how many of each, `$3`–`$4` bounds of
 * the decision date, `$5` the city's date, `$6` whether the caller sees every penalty, `$7` the subject whose every
 * penalty it sees (its own) or null, `$8` the tiers of publicity-rules.yaml as JSON, `$9` how many of each come before.
 * What the caller may not see is left out before the limit is counted, so a page never tells how many were hidden.
 * A penalty that no tier describes is not published, nor one whose file says that it is not, or no longer. A fine whose amount was not filed (the layout of 2015 has none) is below no
 * amount: nobody knows that it is small.
 */
export const PENALTIES_SQL = `
  select asked.key, found.* from unnest($1::text[]) as asked(key)
  cross join lateral (
    select
      p.decision_document_no as "decisionDocumentNo", p.violation_type as "violationType", p.facts, p.basis, p.categories,
      p.content, p.fine_fen as "fineAmount", p.confiscated_fen as "confiscatedAmount",
      p.revoked_certificate as "revokedCertificate", p.decision_date as "decisionDate", p.valid_to as "validTo",
      s.public_until as "publicityEndDate", p.authority, ${authorityCodeColumn('p')}, s.tier, p.procedure,
      s.publicity_status as "publicityStatus", case when s.repaired then 'REPAIRED' else 'NOT_REPAIRED' end as "repairStatus",
      case when s.repaired then s.repaired_on end as "repairedOn", p.counterpart_name as "counterpartName",
      p.legal_representative_name as "legalRepresentativeName",
      p.legal_representative_id_no as "legalRepresentativeIdNo", p.case_handlers as "caseHandlers", p.remark,
      ${provenanceColumns('p')}
    from penalties.penalty p
    cross join lateral (
      select
        t.tier, case when p.status is distinct from 'NOT_PUBLISHED' then t.public_until end as public_until, o.repaired_on, coalesce(o.repaired_on <= $5::date, false) as repaired,
        case
          when p.status = 'WITHDRAWN' or o.withdrawn_on <= $5::date then 'WITHDRAWN'
          when p.status = 'NOT_PUBLISHED' or t.tier is null or t.tier = 'MINOR' then 'NOT_PUBLISHED'
          when p.status = 'EXPIRED' or t.public_until < $5::date then 'EXPIRED'
          else 'PUBLISHED'
        end as publicity_status
      from (select 1) as one
      left join penalties.outcome o
        on o.decision_document_no = p.decision_document_no and o.authority_code = p.authority_code
      left join lateral (
        select
          r.tier,
          case when r.tier <> 'MINOR' then
            coalesce(p.publicity_end_date, (p.decision_date + make_interval(months => r.publicity_months))::date)
          end as public_until
        from jsonb_to_recordset($8::jsonb) as r(
          rank int, effective_from date, effective_to date, tier text, publicity_months int, any_category text[],
          only_categories text[], procedure text, fine_below_fen bigint, fine_at_least_fen bigint)
        where p.decision_date between r.effective_from and r.effective_to
          and (r.any_category is null or p.categories && r.any_category)
          and (r.only_categories is null or (p.categories <@ r.only_categories and p.categories <> '{}'))
          and (r.procedure is null or p.procedure = r.procedure)
          and (
            r.fine_below_fen is null or p.fine_fen < r.fine_below_fen
            or (p.fine_fen is null and not 'FINE' = any(p.categories))
          )
          and (r.fine_at_least_fen is null or p.fine_fen >= r.fine_at_least_fen)
        order by r.rank limit 1
      ) as t on true
    ) as s
    where p.subject_id = asked.key
      and ($3::date is null or p.decision_date >= $3) and ($4::date is null or p.decision_date <= $4)
      and ($6::boolean or p.subject_id = $7::text or (s.publicity_status = 'PUBLISHED' and not s.repaired))
    order by p.decision_date desc, p.decision_document_no, p.authority_code
    limit $2 offset $9
  ) as found`;
