-- Arrears: registered feeds, typed signals about employers and projects, alerts with their colours, explanations
-- and feedback, monthly pay reports and weekly check-ins.

-- How each registered feed stands. What a feed is (owner, legal basis, columns) is a definition.
CREATE TABLE feed (
  district {text} NOT NULL REFERENCES district (code),
  name {text} NOT NULL,
  -- Arrival of the last delivery that was taken in; a feed whose last good time lies too far back is stale.
  last_good_at {instant},
  -- The newest day any of its rows spoke about.
  last_day {date},
  deliveries {int} NOT NULL,
  rows_new {int} NOT NULL,
  rows_same {int} NOT NULL,
  rows_corrected {int} NOT NULL,
  rows_echo {int} NOT NULL,
  rows_waiting {int} NOT NULL,
  rows_refused {int} NOT NULL,
  PRIMARY KEY (district, name)
){strict};

-- Every delivery of a feed: the history from which a replay knows which feeds were stale on a past day.
CREATE TABLE feed_delivery (
  district {text} NOT NULL,
  id {id} NOT NULL,
  feed {text} NOT NULL,
  at {instant} NOT NULL,
  source {text} NOT NULL,
  actor {text} NOT NULL,
  rows_new {int} NOT NULL,
  rows_same {int} NOT NULL,
  rows_corrected {int} NOT NULL,
  rows_echo {int} NOT NULL,
  rows_waiting {int} NOT NULL,
  rows_refused {int} NOT NULL,
  first_day {date},
  last_day {date},
  PRIMARY KEY (district, id),
  FOREIGN KEY (district, feed) REFERENCES feed (district, name)
){strict};
CREATE INDEX feed_delivery_feed ON feed_delivery (district, feed, at);

