-- Which characters are no part of a name is written out, as in search-subjects.ts: '\s' means other characters to each database
-- and to the code that counts a name's. After nfkc most spaces are one; these and what nobody sees of a text are left out.
create or replace function registry.search_key(name text) returns text language sql immutable strict parallel safe
  return lower(regexp_replace(
    normalize(name, nfkc), '[\u0009-\u000d\u0020\u0085\u00ad\u1680\u200b-\u200f\u2028\u2029\u2060\ufeff]', '', 'g'));

-- Keys of before are made anew where they differ.
update registry.subject set name = name where name_key <> registry.search_key(name);
