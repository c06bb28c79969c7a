-- Every record table holds current rows only, so that a read is one index scan; `<table>_version` holds the superseded ones.
-- Amounts are 分 (`_fen`), months `YYYY-MM` text, subjects opaque ids; "C" collation makes keys cheap and both drivers agree.
create schema if not exists registry;

-- A name as it is compared: compatibility forms folded (（ is (), lower case, no spaces.
create function registry.search_key(name text) returns text language sql immutable strict parallel safe
  return lower(regexp_replace(normalize(name, nfkc), '\s', '', 'g'));

-- The two-character pieces of a search key. Chinese names are searched by two characters, which trigrams cannot serve.
create function registry.bigrams(key text) returns text[] language sql immutable strict parallel safe
  return (select coalesce(array_agg(distinct substr(key, i, 2)), '{}') from generate_series(1, char_length(key) - 1) as i);

-- Registered subjects: organisations and sole proprietors. Natural persons have no row; officers are known by person_id.
create table registry.subject (
  subject_id text collate "C" not null,
  kind text not null check (kind in
    ('ENTERPRISE_LEGAL_PERSON', 'NON_ENTERPRISE_LEGAL_PERSON', 'UNINCORPORATED_ORGANIZATION', 'INDIVIDUAL_BUSINESS')),
  name text not null,
  name_key text collate "C" generated always as (registry.search_key(name)) stored,
  unified_social_credit_code text collate "C" not null,
  business_registration_no text collate "C",
  enterprise_type_code text,
  enterprise_type_name text,
  status text check (status in ('IN_OPERATION', 'REVOKED', 'DEREGISTERED', 'MOVED_OUT', 'SUSPENDED')),
  registered_capital_fen bigint check (registered_capital_fen >= 0),
  established_on date,
  approved_on date,
  business_scope text,
  registered_address text,
  operating_address text,
  division text,
  industry_code text,
  registration_authority text,
  legal_representative_name text,
  employees integer check (employees >= 0),
  contact_phone text,
  email text,
  department text not null,
  responsible_officer text,
  -- No foreign key: a check for each of a million imported rows would buy nothing, batches are never deleted.
  batch_id text not null,
  line integer not null,
  received_at timestamptz not null,
  content_hash text not null,
  version integer not null default 1,
  primary key (subject_id)
);
create index subject_by_name on registry.subject (name_key, subject_id);
create index subject_by_bigram on registry.subject using gin (registry.bigrams(name_key));

-- Superseded versions, moved here by the import that replaced them.
create table registry.subject_version (
  like registry.subject,
  superseded_at timestamptz not null default now(),
  primary key (subject_id, version)
);

-- Numbers that lead to a subject besides its code: old 15-digit numbers and former codes. `reference` is unresolvedId()
-- of the normalised number, so that this table can be lent to other departments' imports without a number in it.
create table registry.identifier (
  reference text collate "C" not null,
  kind text not null check (kind in ('USCC', 'BUSINESS_REGISTRATION_NO')),
  subject_id text collate "C" not null,
  department text not null,
  responsible_officer text,
  -- No foreign key: a check for each of a million imported rows would buy nothing, batches are never deleted.
  batch_id text not null,
  line integer not null,
  received_at timestamptz not null,
  content_hash text not null,
  version integer not null default 1,
  primary key (reference)
);
create index identifier_by_subject on registry.identifier (subject_id);

-- Superseded versions, moved here by the import that replaced them.
create table registry.identifier_version (
  like registry.identifier,
  superseded_at timestamptz not null default now(),
  primary key (reference, version)
);

create table registry.officer (
  subject_id text collate "C" not null,
  role text not null check (role in ('LEGAL_REPRESENTATIVE', 'PRINCIPAL_RESPONSIBLE', 'ACTUAL_CONTROLLER', 'DIRECTOR', 'SUPERVISOR', 'SHAREHOLDER')),
  name text collate "C" not null,
  id_document_type text,
  -- Empty when the file gives none: part of the key.
  id_document_no text collate "C" not null default '',
  -- subjectId() of a resident number; null for other documents' holders and for companies that hold shares.
  person_id text collate "C",
  since date,
  share_percent numeric(5, 2) check (share_percent between 0 and 100),
  birth_date date,
  sex text,
  phone text,
  address text,
  household_no text,
  department text not null,
  responsible_officer text,
  batch_id text not null,
  line integer not null,
  received_at timestamptz not null,
  content_hash text not null,
  version integer not null default 1,
  primary key (subject_id, role, name, id_document_no)
);
create index officer_by_person on registry.officer (person_id) where person_id is not null;

-- Superseded versions, moved here by the import that replaced them.
create table registry.officer_version (
  like registry.officer,
  superseded_at timestamptz not null default now(),
  primary key (subject_id, role, name, id_document_no, version)
);

create table registry.previous_name (
  subject_id text collate "C" not null,
  name text collate "C" not null,
  used_until date,
  department text not null,
  responsible_officer text,
  batch_id text not null,
  line integer not null,
  received_at timestamptz not null,
  content_hash text not null,
  version integer not null default 1,
  primary key (subject_id, name)
);

-- Superseded versions, moved here by the import that replaced them.
create table registry.previous_name_version (
  like registry.previous_name,
  superseded_at timestamptz not null default now(),
  primary key (subject_id, name, version)
);

-- subject_id is the predecessor: it was merged into or converted (个转企) into the successor. Its records stay its own.
create table registry.succession (
  subject_id text collate "C" not null,
  successor_id text collate "C" not null,
  kind text not null check (kind in ('MERGER', 'CONVERSION')),
  succeeded_on date,
  department text not null,
  responsible_officer text,
  batch_id text not null,
  line integer not null,
  received_at timestamptz not null,
  content_hash text not null,
  version integer not null default 1,
  primary key (subject_id)
);
create index succession_by_successor on registry.succession (successor_id);

-- Superseded versions, moved here by the import that replaced them.
create table registry.succession_version (
  like registry.succession,
  superseded_at timestamptz not null default now(),
  primary key (subject_id, version)
);

-- One row a file received.
create table registry.batch (
  id text collate "C" primary key,
  category text not null,
  layout text not null,
  department text not null,
  responsible_officer text,
  file_name text not null,
  file_sha256 text not null,
  started_at timestamptz not null,
  finished_at timestamptz,
  accepted integer not null default 0,
  unchanged integer not null default 0,
  rejected integer not null default 0,
  warned integer not null default 0,
  unmatched integer not null default 0
);

-- Rows whose subject is known by an old 15-digit number only, waiting for the registry to know it.
-- `reference` is unresolvedId() of that number; `row` is the normalised row, ready to be imported.
create table registry.unmatched (
  id bigint generated always as identity primary key,
  category text not null,
  reference text collate "C" not null,
  reason text not null,
  "row" jsonb not null,
  department text not null,
  responsible_officer text,
  batch_id text not null,
  line integer not null,
  received_at timestamptz not null,
  content_hash text not null,
  resolved_at timestamptz
);
create unique index unmatched_once on registry.unmatched (category, content_hash) where resolved_at is null;
create index unmatched_by_reference on registry.unmatched (reference) where resolved_at is null;
