-- Every record table holds current rows only, so that a read is one index scan; `<table>_version` holds the superseded ones.
-- Amounts are 分 (`_fen`), months `YYYY-MM` text, subjects opaque ids; "C" collation makes keys cheap and both drivers agree.
create schema if not exists penalties;

create table penalties.penalty (
  subject_id text collate "C" not null,
  decision_document_no text collate "C" not null,
  violation_type text,
  facts text,
  basis text,
  -- Values of PenaltyCategory.
  categories text[] not null default '{}',
  content text,
  fine_fen bigint check (fine_fen >= 0),
  confiscated_fen bigint check (confiscated_fen >= 0),
  revoked_certificate text,
  decision_date date not null,
  valid_to date,
  -- 公示截止期 as filed; it wins over the period computed from publicity-rules.yaml.
  publicity_end_date date,
  authority text,
  authority_code text collate "C" not null,
  -- 案件程序类别: SIMPLE (简易), ORDINARY (一般); null when the file does not say.
  procedure text check (procedure in ('SIMPLE', 'ORDINARY')),
  -- 当前状态 of the 2015 layout; NORMAL for the 2018 one.
  status text not null default 'NORMAL' check (status in ('NORMAL', 'WITHDRAWN', 'IN_OBJECTION', 'OTHER')),
  counterpart_name text,
  legal_representative_name text,
  legal_representative_id_type text,
  legal_representative_id_no text,
  case_handlers text[],
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
  primary key (decision_document_no, authority_code)
);
create index penalty_by_subject on penalties.penalty (subject_id, decision_date desc, decision_document_no, authority_code);

-- Superseded versions, moved here by the import that replaced them.
create table penalties.penalty_version (
  like penalties.penalty,
  superseded_at timestamptz not null default now(),
  primary key (decision_document_no, authority_code, version)
);

-- What became of a decision afterwards: repaired (信用修复) or withdrawn (行政处罚法 48). Its own table, because a penalty file
-- that is sent again says nothing of it and must not undo it; it may also arrive before the penalty.
create table penalties.outcome (
  subject_id text collate "C" not null,
  decision_document_no text collate "C" not null,
  authority_code text collate "C" not null,
  repaired_on date,
  withdrawn_on date,
  reason text,
  department text not null,
  responsible_officer text,
  -- No foreign key: a check for each of a million imported rows would buy nothing, batches are never deleted.
  batch_id text not null,
  line integer not null,
  received_at timestamptz not null,
  content_hash text not null,
  version integer not null default 1,
  primary key (decision_document_no, authority_code)
);

-- Superseded versions, moved here by the import that replaced them.
create table penalties.outcome_version (
  like penalties.outcome,
  superseded_at timestamptz not null default now(),
  primary key (decision_document_no, authority_code, version)
);

-- One row a file received.
create table penalties.batch (
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
create table penalties.unmatched (
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
create unique index unmatched_once on penalties.unmatched (category, content_hash) where resolved_at is null;
create index unmatched_by_reference on penalties.unmatched (reference) where resolved_at is null;
