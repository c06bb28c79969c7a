-- Every record table holds current rows only, so that a read is one index scan; `<table>_version` holds the superseded ones.
-- Amounts are 分 (`_fen`), months `YYYY-MM` text, subjects opaque ids; "C" collation makes keys cheap and both drivers agree.
create schema if not exists utilities;

-- The subject is part of the key: when an account changes hands, the earlier holder's bills stay the earlier holder's.
create table utilities.account (
  subject_id text collate "C" not null,
  kind text not null check (kind in ('WATER', 'POWER', 'GAS', 'HEAT')),
  account_no text collate "C" not null,
  address text,
  bank_account_no text,
  department text not null,
  responsible_officer text,
  -- No foreign key: a check for each of a million imported rows would buy nothing, batches are never deleted.
  batch_id text not null,
  line integer not null,
  received_at timestamptz not null,
  content_hash text not null,
  version integer not null default 1,
  primary key (subject_id, kind, account_no)
);

-- Superseded versions, moved here by the import that replaced them.
create table utilities.account_version (
  like utilities.account,
  superseded_at timestamptz not null default now(),
  primary key (subject_id, kind, account_no, version)
);

create table utilities.bill (
  subject_id text collate "C" not null,
  kind text not null check (kind in ('WATER', 'POWER', 'GAS', 'HEAT')),
  account_no text collate "C" not null,
  month text collate "C" not null check (month ~ '^\d{4}-(0[1-9]|1[0-2])$'),
  usage numeric(18, 3) check (usage >= 0),
  amount_fen bigint not null,
  arrears_periods integer not null default 0 check (arrears_periods >= 0),
  late_fee_fen bigint not null default 0,
  paid_on date,
  department text not null,
  responsible_officer text,
  batch_id text not null,
  line integer not null,
  received_at timestamptz not null,
  content_hash text not null,
  version integer not null default 1,
  primary key (subject_id, kind, account_no, month)
);

-- Superseded versions, moved here by the import that replaced them.
create table utilities.bill_version (
  like utilities.bill,
  superseded_at timestamptz not null default now(),
  primary key (subject_id, kind, account_no, month, version)
);

-- One row a file received.
create table utilities.batch (
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
create table utilities.unmatched (
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
create unique index unmatched_once on utilities.unmatched (category, content_hash) where resolved_at is null;
create index unmatched_by_reference on utilities.unmatched (reference) where resolved_at is null;
