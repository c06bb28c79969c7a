-- How many entries have left the database for an archive: it holds those from this position on, and the whole tree.
ALTER TABLE querylog.head ADD COLUMN archived bigint NOT NULL DEFAULT 0 CHECK (archived BETWEEN 0 AND integrated);

-- What is archived may go; nothing else, and nothing may change.
CREATE FUNCTION querylog.refuse_change_of_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND OLD.seq < (SELECT archived FROM querylog.head) THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'the query log is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;
DROP TRIGGER entry_is_append_only ON querylog.entry;
CREATE TRIGGER entry_is_append_only BEFORE UPDATE OR DELETE ON querylog.entry
  FOR EACH ROW EXECUTE FUNCTION querylog.refuse_change_of_entry();
