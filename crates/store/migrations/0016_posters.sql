-- Posters (二维码海报): an address on a wall that opens the demand form with place and employer filled in. The code is
-- made from the row and a key, so only its blind index is kept; it names nobody and nothing.

CREATE TABLE poster (
  district {text} NOT NULL,
  id {id} NOT NULL,
  code_index {blob} NOT NULL,
  org_id {id} NOT NULL,
  org_path {text} NOT NULL,
  employer_id {id},
  -- Where it hangs: 3 号门.
  spot {text} NOT NULL,
  -- Last day on which it is taken; NULL: until it is withdrawn.
  valid_to {date},
  -- Cases that came by it.
  uses {int} NOT NULL,
  made_at {instant} NOT NULL,
  made_by {text} NOT NULL,
  revoked_at {instant},
  revoked_by {text} NOT NULL,
  revoked_why {text} NOT NULL,
  PRIMARY KEY (district, id),
  UNIQUE (district, code_index),
  FOREIGN KEY (district, org_id) REFERENCES org (district, id),
  FOREIGN KEY (district, employer_id) REFERENCES employer (district, id)
){strict};
CREATE INDEX poster_path ON poster (district, org_path, id);
CREATE INDEX poster_employer ON poster (district, employer_id);
