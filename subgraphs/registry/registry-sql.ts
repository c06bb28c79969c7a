import { provenanceColumns } from '../kit/provenance.ts';

/** Registered subjects by id. */
export const SUBJECT_SQL = `
  select
    s.subject_id as key, s.kind, s.name, s.unified_social_credit_code as "unifiedSocialCreditCode",
    s.business_registration_no as "businessRegistrationNo", s.enterprise_type_code as "enterpriseTypeCode",
    s.enterprise_type_name as "enterpriseTypeName", s.status, s.registered_capital_fen as "registeredCapital",
    s.established_on as "establishedOn", s.approved_on as "approvedOn", s.business_scope as "businessScope",
    s.registered_address as "registeredAddress", s.operating_address as "operatingAddress", s.division,
    s.industry_code as "industryCode", s.registration_authority as "registrationAuthority",
    s.legal_representative_name as "legalRepresentativeName", s.employees, s.contact_phone as "contactPhone", s.email,
    ${provenanceColumns('s')}
  from registry.subject s
  where s.subject_id = any($1::text[])`;

/** Subjects by the stand-in of a number that is not their code (an old 15-digit number, a former code). */
export const IDENTIFIER_SQL = `
  select i.reference as key, i.subject_id as "subjectId" from registry.identifier i where i.reference = any($1::text[])`;

/** Names of natural persons, as the newest record that names them as an officer has it. */
export const PERSON_NAME_SQL = `
  select distinct on (o.person_id) o.person_id as key, o.name
  from registry.officer o
  where o.person_id = any($1::text[])
  order by o.person_id, o.received_at desc, o.subject_id`;

/**
 * Officers and shareholders, in the order of their roles: `$2` of each subject after `$5`, `$3`–`$4` bound the start of office. Within a
 * role by the hash: in the order of names, numbers or dates, a row's place would tell of what is masked in it.
 */
export const OFFICERS_SQL = `
  select asked.key, found.* from unnest($1::text[]) as asked(key)
  cross join lateral (
    select
      o.name, o.role, o.since, o.share_percent as share, o.id_document_type as "idDocumentType",
      nullif(o.id_document_no, '') as "idDocumentNo", o.birth_date as "birthDate", o.sex, o.phone, o.address,
      o.household_no as "householdNo", o.person_id as "personId"
    from registry.officer o
    where o.subject_id = asked.key and ($3::date is null or o.since >= $3) and ($4::date is null or o.since <= $4)
    order by
      array_position(
        array['LEGAL_REPRESENTATIVE', 'PRINCIPAL_RESPONSIBLE', 'ACTUAL_CONTROLLER', 'DIRECTOR', 'SUPERVISOR', 'SHAREHOLDER'],
        o.role), o.content_hash
    limit $2 offset $5
  ) as found`;

/** Former names, newest first: `$2` of each subject after `$3`. */
export const PREVIOUS_NAMES_SQL = `
  select asked.key, found.* from unnest($1::text[]) as asked(key)
  cross join lateral (
    select n.name from registry.previous_name n
    where n.subject_id = asked.key
    order by n.used_until desc nulls last, case when asked.key like 'o-%' then n.name end, n.content_hash
    limit $2 offset $3
  ) as found`;

/** Predecessors, newest first: `$2` of each subject after `$3`. */
export const PREDECESSORS_SQL = `
  select asked.key, found.* from unnest($1::text[]) as asked(key)
  cross join lateral (
    select s.subject_id as id from registry.succession s
    where s.successor_id = asked.key
    order by s.succeeded_on desc nulls last, s.subject_id
    limit $2 offset $3
  ) as found`;

/** Successors of many subjects; each has one at most. */
export const SUCCESSOR_SQL = `
  select s.subject_id as key, s.successor_id as id from registry.succession s where s.subject_id = any($1::text[])`;

/** Organisations whose name contains `$1`, by name, after the one that was `$2` under the name's key `$4`, and none after a sole proprietor. */
const ORGANIZATIONS_SQL = `(
  select 'o' as part, s.name_key as place, s.subject_id as id
  from registry.subject s
  where registry.bigrams(s.name_key) @> registry.bigrams(registry.search_key($1))
    and position(registry.search_key($1) in s.name_key) > 0
    and s.subject_id like 'o-%'
    and ($2::text is null or ($2 like 'o-%' and (s.name_key, s.subject_id) > ($4::text, $2)))
  order by s.name_key, s.subject_id
  limit $3)`;

/** Sole proprietors by id: in the order of their names, a row's place would tell of a name that is shown masked. */
const soleProprietorsSql = (named: string) => `(
  select 'p' as part, '' as place, s.subject_id as id
  from registry.subject s
  where ${named} and s.subject_id like 'p-%' and ($2::text is null or s.subject_id > $2)
  order by s.subject_id
  limit $3)`;

/**
 * Subjects by name: `$1` what is looked for, `$2` the id of the last one seen or null, `$3` how many, `$4` the key of the name under
 * which the last one was seen: it may be called otherwise by now, or be gone. Sole proprietors come last: not found, by their whole
 * name, or by a part of it.
 */
export const SEARCH_SQL = {
  organizations: ORGANIZATIONS_SQL,
  wholeNames: both(soleProprietorsSql('s.name_key = registry.search_key($1)')),
  parts: both(
    soleProprietorsSql(
      'registry.bigrams(s.name_key) @> registry.bigrams(registry.search_key($1)) and position(registry.search_key($1) in s.name_key) > 0',
    ),
  ),
} as const;

function both(soleProprietors: string): string {
  return `${ORGANIZATIONS_SQL} union all ${soleProprietors} order by part, place, id limit $3`;
}