-- Whom signals are about: an employer of the register (id = the employer's id), a construction project, or an
-- outside employer known only by the number a published record gives it (back-testing).
CREATE TABLE warning_subject (
  district {text} NOT NULL,
  id {id} NOT NULL,
  kind {text} NOT NULL CHECK (kind IN ('employer', 'project', 'outside')),
  key {text} NOT NULL,
  name {text} NOT NULL,
  employer_id {id},
  org_path {text} NOT NULL,
  -- As the source reports them; for employers of the register the employer's own record holds.
  place {text} NOT NULL,
  industry {text} NOT NULL,
  created_at {instant} NOT NULL,
  PRIMARY KEY (district, id),
  UNIQUE (district, kind, key),
  FOREIGN KEY (district, employer_id) REFERENCES employer (district, id)
){strict};
CREATE INDEX warning_subject_path ON warning_subject (district, org_path);
CREATE INDEX warning_subject_employer ON warning_subject (district, employer_id);

-- One observation. `event` names what happened, whoever reports it (subject, kind and period or reference); `slot`
-- is empty for the one row that counts, so the same event from two sources counts once.
CREATE TABLE signal (
  district {text} NOT NULL,
  id {id} NOT NULL,
  subject_id {id},
  kind {text} NOT NULL,
  -- The day it speaks about, and the moment it became known here.
  day {date} NOT NULL,
  arrived_at {instant} NOT NULL,
  -- Whole numbers by field name; an absent field is unknown, never zero.
  fields {json} NOT NULL,
  quality {int} NOT NULL,
  feed {text} NOT NULL,
  reference {text} NOT NULL,
  period {text} NOT NULL,
  event {blob} NOT NULL,
  slot {text} NOT NULL,
  state {text} NOT NULL CHECK (state IN ('counted', 'echo', 'waiting', 'replaced', 'withdrawn')),
  -- Since when it does not count any more.
  ended_at {instant},
  delivery_id {id} NOT NULL,
  match_id {id},
  org_path {text} NOT NULL,
  PRIMARY KEY (district, id),
  UNIQUE (district, event, slot),
  FOREIGN KEY (district, subject_id) REFERENCES warning_subject (district, id),
  FOREIGN KEY (district, delivery_id) REFERENCES feed_delivery (district, id),
  FOREIGN KEY (district, match_id) REFERENCES employer_match (district, id)
){strict};
CREATE INDEX signal_subject ON signal (district, subject_id, day, id);
CREATE INDEX signal_arrived ON signal (district, arrived_at, subject_id, id);
CREATE INDEX signal_match ON signal (district, match_id) WHERE match_id IS NOT NULL;
CREATE INDEX signal_delivery ON signal (district, delivery_id);
CREATE INDEX signal_path ON signal (district, org_path);

-- A suspicion that wages go unpaid; at most one open for a subject. Its handling is a case.
CREATE TABLE alert (
  district {text} NOT NULL,
  id {id} NOT NULL,
  no {text} NOT NULL,
  subject_id {id} NOT NULL,
  title {text} NOT NULL,
  org_path {text} NOT NULL,
  state {text} NOT NULL CHECK (state IN ('open', 'closed', 'merged')),
  -- Level in force, its rank (0 is the lowest) and the score last computed.
  level {text} NOT NULL,
  rank {int} NOT NULL,
  score {int} NOT NULL,
  red_line {flag} NOT NULL,
  -- For lists, so that no explanation is parsed per line: the rules that gave points, in words, best first; whom
  -- and how much it concerns as far as any signal says.
  reasons {json} NOT NULL,
  people {int},
  amount {money},
  industry {text} NOT NULL,
  rule_set {text} NOT NULL,
  rule_hash {text} NOT NULL,
  opened_at {instant} NOT NULL,
  raised_at {instant} NOT NULL,
  last_signal_at {instant},
  -- A lower level the rules propose; it takes effect when a person decides. Empty level: nothing is left.
  proposed_level {text},
  proposed_at {instant},
  deferral_until {date},
  deferral_doc {text} NOT NULL,
  pushed_at {instant},
  push_office {text} NOT NULL,
  push_ack {text} NOT NULL,
  case_id {id},
  merged_into {id},
  closed_at {instant},
  closed_code {text} NOT NULL,
  explanation {blob} NOT NULL,
  evaluated_at {instant} NOT NULL,
  -- The last change anybody can see: what an open screen asks for.
  touched_at {instant} NOT NULL,
  version {int} NOT NULL,
  PRIMARY KEY (district, id),
  UNIQUE (district, no),
  FOREIGN KEY (district, subject_id) REFERENCES warning_subject (district, id)
){strict};
CREATE UNIQUE INDEX alert_open ON alert (district, subject_id) WHERE state = 'open';
CREATE INDEX alert_subject ON alert (district, subject_id);
CREATE INDEX alert_desk ON alert (district, state, rank, score, id);
CREATE INDEX alert_path ON alert (district, org_path, state);
CREATE INDEX alert_touched ON alert (district, touched_at);
CREATE INDEX alert_closed ON alert (district, closed_at) WHERE closed_at IS NOT NULL;
CREATE INDEX alert_case ON alert (district, case_id) WHERE case_id IS NOT NULL;

-- What happened to an alert, in order.
CREATE TABLE alert_event (
  district {text} NOT NULL,
  alert_id {id} NOT NULL,
  seq {int} NOT NULL,
  at {instant} NOT NULL,
  kind {text} NOT NULL,
  from_level {text} NOT NULL,
  to_level {text} NOT NULL,
  score {int} NOT NULL,
  actor {text} NOT NULL,
  note {text} NOT NULL,
  explanation {blob},
  PRIMARY KEY (district, alert_id, seq),
  FOREIGN KEY (district, alert_id) REFERENCES alert (district, id)
){strict};

-- Why the rules said what they said, byte for byte; recomputing gives the same bytes.
CREATE TABLE alert_explanation (
  district {text} NOT NULL,
  alert_id {id} NOT NULL,
  digest {blob} NOT NULL,
  as_of {date} NOT NULL,
  at {instant} NOT NULL,
  body {json} NOT NULL,
  PRIMARY KEY (district, alert_id, digest),
  FOREIGN KEY (district, alert_id) REFERENCES alert (district, id)
){strict};

-- The score of an open alert, day by day.
CREATE TABLE alert_score (
  district {text} NOT NULL,
  alert_id {id} NOT NULL,
  day {date} NOT NULL,
  score {int} NOT NULL,
  level {text} NOT NULL,
  PRIMARY KEY (district, alert_id, day),
  FOREIGN KEY (district, alert_id) REFERENCES alert (district, id)
){strict};

-- What an alert came to, rule by rule: the score sheet of the rules.
CREATE TABLE alert_feedback (
  district {text} NOT NULL,
  alert_id {id} NOT NULL,
  rule_code {text} NOT NULL,
  rule_set {text} NOT NULL,
  rule_hash {text} NOT NULL,
  points {int} NOT NULL,
  verdict {text} NOT NULL CHECK (verdict IN ('true', 'false')),
  closed_code {text} NOT NULL,
  at {instant} NOT NULL,
  PRIMARY KEY (district, alert_id, rule_code),
  FOREIGN KEY (district, alert_id) REFERENCES alert (district, id)
){strict};
CREATE INDEX alert_feedback_rule ON alert_feedback (district, rule_set, rule_code);

-- What an enterprise reports about a month's wages; filed again, the later one holds.
CREATE TABLE pay_report (
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
  PRIMARY KEY (district, id),
  UNIQUE (district, employer_id, month),
  FOREIGN KEY (district, employer_id) REFERENCES employer (district, id)
){strict};
CREATE INDEX pay_report_path ON pay_report (district, org_path, month);

-- Five questions a week about one place of work, answered by the sentinel; sent twice, kept once.
CREATE TABLE check_in (
  district {text} NOT NULL,
  id {id} NOT NULL,
  client_key {text} NOT NULL,
  employer_id {id} NOT NULL,
  org_path {text} NOT NULL,
  week {date} NOT NULL,
  -- The day the answers were given, perhaps without a network; `arrived_at` is when they came.
  answered_on {date} NOT NULL,
  arrived_at {instant} NOT NULL,
  answers {json} NOT NULL,
  note {text} NOT NULL,
  actor {text} NOT NULL,
  PRIMARY KEY (district, id),
  UNIQUE (district, client_key),
  FOREIGN KEY (district, employer_id) REFERENCES employer (district, id)
){strict};
CREATE INDEX check_in_employer ON check_in (district, employer_id, week);
CREATE INDEX check_in_path ON check_in (district, org_path, week);
