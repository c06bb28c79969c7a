-- What people may have to read of a look but the log must not hold, sealed (AES-256-GCM), beside the log: entries name `hash` alone,
-- so that a row can be erased and every proof stays valid. `owner` is the opaque id it is found and erased by.
CREATE TABLE querylog.sealed_text (
  hash bytea PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('OPERATOR', 'MATTER', 'SUBJECT')),
  owner text NOT NULL,
  -- First day of the month (UTC) of the entries that name it.
  month date NOT NULL CHECK (extract(day FROM month) = 1),
  key_id text NOT NULL,
  sealed bytea NOT NULL,
  CONSTRAINT hash_is_of_sealed CHECK (hash = sha256(sealed))
);
CREATE INDEX sealed_text_owner ON querylog.sealed_text (owner, kind);
CREATE INDEX sealed_text_month ON querylog.sealed_text (month);

-- Ciphertext does not compress.
ALTER TABLE querylog.sealed_text ALTER COLUMN sealed SET STORAGE EXTERNAL;

CREATE TRIGGER sealed_text_is_erased_whole BEFORE UPDATE OR TRUNCATE ON querylog.sealed_text
  FOR EACH STATEMENT EXECUTE FUNCTION querylog.refuse_change();
