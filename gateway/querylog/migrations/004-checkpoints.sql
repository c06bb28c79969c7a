-- Every key that checkpoints were ever signed with, as it is published (C2SP signed-note, verifier keys).
CREATE TABLE querylog.log_key (
  verifier_key text PRIMARY KEY,
  since timestamptz NOT NULL DEFAULT now()
);

-- Signed notes (C2SP tlog-checkpoint), one a size at most.
CREATE TABLE querylog.checkpoint (
  size bigint PRIMARY KEY CHECK (size > 0),
  at timestamptz NOT NULL DEFAULT now(),
  note text NOT NULL
);

-- What witnesses signed of them: signature lines of the same note (C2SP tlog-cosignature), newline included.
CREATE TABLE querylog.cosignature (
  size bigint NOT NULL REFERENCES querylog.checkpoint,
  witness text NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  line text NOT NULL,
  PRIMARY KEY (size, witness)
);

CREATE TRIGGER log_key_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON querylog.log_key
  FOR EACH STATEMENT EXECUTE FUNCTION querylog.refuse_change();
CREATE TRIGGER checkpoint_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON querylog.checkpoint
  FOR EACH STATEMENT EXECUTE FUNCTION querylog.refuse_change();
CREATE TRIGGER cosignature_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON querylog.cosignature
  FOR EACH STATEMENT EXECUTE FUNCTION querylog.refuse_change();
