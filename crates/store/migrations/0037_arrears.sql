-- Rows that said worse of an event than the source that counted until then, and took its place.
ALTER TABLE feed ADD COLUMN rows_heavier {int} NOT NULL DEFAULT 0;
ALTER TABLE feed_delivery ADD COLUMN rows_heavier {int} NOT NULL DEFAULT 0;
-- Since when what a feed delivers is new: a delivery of old rows is a delivery, and makes nothing fresher.
ALTER TABLE feed ADD COLUMN fresh_at {instant};
ALTER TABLE feed_delivery ADD COLUMN fresh {int} NOT NULL DEFAULT 1;
UPDATE feed SET fresh_at = last_good_at;
-- About whom a case last left a signal: it is taken back there when the case says otherwise.
CREATE TABLE case_signal (
  district {text} NOT NULL,
  case_id {id} NOT NULL,
  subject_id {id} NOT NULL,
  PRIMARY KEY (district, case_id),
  FOREIGN KEY (district, subject_id) REFERENCES warning_subject (district, id)
){strict};
