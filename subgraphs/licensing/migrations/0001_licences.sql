-- Every record table holds current rows only, so that a read is one index scan; `<table>_version` holds the superseded ones.
-- Amounts are 分 (`_fen`), months `YYYY-MM` text, subjects opaque ids; "C" collation makes keys cheap and both drivers agree.
create schema if not exists licensing;

create table licensing.license (
  subject_id text collate "C" not null,
  decision_document_name text,
  decision_document_no text collate "C" not null,
  category text check (category in ('ORDINARY', 'FRANCHISE', 'RECOGNITION', 'APPROVAL', 'REGISTRATION', 'OTHER')),
  certificate_name text,
  license_no text,
  content text,
  decision_date date not null,
  valid_from date,
  valid_to date,
  valid_indefinitely boolean not null default false,
  authority text,
  authority_code text collate "C" not null,
  status text check (status in ('VALID', 'INVALID', 'WITHDRAWN', 'IN_OBJECTION', 'OTHER')),
  counterpart_name text,
  legal_representative_name text,
  legal_representative_id_type text,
  legal_representative_id_no text,
  source_agency text,
  source_agency_code text,
  remark text,
  department text not null,
  responsible_officer text,
  -- No foreign key: a check for each of a million imported rows would buy nothing, batches are never deleted.
  batch_id text not null,
  line integer not null,
  received_at timestamptz not null,
  content_hash text not null,
  version integer not null default 1,
  primary key (decision_document_no, authority_code),
  -- 2099/12/31 in a file means no end: stored as none, never as a date.
  check (not valid_indefinitely or valid_to is null)
);
create index license_by_subject on licensing.license (subject_id, decision_date desc, decision_document_no, authority_code);

-- Superseded versions, moved here by the import that replaced them.
create table licensing.license_version (
  like licensing.license,
  superseded_at timestamptz not null default now(),
  primary key (decision_document_no, authority_code, version)
);

-- One row a file received.
create table licensing.batch (
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
create table licensing.unmatched (
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
create unique index unmatched_once on licensing.unmatched (category, content_hash) where resolved_at is null;
create index unmatched_by_reference on licensing.unmatched (reference) where resolved_at is null;
