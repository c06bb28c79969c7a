-- Who wants to be told of looks, up to where the log was handed over, and what is to be told yet. Nothing in it but ids and positions.
CREATE TABLE notifications.progress (
  single boolean PRIMARY KEY DEFAULT true CHECK (single),
  next_seq bigint NOT NULL DEFAULT 0 CHECK (next_seq >= 0)
) WITH (fillfactor = 10);
INSERT INTO notifications.progress DEFAULT VALUES;

CREATE TABLE notifications.subscriber (
  subject text PRIMARY KEY,
  since timestamptz NOT NULL,
  -- Looks from this position on are told.
  since_seq bigint NOT NULL
);

-- A row is gone once it was told, or its subject no longer wants to be.
CREATE TABLE notifications.outbox (
  seq bigint NOT NULL,
  subject text NOT NULL REFERENCES notifications.subscriber ON DELETE CASCADE,
  -- The entry's own time: the log is partitioned by it.
  at timestamptz NOT NULL,
  -- Not before; while somebody is at it, when another may.
  due_at timestamptz NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  state text NOT NULL DEFAULT 'PENDING' CHECK (state IN ('PENDING', 'DEAD')),
  PRIMARY KEY (seq, subject)
) WITH (fillfactor = 70);
CREATE INDEX outbox_due ON notifications.outbox (due_at) WHERE state = 'PENDING';
CREATE INDEX outbox_subject ON notifications.outbox (subject);
