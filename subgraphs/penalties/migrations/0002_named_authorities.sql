-- Decisions filed in the layout of 2015 are known by the name of their authority, until a row of 2018 brings its code. Most
-- tables have none; an import asks before every chunk. The predicate is that of kit/import/authority.ts.
create index penalty_by_named_authority on penalties.penalty (authority_code) where authority_code !~ '^[0-9A-Z]{18}$';
