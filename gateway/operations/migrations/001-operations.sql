-- What callers registered to run. A row never leaves REJECTED, WITHDRAWN or EXPIRED: to run it again is to register it anew.
CREATE TABLE operations.operation (
  id text PRIMARY KEY,
  hash text NOT NULL CHECK (hash ~ '^[0-9a-f]{64}$'),
  document text NOT NULL,
  name text NOT NULL,
  purpose text NOT NULL,
  reason text NOT NULL,
  actor text NOT NULL,
  organization text NOT NULL,
  department text,
  state text NOT NULL CHECK (state IN ('IN_REVIEW', 'APPROVED', 'EXPIRED', 'REJECTED', 'WITHDRAWN')),
  registered_at timestamptz NOT NULL,
  registered_by text NOT NULL,
  decided_at timestamptz,
  decided_by text,
  decision_reason text,
  valid_until date,
  -- Canonical JSON of what the last approval covers.
  approved text,
  CHECK (state <> 'APPROVED' OR (approved IS NOT NULL AND valid_until IS NOT NULL))
);
CREATE UNIQUE INDEX one_live_registration ON operations.operation (actor, organization, coalesce(department, ''), purpose, hash)
  WHERE state IN ('IN_REVIEW', 'APPROVED');
CREATE INDEX operation_by_time ON operations.operation (registered_at DESC, id);

-- Counts the changes, so that gateways read the table only when there was one.
CREATE TABLE operations.revision (single boolean PRIMARY KEY DEFAULT true CHECK (single), revision bigint NOT NULL);
INSERT INTO operations.revision (revision) VALUES (0);
CREATE FUNCTION operations.count_change() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN UPDATE operations.revision SET revision = revision + 1; RETURN NULL; END $$;
CREATE TRIGGER counted AFTER INSERT OR UPDATE OR DELETE ON operations.operation
  FOR EACH STATEMENT EXECUTE FUNCTION operations.count_change();
