-- Whoever is named in a case is found by the whole name; the name itself stands nowhere in clear. Sealed people have no index.
ALTER TABLE case_party ADD COLUMN name_index {blob};
CREATE INDEX case_party_name ON case_party (district, name_index, case_id);
-- People of earlier cases, whose names the night puts into the index.
CREATE INDEX case_party_unnamed ON case_party (district, id) WHERE name_index IS NULL AND name_sealed IS NOT NULL;
