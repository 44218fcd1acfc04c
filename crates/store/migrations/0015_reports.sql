-- The monthly pay report says more, and a correction keeps what was said before; rows of a delivery that could not be
-- taken stay with it, sealed, until somebody has seen them.

-- 累计拖欠月数; NULL where it was not stated.
ALTER TABLE pay_report ADD COLUMN months_owed {int};
-- 预计补发日.
ALTER TABLE pay_report ADD COLUMN expected_on {date};
-- Id of a reason of the definition; empty when nothing is owed.
ALTER TABLE pay_report ADD COLUMN reason {text} NOT NULL DEFAULT '';

-- What a report said before it was corrected (月报更正留痕). The id is that of the report.
CREATE TABLE pay_report_earlier (
  district {text} NOT NULL,
  id {id} NOT NULL,
  employer_id {id} NOT NULL,
  month {text} NOT NULL,
  org_path {text} NOT NULL,
  headcount {int} NOT NULL,
  paid_heads {int} NOT NULL,
  payable {money} NOT NULL,
  paid {money} NOT NULL,
  due_on {date} NOT NULL,
  paid_on {date},
  note {text} NOT NULL,
  filed_at {instant} NOT NULL,
  filed_by {text} NOT NULL,
  version {int} NOT NULL,
  months_owed {int},
  expected_on {date},
  reason {text} NOT NULL,
  PRIMARY KEY (district, id, version),
  FOREIGN KEY (district, id) REFERENCES pay_report (district, id)
){strict};
CREATE INDEX pay_report_earlier_employer ON pay_report_earlier (district, employer_id, month);
CREATE INDEX pay_report_earlier_path ON pay_report_earlier (district, org_path, month);

-- How the columns of a delivered file were read; NULL for deliveries without a file.
ALTER TABLE feed_delivery ADD COLUMN mapping {json};

-- A row of a delivery that could not be taken (退回的行). Cells and messages are sealed: a file may name workers.
CREATE TABLE feed_refused (
  district {text} NOT NULL,
  delivery_id {id} NOT NULL,
  row_no {int} NOT NULL,
  -- Code of its first fault, to be counted by.
  code {text} NOT NULL,
  body_sealed {blob} NOT NULL,
  PRIMARY KEY (district, delivery_id, row_no),
  FOREIGN KEY (district, delivery_id) REFERENCES feed_delivery (district, id)
){strict};
