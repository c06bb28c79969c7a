-- Entries in partitions by the month (UTC) of their time, so that what has expired can be archived a month at a time.
-- What the columns dropped here repeated of `canonical` is found through the read model instead, off the path of appending.
ALTER TABLE querylog.entry RENAME TO entry_before_months;
DROP TRIGGER entry_is_append_only ON querylog.entry_before_months;
DROP INDEX querylog.entry_subjects, querylog.entry_organization, querylog.entry_at;
ALTER TABLE querylog.entry_before_months
  DROP CONSTRAINT entry_pkey,
  DROP CONSTRAINT entry_leaf_hash_check,
  ADD CONSTRAINT leaf_hash_is_whole CHECK (length(leaf_hash) = 32),
  DROP COLUMN actor,
  DROP COLUMN organization,
  DROP COLUMN operator,
  DROP COLUMN purpose,
  DROP COLUMN matter,
  DROP COLUMN decision,
  DROP COLUMN subjects;

-- No index but the key. Positions are unique because the head hands them out; a unique index over partitions must name `at` too.
CREATE TABLE querylog.entry (
  seq bigint NOT NULL,
  at timestamptz NOT NULL,
  leaf_hash bytea NOT NULL CONSTRAINT leaf_hash_is_whole CHECK (length(leaf_hash) = 32),
  canonical text NOT NULL,
  PRIMARY KEY (seq, at)
) PARTITION BY RANGE (at);

-- Whatever no month was made for, such as the entries of a gateway whose clock is far off.
CREATE TABLE querylog.entry_other PARTITION OF querylog.entry DEFAULT;

-- For each row, because those of a partitioned table also guard a partition that is named in the statement itself.
CREATE TRIGGER entry_is_append_only BEFORE UPDATE OR DELETE ON querylog.entry
  FOR EACH ROW EXECUTE FUNCTION querylog.refuse_change();
CREATE TRIGGER entry_is_kept BEFORE TRUNCATE ON querylog.entry
  FOR EACH STATEMENT EXECUTE FUNCTION querylog.refuse_change();
CREATE TRIGGER entry_is_kept BEFORE TRUNCATE ON querylog.entry_other
  FOR EACH STATEMENT EXECUTE FUNCTION querylog.refuse_change();

-- Makes the partition of a month (its first day). False, and nothing done, when another partition holds that time already.
-- It waits no longer for readers than appends could wait for it.
CREATE FUNCTION querylog.ensure_month(month date) RETURNS boolean LANGUAGE plpgsql SET lock_timeout = '1s' AS $$
DECLARE
  name text := 'entry_' || to_char(month, 'YYYY_MM');
BEGIN
  IF to_regclass('querylog.' || name) IS NOT NULL THEN
    RETURN false;
  END IF;
  EXECUTE format(
    'CREATE TABLE querylog.%I PARTITION OF querylog.entry FOR VALUES FROM (%L) TO (%L)',
    name, month || ' 00:00:00+00', (month + interval '1 month')::date || ' 00:00:00+00'
  );
  EXECUTE format(
    'CREATE TRIGGER entry_is_kept BEFORE TRUNCATE ON querylog.%I FOR EACH STATEMENT EXECUTE FUNCTION querylog.refuse_change()',
    name
  );
  RETURN true;
EXCEPTION WHEN invalid_object_definition OR check_violation THEN
  RETURN false;
END $$;

-- The entries there are become the partition of all time up to the end of their last month.
DO $$
DECLARE
  newest timestamptz;
BEGIN
  SELECT max(at) INTO newest FROM querylog.entry_before_months;
  IF newest IS NULL THEN
    DROP TABLE querylog.entry_before_months;
    RETURN;
  END IF;
  EXECUTE format(
    'ALTER TABLE querylog.entry ATTACH PARTITION querylog.entry_before_months FOR VALUES FROM (MINVALUE) TO (%L)',
    (date_trunc('month', newest AT TIME ZONE 'UTC') + interval '1 month') || '+00'
  );
  CREATE TRIGGER entry_is_kept BEFORE TRUNCATE ON querylog.entry_before_months
    FOR EACH STATEMENT EXECUTE FUNCTION querylog.refuse_change();
END $$;
