-- Cases whose employer is uncertain wait for the answer to a question of the match queue (单位比对): asked once for what is
-- written; how it was written is kept as a blind index.
CREATE TABLE case_unit (
  district {text} NOT NULL,
  case_id {id} NOT NULL,
  match_id {id} NOT NULL,
  written {blob} NOT NULL,
  PRIMARY KEY (district, case_id),
  FOREIGN KEY (district, case_id) REFERENCES case_file (district, id)
){strict};
CREATE INDEX case_unit_match ON case_unit (district, match_id, case_id);
