-- One row: how many entries the log holds. Its row lock orders all writers, so that positions are dense.
CREATE TABLE querylog.head (
  single boolean PRIMARY KEY DEFAULT true CHECK (single),
  size bigint NOT NULL CHECK (size >= 0)
) WITH (fillfactor = 10);
INSERT INTO querylog.head (size) VALUES (0);

-- `canonical` is the entry (RFC 8785), byte for byte what `leaf_hash` was made over; the other columns repeat parts of it to find it by.
CREATE TABLE querylog.entry (
  seq bigint PRIMARY KEY,
  at timestamptz NOT NULL,
  actor text NOT NULL,
  organization text NOT NULL,
  operator text,
  purpose text,
  matter text,
  decision text NOT NULL CHECK (decision IN ('RELEASED', 'REFUSED', 'FAILED')),
  subjects text[] NOT NULL,
  leaf_hash bytea NOT NULL CHECK (length(leaf_hash) = 32),
  canonical text NOT NULL
);
CREATE INDEX entry_subjects ON querylog.entry USING gin (subjects);
CREATE INDEX entry_organization ON querylog.entry (organization, seq);
CREATE INDEX entry_at ON querylog.entry USING brin (at);

CREATE FUNCTION querylog.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the query log is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER entry_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON querylog.entry
  FOR EACH STATEMENT EXECUTE FUNCTION querylog.refuse_change();
