-- Alerts, their queue, and where the review of the log stands. All but `alert_step`, `watch` and `operator_subject` can be made again from the log.

-- One row. `holder` is the gateway at work, until its lease ends; `snapshot` what it remembered of the entries before `snapshot_seq`.
CREATE TABLE review.progress (
  single boolean PRIMARY KEY DEFAULT true CHECK (single),
  next_seq bigint NOT NULL DEFAULT 0 CHECK (next_seq >= 0),
  holder text,
  held_until timestamptz NOT NULL DEFAULT '-infinity',
  snapshot_seq bigint NOT NULL DEFAULT 0 CHECK (snapshot_seq <= next_seq),
  snapshot bytea
) WITH (fillfactor = 10);
INSERT INTO review.progress DEFAULT VALUES;

-- Looks at which a record left, by city day, and those of them that are not explained.
CREATE TABLE review.day (
  day date PRIMARY KEY,
  accesses bigint NOT NULL,
  unexplained bigint NOT NULL,
  alerts bigint NOT NULL
) WITH (fillfactor = 70);

-- What was found never changes; where it stands in the queue does. `number` orders the queue.
CREATE TABLE review.alert (
  id text PRIMARY KEY,
  number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  rule text NOT NULL,
  kind text NOT NULL,
  at timestamptz NOT NULL,
  day date NOT NULL,
  organization text NOT NULL,
  operator text,
  subject text,
  sentence text NOT NULL,
  figures jsonb NOT NULL,
  entries bigint[] NOT NULL,
  entry_count integer NOT NULL,
  state text NOT NULL DEFAULT 'OPEN' CHECK (state IN ('OPEN', 'ASSIGNED', 'EXPLAINED', 'CONFIRMED', 'CLOSED')),
  assignee_organization text,
  assignee text
) WITH (fillfactor = 80);
CREATE INDEX alert_state ON review.alert (state, number);
CREATE INDEX alert_account ON review.alert (organization, operator, number);
CREATE INDEX alert_subject ON review.alert (subject, number) WHERE subject IS NOT NULL;

-- What was done about an alert, in order. `comment` is the person's own text, which the log must not hold.
CREATE TABLE review.alert_step (
  alert text NOT NULL REFERENCES review.alert,
  number bigint GENERATED ALWAYS AS IDENTITY,
  at timestamptz NOT NULL,
  organization text NOT NULL,
  operator text,
  kind text NOT NULL,
  comment text,
  PRIMARY KEY (alert, number)
);

-- Subjects that bear a work account, as their organisations told: side data, so that it can be taken back.
CREATE TABLE review.operator_subject (
  organization text NOT NULL,
  operator text NOT NULL,
  subject text NOT NULL,
  PRIMARY KEY (organization, operator, subject)
);

-- Subjects that auditors watch now, for people to see; the rule itself goes by the acts on the log.
CREATE TABLE review.watch (
  subject text PRIMARY KEY,
  since timestamptz NOT NULL,
  organization text NOT NULL,
  operator text
);

-- One auditor asks to unseal what lies beside some look, another approves. Whoever opens sealed texts asks here first.
CREATE TABLE review.unsealing (
  id text PRIMARY KEY,
  alert text NOT NULL REFERENCES review.alert,
  requested_at timestamptz NOT NULL,
  requester_organization text NOT NULL,
  requester text NOT NULL,
  reason text NOT NULL,
  approved_at timestamptz,
  approver_organization text,
  approver text,
  CHECK ((approved_at IS NULL) = (approver IS NULL)),
  CHECK (approver IS NULL OR (approver, approver_organization) <> (requester, requester_organization))
);
CREATE INDEX unsealing_alert ON review.unsealing (alert);
