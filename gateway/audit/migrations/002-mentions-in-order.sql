-- A name without any other condition (a subject's own history) is walked in order, however many kinds of look mention it.
CREATE INDEX mention_in_order ON audit.mention (name, seq) INCLUDE (kind, at);
