-- Each different question by a threshold that an authorization has answered: so many and no more.
CREATE TABLE authorizations.question (
  authorization_id text NOT NULL REFERENCES authorizations.record,
  coordinate text COLLATE "C" NOT NULL,
  -- Its arguments, canonical JSON; a threshold is a bound that is published, and tells of nobody.
  asked text COLLATE "C" NOT NULL,
  first_answered_at timestamptz NOT NULL,
  PRIMARY KEY (authorization_id, coordinate, asked)
);
