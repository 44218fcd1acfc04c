-- What a row said of its employer besides name and code waits with the question which employer it is (单位比对), and with the
-- batch it came in: taking the batch back takes it away.
ALTER TABLE employer_match ADD COLUMN draft {json};
ALTER TABLE employer_match ADD COLUMN batch_id {id};
CREATE INDEX employer_match_batch ON employer_match (district, batch_id);
