-- Authorizations by their subjects: what was asked for, what became of it, how often it was used. One row each, which every
-- use locks for an instant: that is how three gateways never use one too often.
CREATE TABLE authorizations.record (
  id text PRIMARY KEY,
  state text NOT NULL CHECK (state IN ('REQUESTED', 'ACTIVE', 'DECLINED', 'LAPSED', 'REVOKED', 'EXPIRED', 'EXHAUSTED', 'SUSPENDED')),
  subject text NOT NULL,
  grantee text NOT NULL,
  key_thumbprint text NOT NULL,
  purpose text NOT NULL,
  matter text NOT NULL,
  -- Canonical JSON of what was asked for; from the grant on, of the whole artefact, with its JWS.
  terms text NOT NULL,
  artefact text,
  digest text,
  jws text,
  not_before timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  lapses_at timestamptz NOT NULL,
  max_uses integer NOT NULL CHECK (max_uses > 0),
  max_uses_per_day integer NOT NULL CHECK (max_uses_per_day > 0),
  reservation_seconds integer NOT NULL CHECK (reservation_seconds > 0),
  -- Of a loan that must be open, whether it is attested to be.
  needs_open_loan boolean NOT NULL,
  loan_open boolean NOT NULL DEFAULT false,
  -- Uses that a query is under way with, that were spent by a release, and all of the latest city day.
  reserved integer NOT NULL DEFAULT 0 CHECK (reserved >= 0),
  settled integer NOT NULL DEFAULT 0 CHECK (settled >= 0),
  used_on date,
  used_that_day integer NOT NULL DEFAULT 0 CHECK (used_that_day >= 0),
  requested_at timestamptz NOT NULL,
  decided_at timestamptz,
  ended_at timestamptz,
  CHECK (reserved + settled <= max_uses),
  CHECK ((artefact IS NULL) = (jws IS NULL) AND (artefact IS NULL) = (digest IS NULL)),
  CHECK (state <> 'ACTIVE' OR artefact IS NOT NULL)
) WITH (fillfactor = 70);
CREATE INDEX record_subject ON authorizations.record (subject, requested_at);
CREATE INDEX record_grantee ON authorizations.record (grantee, requested_at);
CREATE INDEX record_open ON authorizations.record (state) WHERE state IN ('REQUESTED', 'ACTIVE');

-- One row a use. RESERVED before a department is asked; SETTLED with the release, RETURNED with a refusal or failure; LOST when
-- neither came in time (its gateway died): then the use is given back, and stays visible here.
CREATE TABLE authorizations.use (
  id text PRIMARY KEY,
  authorization_id text NOT NULL REFERENCES authorizations.record,
  request_id text NOT NULL,
  state text NOT NULL CHECK (state IN ('RESERVED', 'SETTLED', 'RETURNED', 'LOST')),
  used_on date NOT NULL,
  reserved_at timestamptz NOT NULL,
  overdue_at timestamptz NOT NULL,
  resolved_at timestamptz
) WITH (fillfactor = 70);
CREATE INDEX use_of ON authorizations.use (authorization_id);
CREATE INDEX use_reserved ON authorizations.use (overdue_at) WHERE state = 'RESERVED';
