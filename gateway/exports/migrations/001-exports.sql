-- Exports of the query log: who asked for what, how far it is, and the parts that are made, sealed. Rows of `export` stay for ever, so that
-- a file that turns up can be traced; parts are erased when the export expires.
CREATE TABLE exports.export (
  id text PRIMARY KEY,
  number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  state text NOT NULL DEFAULT 'QUEUED' CHECK (state IN ('QUEUED', 'RUNNING', 'READY', 'FAILED', 'EXPIRED')),
  failure text CHECK (failure IN ('TOO_MANY_ROWS', 'INTERNAL')),
  format text NOT NULL CHECK (format IN ('CSV', 'JSONL')),
  -- Canonical JSON of the filter; its texts are those of the log.
  filter text NOT NULL,
  reason text NOT NULL,
  organization text NOT NULL,
  operator text,
  purpose text NOT NULL,
  matter text,
  requested_at timestamptz NOT NULL,
  -- How long the log was then: what is exported covers at least that.
  log_size bigint NOT NULL,
  -- The policies' limits of that day.
  most_rows integer NOT NULL,
  rows_per_part integer NOT NULL,
  days integer NOT NULL,
  -- Names the key that seals the parts and marks the rows.
  key_id text NOT NULL,
  -- The checkpoint that it is taken at: everything before `tree_size`, and from `first_seq` on, where the log was archived.
  tree_size bigint,
  first_seq bigint,
  root bytea,
  rows_total integer,
  rows_done integer NOT NULL DEFAULT 0 CHECK (rows_done <= rows_total),
  -- Position of the last entry that is in a part.
  last_seq bigint,
  parts integer NOT NULL DEFAULT 0,
  bytes bigint NOT NULL DEFAULT 0,
  attempts integer NOT NULL DEFAULT 0,
  sha256 text,
  ready_at timestamptz,
  expires_at timestamptz,
  CHECK ((state = 'FAILED') = (failure IS NOT NULL)),
  CHECK (state IN ('QUEUED', 'FAILED') OR (tree_size IS NOT NULL AND root IS NOT NULL AND rows_total IS NOT NULL)),
  CHECK (state NOT IN ('READY', 'EXPIRED') OR (sha256 IS NOT NULL AND expires_at IS NOT NULL))
);
CREATE INDEX export_unfinished ON exports.export (attempts, number) WHERE state IN ('QUEUED', 'RUNNING');
CREATE INDEX export_organization ON exports.export (organization, number);

CREATE TABLE exports.part (
  export text NOT NULL REFERENCES exports.export,
  -- From 1.
  number integer NOT NULL,
  sealed bytea NOT NULL,
  PRIMARY KEY (export, number)
);
