-- Every record table holds current rows only, so that a read is one index scan; `<table>_version` holds the superseded ones.
-- Amounts are 分 (`_fen`), months `YYYY-MM` text, subjects opaque ids; "C" collation makes keys cheap and both drivers agree.
create schema if not exists tax;

-- One row a taxpayer.
create table tax.taxpayer (
  subject_id text collate "C" not null,
  -- 非正常户认定日期.
  abnormal_since date,
  refund_account_no text,
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

-- Superseded versions, moved here by the import that replaced them.
create table tax.taxpayer_version (
  like tax.taxpayer,
  superseded_at timestamptz not null default now(),
  primary key (subject_id, version)
);

create table tax.credit_grade (
  subject_id text collate "C" not null,
  year integer not null,
  grade text not null check (grade in ('A', 'B', 'M', 'C', 'D')),
  department text not null,
  responsible_officer text,
  batch_id text not null,
  line integer not null,
  received_at timestamptz not null,
  content_hash text not null,
  version integer not null default 1,
  primary key (subject_id, year)
);

-- Superseded versions, moved here by the import that replaced them.
create table tax.credit_grade_version (
  like tax.credit_grade,
  superseded_at timestamptz not null default now(),
  primary key (subject_id, year, version)
);

create table tax.arrears (
  subject_id text collate "C" not null,
  tax_type text not null,
  amount_fen bigint not null check (amount_fen >= 0),
  since date,
  department text not null,
  responsible_officer text,
  batch_id text not null,
  line integer not null,
  received_at timestamptz not null,
  content_hash text not null,
  version integer not null default 1,
  primary key (subject_id, tax_type)
);

-- Superseded versions, moved here by the import that replaced them.
create table tax.arrears_version (
  like tax.arrears,
  superseded_at timestamptz not null default now(),
  primary key (subject_id, tax_type, version)
);

create table tax.payment (
  subject_id text collate "C" not null,
  month text collate "C" not null check (month ~ '^\d{4}-(0[1-9]|1[0-2])$'),
  tax_type text not null,
  amount_fen bigint not null,
  paid_on date,
  department text not null,
  responsible_officer text,
  batch_id text not null,
  line integer not null,
  received_at timestamptz not null,
  content_hash text not null,
  version integer not null default 1,
  primary key (subject_id, month, tax_type)
);

-- Superseded versions, moved here by the import that replaced them.
create table tax.payment_version (
  like tax.payment,
  superseded_at timestamptz not null default now(),
  primary key (subject_id, month, tax_type, version)
);

create table tax.declared_sales (
  subject_id text collate "C" not null,
  year integer not null,
  amount_fen bigint not null,
  department text not null,
  responsible_officer text,
  batch_id text not null,
  line integer not null,
  received_at timestamptz not null,
  content_hash text not null,
  version integer not null default 1,
  primary key (subject_id, year)
);

-- Superseded versions, moved here by the import that replaced them.
create table tax.declared_sales_version (
  like tax.declared_sales,
  superseded_at timestamptz not null default now(),
  primary key (subject_id, year, version)
);

-- One row a file received.
create table tax.batch (
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
create table tax.unmatched (
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
create unique index unmatched_once on tax.unmatched (category, content_hash) where resolved_at is null;
create index unmatched_by_reference on tax.unmatched (reference) where resolved_at is null;
