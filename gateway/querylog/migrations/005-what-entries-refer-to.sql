-- Every policy version that ever decided an entry, by its hash, so that the decision can be made again wherever the log is.
CREATE TABLE querylog.policy_version (
  hash text PRIMARY KEY,
  since timestamptz NOT NULL DEFAULT now(),
  content text NOT NULL,
  CONSTRAINT hash_is_of_content CHECK (hash = encode(sha256(convert_to(content, 'UTF8')), 'hex'))
);

-- Every witness that ever cosigned a checkpoint, as it is published (C2SP tlog-cosignature, verifier keys).
CREATE TABLE querylog.witness_key (
  verifier_key text PRIMARY KEY,
  since timestamptz NOT NULL DEFAULT now()
);

CREATE TRIGGER policy_version_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON querylog.policy_version
  FOR EACH STATEMENT EXECUTE FUNCTION querylog.refuse_change();
CREATE TRIGGER witness_key_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON querylog.witness_key
  FOR EACH STATEMENT EXECUTE FUNCTION querylog.refuse_change();
