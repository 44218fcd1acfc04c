-- Coverage: rates and counts of a month as they were frozen, and of today as last counted, with the rows behind
-- each numerator and denominator. `month` is '2026-10', or 'current' for today's figures, which are replaced at
-- every count; a frozen month never changes.

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

-- Counts of the same month beside the rates: members, unions and units at its end; who joined and left in it.
CREATE TABLE coverage_count (
  district {text} NOT NULL,
  month {text} NOT NULL,
  org_id {id} NOT NULL,
  org_path {text} NOT NULL,
  members {int} NOT NULL,
  unions {int} NOT NULL,
  units {int} NOT NULL,
  joined {int} NOT NULL,
  gone {int} NOT NULL,
  PRIMARY KEY (district, month, org_id),
  FOREIGN KEY (district, org_id) REFERENCES org (district, id)
){strict};
CREATE INDEX coverage_count_path ON coverage_count (district, org_path, month);

-- The rows behind a figure: an employer (founded, joined) or a union (joined, real_name) with its own share of
-- the numerator and the denominator; both are zero for what was left out, and the note says why.
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
