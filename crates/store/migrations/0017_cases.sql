-- What somebody sent, as the receipt proves it: the text without name and phone, and its SM3. Written once.
CREATE TABLE case_sent (
  district {text} NOT NULL,
  case_id {id} NOT NULL,
  at {instant} NOT NULL,
  digest {text} NOT NULL,
  text_sealed {blob} NOT NULL,
  PRIMARY KEY (district, case_id),
  FOREIGN KEY (district, case_id) REFERENCES case_file (district, id)
){strict};
