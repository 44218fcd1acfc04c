-- Photographs that came with a sentinel's check-in (照片), sealed. Where it lies and who sees it says the check-in.
CREATE TABLE check_in_photo (
  district {text} NOT NULL,
  id {id} NOT NULL,
  check_in_id {id} NOT NULL,
  file_name {text} NOT NULL,
  file_type {text} NOT NULL,
  file_size {int} NOT NULL,
  digest {blob} NOT NULL,
  file_sealed {blob} NOT NULL,
  added_at {instant} NOT NULL,
  PRIMARY KEY (district, id),
  UNIQUE (district, check_in_id, digest),
  FOREIGN KEY (district, check_in_id) REFERENCES check_in (district, id)
){strict};
