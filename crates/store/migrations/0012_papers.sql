-- Files of founding papers, what an import of employers changed, and who asked for a worker.

-- A file handed in for a founding (建会材料), sealed; the digest is SM3 of the file. It is seen through its founding.
CREATE TABLE founding_file (
  district {text} NOT NULL,
  id {id} NOT NULL,
  founding_id {id} NOT NULL,
  -- Id of the paper in the checklist of the definition.
  paper {text} NOT NULL,
  file_name {text} NOT NULL,
  file_type {text} NOT NULL,
  file_size {int} NOT NULL,
  digest {blob} NOT NULL,
  file_sealed {blob} NOT NULL,
  added_at {instant} NOT NULL,
  added_by {text} NOT NULL,
  account_id {id},
  PRIMARY KEY (district, id),
  FOREIGN KEY (district, founding_id) REFERENCES founding (district, id)
){strict};
CREATE INDEX founding_file_founding ON founding_file (district, founding_id, paper, id);

-- What an import changed in known employers, as it was before; kept as long as the batch's problem rows.
CREATE TABLE employer_before (
  district {text} NOT NULL,
  batch_id {id} NOT NULL,
  employer_id {id} NOT NULL,
  org_path {text} NOT NULL,
  image {json} NOT NULL,
  version_after {int} NOT NULL,
  PRIMARY KEY (district, batch_id, employer_id)
){strict};

-- Who asked for the member and how the member told them (代办); NULL when the member asked alone.
ALTER TABLE member_request ADD COLUMN behalf {text};
