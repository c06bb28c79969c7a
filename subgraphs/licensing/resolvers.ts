import type { Resolvers } from '../kit/department.ts';
import { authorityCodeColumn } from '../kit/import/authority.ts';
import { type ListArguments, loadList, pageSize, rowsToSkip } from '../kit/loaders.ts';
import { provenance, provenanceColumns } from '../kit/provenance.ts';

interface LicensesArguments extends ListArguments {
  decidedFrom?: string | null;
  decidedTo?: string | null;
}

/** Licences of many subjects, newest decision first, at most `$2` of each after `$5`; `$3` and `$4` bound the decision date. */
const LICENSES_SQL = `
  select asked.key, found.* from unnest($1::text[]) as asked(key)
  cross join lateral (
    select
      l.decision_document_name as "decisionDocumentName", l.decision_document_no as "decisionDocumentNo", l.category,
      l.certificate_name as "certificateName", l.license_no as "licenseNo", l.content,
      l.decision_date as "decisionDate", l.valid_from as "validFrom", l.valid_to as "validTo",
      l.valid_indefinitely as "validIndefinitely", l.authority, ${authorityCodeColumn('l')}, l.status,
      l.counterpart_name as "counterpartName", l.legal_representative_name as "legalRepresentativeName",
      l.legal_representative_id_type as "legalRepresentativeIdType",
      l.legal_representative_id_no as "legalRepresentativeIdNo",
      l.source_agency as "sourceAgency", l.remark, ${provenanceColumns('l')}
    from licensing.license l
    where l.subject_id = asked.key
      and ($3::date is null or l.decision_date >= $3) and ($4::date is null or l.decision_date <= $4)
    order by l.decision_date desc, l.decision_document_no, l.authority_code
    limit $2 offset $5
  ) as found`;

/** Resolvers of the licensing department. */
export const resolvers: Resolvers = {
  CreditSubject: {
    licenses: ({ id }: { id: string }, { first, skip, decidedFrom = null, decidedTo = null }: LicensesArguments, context) =>
      loadList(context, id, { sql: LICENSES_SQL, params: [pageSize(first, 20), decidedFrom, decidedTo, rowsToSkip(skip)] }),
  },
  AdministrativeLicense: { provenance },
};
