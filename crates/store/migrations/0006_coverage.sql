-- Coverage: the monthly frozen rates and the rows behind each numerator and denominator.

CREATE TABLE coverage_snapshot (
  district {text} NOT NULL,
  month {text} NOT NULL,
  org_id {id} NOT NULL,
  org_path {text} NOT NULL,
  metric {text} NOT NULL CHECK (metric IN ('founded', 'joined', 'real_name', 'joins')),
  numerator {int} NOT NULL,
  denominator {int} NOT NULL,
  definition {text} NOT NULL,
  frozen_at {instant} NOT NULL,
  PRIMARY KEY (district, month, org_id, metric),
  FOREIGN KEY (district, org_id) REFERENCES org (district, id)
){strict};
CREATE INDEX coverage_snapshot_path ON coverage_snapshot (district, org_path, metric, month);

-- The rows behind a figure: an employer (founded, joined) or a union (real_name) with its own share of the
-- numerator and the denominator.
CREATE TABLE coverage_item (
  district {text} NOT NULL,
  month {text} NOT NULL,
  metric {text} NOT NULL CHECK (metric IN ('founded', 'joined', 'real_name')),
  subject_kind {text} NOT NULL CHECK (subject_kind IN ('employer', 'org')),
  subject_id {id} NOT NULL,
  label {text} NOT NULL,
  org_path {text} NOT NULL,
  numerator {int} NOT NULL,
  denominator {int} NOT NULL,
  note {text} NOT NULL,
  PRIMARY KEY (district, month, metric, subject_id)
){strict};
CREATE INDEX coverage_item_path ON coverage_item (district, month, metric, org_path, subject_id);
