-- What the credit office has suspended. A row ends once and never begins again: suspending anew is another row.
CREATE TABLE suspension.suspension (
  id text PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('CLIENT', 'ORGANIZATION', 'PURPOSE', 'DEPARTMENT')),
  -- Organisation, purpose or department; a client is a work account of an organisation.
  target text NOT NULL,
  operator text CHECK ((operator IS NOT NULL) = (kind = 'CLIENT')),
  reason text NOT NULL,
  since timestamptz NOT NULL,
  suspended_by text NOT NULL,
  until timestamptz,
  resumed_by text,
  resume_reason text,
  CHECK ((until IS NULL) = (resumed_by IS NULL) AND (until IS NULL) = (resume_reason IS NULL))
);
CREATE UNIQUE INDEX one_suspension_in_force ON suspension.suspension (kind, target, coalesce(operator, '')) WHERE until IS NULL;
