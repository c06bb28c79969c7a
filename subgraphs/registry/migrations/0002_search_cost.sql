-- Tells the planner that cutting a name into pieces is dear: it then looks rare pieces up in the index and walks the names
-- in order only for pieces that nearly every name has, where the first page is found at once.
alter function registry.bigrams(text) cost 10000;
