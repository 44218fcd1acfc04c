-- Coverage: the monthly frozen rates and the rows behind each numerator and denominator.

CREATE TABLE coverage_snapshot (
  district {text} NOT NULL,
  month {text} NOT NULL,
  org_id {id} NOT NULL,
  org_path {text} NOT NULL,
  metric {text} NOT NULL CHECK (metric IN ('founded', 'joined', 'real_name')),
  numerator {int} NOT NULL,
  denominator {int} NOT NULL,
  definition {text} NOT NULL,
  frozen_at {instant} NOT NULL,
  PRIMARY KEY (district, month, org_id, metric),
  FOREIGN KEY (district, org_id) REFERENCES org (district, id)
){strict};
CREATE INDEX coverage_snapshot_path ON coverage_snapshot (district, org_path, metric, month);

CREATE TABLE coverage_item (
  district {text} NOT NULL,
  month {text} NOT NULL,
  metric {text} NOT NULL CHECK (metric IN ('founded', 'joined', 'real_name')),
  subject_id {id} NOT NULL,
  label {text} NOT NULL,
  org_path {text} NOT NULL,
  counted {flag} NOT NULL,
  note {text} NOT NULL,
  PRIMARY KEY (district, month, metric, subject_id)
){strict};
CREATE INDEX coverage_item_path ON coverage_item (district, month, metric, org_path);
