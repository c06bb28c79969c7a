-- The Merkle tree over the entries (RFC 6962), kept in the head's own transaction.
-- `peaks`: hashes of the perfect subtrees of the first `integrated` entries, from the largest on; all that appending needs to know.
-- `integrated` is `size`, but for a log that is older than its tree: the start of a gateway brings it up (integrate.ts).
ALTER TABLE querylog.head
  ADD COLUMN integrated bigint NOT NULL DEFAULT 0 CHECK (integrated BETWEEN 0 AND size),
  ADD COLUMN peaks bytea NOT NULL DEFAULT '' CHECK (length(peaks) % 32 = 0);

-- Tiles of 256 hashes (C2SP tlog-tiles). At level 0 only full ones: the hashes after the last are `leaf_hash` of the newest entries.
-- Above it, a tile grows by one hash whenever a tile below it is full.
CREATE TABLE querylog.tile (
  level smallint NOT NULL CHECK (level BETWEEN 0 AND 7),
  index bigint NOT NULL CHECK (index >= 0),
  hashes bytea NOT NULL CHECK (length(hashes) BETWEEN 32 AND 8192 AND length(hashes) % 32 = 0 AND (level > 0 OR length(hashes) = 8192)),
  PRIMARY KEY (level, index)
);
-- Hashes do not compress.
ALTER TABLE querylog.tile ALTER COLUMN hashes SET STORAGE EXTERNAL;

CREATE FUNCTION querylog.refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.level = OLD.level AND NEW.index = OLD.index AND substring(NEW.hashes FOR length(OLD.hashes)) = OLD.hashes THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'the tiles of the query log only grow' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER tile_only_grows BEFORE UPDATE ON querylog.tile FOR EACH ROW EXECUTE FUNCTION querylog.refuse_rewriting();
CREATE TRIGGER tile_is_kept BEFORE DELETE OR TRUNCATE ON querylog.tile FOR EACH STATEMENT EXECUTE FUNCTION querylog.refuse_change();
