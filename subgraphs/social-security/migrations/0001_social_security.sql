-- Every record table holds current rows only, so that a read is one index scan; `<table>_version` holds the superseded ones.
-- Amounts are 分 (`_fen`), months `YYYY-MM` text, subjects opaque ids; "C" collation makes keys cheap and both drivers agree.
create schema if not exists social_security;

create table social_security.contribution (
  subject_id text collate "C" not null,
  month text collate "C" not null check (month ~ '^\d{4}-(0[1-9]|1[0-2])$'),
  insured_count integer not null check (insured_count >= 0),
  due_fen bigint not null check (due_fen >= 0),
  paid_fen bigint not null check (paid_fen >= 0),
  department text not null,
  responsible_officer text,
  -- No foreign key: a check for each of a million imported rows would buy nothing, batches are never deleted.
  batch_id text not null,
  line integer not null,
  received_at timestamptz not null,
  content_hash text not null,
  version integer not null default 1,
  primary key (subject_id, month)
);

-- Superseded versions, moved here by the import that replaced them.
create table social_security.contribution_version (
  like social_security.contribution,
  superseded_at timestamptz not null default now(),
  primary key (subject_id, month, version)
);

-- One row a file received.
create table social_security.batch (
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
create table social_security.unmatched (
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
create unique index unmatched_once on social_security.unmatched (category, content_hash) where resolved_at is null;
create index unmatched_by_reference on social_security.unmatched (reference) where resolved_at is null;
