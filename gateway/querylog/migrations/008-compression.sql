-- An entry is some kilobytes of JSON, compressed on its way to the disk: LZ4 takes a third of the time that PostgreSQL's own way takes.
-- Partitions of months to come are made like the table. A server that was built without LZ4 goes on as before; so does what is written already.
DO $$
DECLARE
  part regclass;
BEGIN
  FOR part IN
    SELECT 'querylog.entry'::regclass UNION ALL SELECT inhrelid FROM pg_inherits WHERE inhparent = 'querylog.entry'::regclass
  LOOP
    EXECUTE format('ALTER TABLE %s ALTER COLUMN canonical SET COMPRESSION lz4', part);
  END LOOP;
EXCEPTION WHEN feature_not_supported THEN
  NULL;
END $$;
