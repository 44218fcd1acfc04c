-- The signals once more, by columns: what an evaluation of a whole district reads. A pack holds what one transaction
-- said about one kind of signal: these count from then on, those count no more. Packs are only ever added.
CREATE TABLE signal_pack (
  district {text} NOT NULL REFERENCES district (code),
  id {id} NOT NULL,
  -- Empty in the one row that says: every signal of the district is in a pack.
  kind {text} NOT NULL,
  -- The newest day its signals speak about, and the newest moment at which one began or ceased to count.
  last_day {date} NOT NULL,
  last_at {instant} NOT NULL,
  entries {int} NOT NULL,
  body {blob} NOT NULL,
  PRIMARY KEY (district, id)
){strict};
CREATE INDEX signal_pack_kind ON signal_pack (district, kind, last_day);
CREATE INDEX signal_pack_at ON signal_pack (district, last_at);
