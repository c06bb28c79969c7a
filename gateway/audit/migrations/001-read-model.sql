-- The read model of the query log: everything here is made from querylog.entry and can be made again from it.

-- One row: the next entry to be read. Its row lock is the claim: one gateway at a time moves on.
CREATE TABLE audit.progress (
  single boolean PRIMARY KEY DEFAULT true CHECK (single),
  next_seq bigint NOT NULL DEFAULT 0 CHECK (next_seq >= 0),
  -- The latest time of any entry so far, and the most by which an entry's own time was behind it.
  latest timestamptz,
  lateness_ms bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 10);
INSERT INTO audit.progress DEFAULT VALUES;

-- What many looks have in common: few rows, so that any combination of its columns names a few kinds.
-- `first_seq` and `last_seq` are the oldest and newest look of the kind.
CREATE TABLE audit.kind (
  kind integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  digest text NOT NULL UNIQUE,
  actor text NOT NULL,
  -- Empty where the caller is a subject: there are as many of them as the city has people.
  organization text NOT NULL,
  department text,
  purpose text,
  decision text NOT NULL,
  code text,
  fields text[] NOT NULL,
  departments text[] NOT NULL,
  first_seq bigint NOT NULL,
  last_seq bigint NOT NULL
) WITH (fillfactor = 50);
CREATE INDEX kind_organization ON audit.kind (organization);
CREATE INDEX kind_purpose ON audit.kind (purpose);
CREATE INDEX kind_fields ON audit.kind USING gin (fields) WITH (fastupdate = off);

-- One row a look. `latest` is the latest time of any entry up to this one, so it never runs backwards.
CREATE TABLE audit.look (
  seq bigint PRIMARY KEY,
  kind integer NOT NULL,
  at timestamptz NOT NULL,
  latest timestamptz NOT NULL
);
CREATE INDEX look_kind ON audit.look (kind, seq) INCLUDE (at);
CREATE INDEX look_latest ON audit.look (latest, seq);

-- What there are many of: subjects, operators, matters, authorizations, and the organisation of a caller that is a subject.
CREATE TABLE audit.name (
  name bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  facet text NOT NULL CHECK (facet IN ('SUBJECT', 'OPERATOR', 'MATTER', 'AUTHORIZATION', 'ORGANIZATION')),
  value text NOT NULL,
  mentions bigint NOT NULL,
  UNIQUE (facet, value)
) WITH (fillfactor = 70);

CREATE TABLE audit.mention (
  name bigint NOT NULL,
  kind integer NOT NULL,
  seq bigint NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (name, kind, seq) INCLUDE (at)
);

-- Looks by hour, kind and operator (0 = none); `entries` differs from `looks` where refusals were gathered.
CREATE TABLE audit.tally (
  hour timestamptz NOT NULL,
  kind integer NOT NULL,
  operator bigint NOT NULL,
  entries bigint NOT NULL,
  looks bigint NOT NULL,
  subjects bigint NOT NULL,
  PRIMARY KEY (hour, kind, operator)
) WITH (fillfactor = 70);
