-- Cases: one file per matter, what happened to it, its clocks, people and evidence. A case runs by the
-- definition it was opened with (`definition` is the fingerprint of that text).

-- `org_path` is the place of the matter and the scope that sees it; `desk_path` is the desk that answers now.
-- `next_due_at` and `overdue` follow from case_clock and are kept here for the lists. What people wrote at intake
-- is sealed; title and subject are what a list shows.
CREATE TABLE case_file (
  district {text} NOT NULL REFERENCES district (code),
  id {id} NOT NULL,
  no {text} NOT NULL,
  kind {text} NOT NULL,
  definition {text} NOT NULL,
  door {text} NOT NULL,
  place_id {id} NOT NULL,
  org_path {text} NOT NULL,
  title {text} NOT NULL,
  grade {text},
  state {text} NOT NULL,
  ended_at {instant},
  closing {text},
  desk_id {id} NOT NULL,
  desk_path {text} NOT NULL,
  desk_level {int} NOT NULL,
  handler_id {id},
  watch_id {id},
  watch_path {text},
  watch_level {int},
  watch_person {id},
  member_id {id},
  opened_by {id},
  link_kind {text},
  link_id {id},
  matter_index {blob},
  receipt_index {blob} NOT NULL,
  sealed_reporter {flag} NOT NULL,
  fields_sealed {blob} NOT NULL,
  progress {json} NOT NULL,
  fresh {flag} NOT NULL,
  suspended {flag} NOT NULL,
  waiting {flag} NOT NULL,
  alarm {flag} NOT NULL,
  unanswered {int} NOT NULL,
  reopened {int} NOT NULL,
  overdue {int} NOT NULL,
  held_until {date},
  next_due_at {instant},
  opened_at {instant} NOT NULL,
  changed_at {instant} NOT NULL,
  version {int} NOT NULL,
  PRIMARY KEY (district, id),
  UNIQUE (district, no),
  UNIQUE (district, receipt_index),
  FOREIGN KEY (district, place_id) REFERENCES org (district, id),
  FOREIGN KEY (district, desk_id) REFERENCES org (district, id)
){strict};
CREATE INDEX case_file_path ON case_file (district, org_path, kind, id);
CREATE INDEX case_file_owner ON case_file (district, desk_id, ended_at, next_due_at);
CREATE INDEX case_file_open ON case_file (district, kind, ended_at, next_due_at, id);
CREATE INDEX case_file_due ON case_file (district, next_due_at);
CREATE INDEX case_file_handler ON case_file (district, handler_id, ended_at);
CREATE INDEX case_file_watch ON case_file (district, watch_id);
CREATE INDEX case_file_member ON case_file (district, member_id, id);
CREATE INDEX case_file_link ON case_file (district, link_kind, link_id);
CREATE INDEX case_file_matter ON case_file (district, kind, matter_index);
CREATE INDEX case_file_place ON case_file (district, place_id);

-- One row per act, in order: what was done, by whom, and (detail) what followed from it.
CREATE TABLE case_event (
  district {text} NOT NULL,
  id {id} NOT NULL,
  case_id {id} NOT NULL,
  at {instant} NOT NULL,
  verb {text} NOT NULL,
  from_state {text} NOT NULL,
  to_state {text} NOT NULL,
  actor {text} NOT NULL,
  account_id {id},
  on_behalf {flag} NOT NULL,
  note_sealed {blob} NOT NULL,
  detail {json} NOT NULL,
  PRIMARY KEY (district, id),
  FOREIGN KEY (district, case_id) REFERENCES case_file (district, id)
){strict};
CREATE INDEX case_event_case ON case_event (district, case_id, id);
CREATE INDEX case_event_account ON case_event (district, account_id, at);

-- One row per clock. Its events are only ever added to; due_at and state follow from them. Who missed a clock
-- stays on its row for good.
CREATE TABLE case_clock (
  district {text} NOT NULL,
  id {id} NOT NULL,
  case_id {id} NOT NULL,
  rule {text} NOT NULL,
  title {text} NOT NULL,
  desk_id {id} NOT NULL,
  desk_path {text} NOT NULL,
  desk_level {int} NOT NULL,
  person_id {id},
  length {json} NOT NULL,
  events {json} NOT NULL,
  state {text} NOT NULL CHECK (state IN ('running', 'paused', 'met', 'breached', 'done_late', 'void')),
  breached {flag} NOT NULL,
  started_at {instant} NOT NULL,
  due_at {instant},
  provisional {flag} NOT NULL,
  ended_at {instant},
  PRIMARY KEY (district, id),
  FOREIGN KEY (district, case_id) REFERENCES case_file (district, id)
){strict};
CREATE INDEX case_clock_case ON case_clock (district, case_id, id);
CREATE INDEX case_clock_due ON case_clock (district, state, due_at);
CREATE INDEX case_clock_owner ON case_clock (district, desk_id, state, due_at);

-- People of a case: who it is about, who told us, who was asked to look at it too. Names and phones are sealed.
CREATE TABLE case_party (
  district {text} NOT NULL,
  id {id} NOT NULL,
  case_id {id} NOT NULL,
  role {text} NOT NULL CHECK (role IN ('reporter', 'worker', 'respondent', 'consulted', 'handler', 'lawyer', 'mediator', 'supervisor')),
  account_id {id},
  member_id {id},
  employer_id {id},
  label {text} NOT NULL,
  name_sealed {blob},
  phone_sealed {blob},
  phone_index {blob},
  secret {flag} NOT NULL,
  added_at {instant} NOT NULL,
  PRIMARY KEY (district, id),
  FOREIGN KEY (district, case_id) REFERENCES case_file (district, id)
){strict};
CREATE INDEX case_party_case ON case_party (district, case_id, role);
CREATE INDEX case_party_account ON case_party (district, account_id, role);
CREATE INDEX case_party_phone ON case_party (district, phone_index);
CREATE INDEX case_party_member ON case_party (district, member_id);
CREATE INDEX case_party_employer ON case_party (district, employer_id, role);

-- Evidence: a kind, words, an amount, and perhaps a small file, sealed; the digest is SM3 of the file.
CREATE TABLE case_evidence (
  district {text} NOT NULL,
  id {id} NOT NULL,
  case_id {id} NOT NULL,
  event_id {id} NOT NULL,
  kind {text} NOT NULL,
  text_sealed {blob} NOT NULL,
  amount {money},
  file_name {text},
  file_type {text},
  file_size {int},
  digest {blob},
  file_sealed {blob},
  added_at {instant} NOT NULL,
  added_by {text} NOT NULL,
  PRIMARY KEY (district, id),
  FOREIGN KEY (district, case_id) REFERENCES case_file (district, id)
){strict};
CREATE INDEX case_evidence_case ON case_evidence (district, case_id, id);
CREATE INDEX case_evidence_digest ON case_evidence (district, case_id, digest);

-- One case and another: merged into, split from, led to (a visit's problem), follows.
CREATE TABLE case_link (
  district {text} NOT NULL,
  case_id {id} NOT NULL,
  other_id {id} NOT NULL,
  kind {text} NOT NULL CHECK (kind IN ('merged_into', 'split_from', 'led_to')),
  at {instant} NOT NULL,
  PRIMARY KEY (district, case_id, other_id, kind),
  FOREIGN KEY (district, case_id) REFERENCES case_file (district, id),
  FOREIGN KEY (district, other_id) REFERENCES case_file (district, id)
){strict};
CREATE INDEX case_link_other ON case_link (district, other_id);

-- Lawyers and mediators on the roster (援助律师名册): how many matters they take at a time, and whom they act for
-- otherwise, so that nobody is given a case against a client of theirs.
CREATE TABLE case_helper (
  district {text} NOT NULL REFERENCES district (code),
  account_id {id} NOT NULL,
  firm {text} NOT NULL,
  licence {text} NOT NULL,
  subjects {text} NOT NULL,
  most_open {int} NOT NULL,
  from_on {date} NOT NULL,
  to_on {date},
  PRIMARY KEY (district, account_id),
  FOREIGN KEY (district, account_id) REFERENCES account (district, id)
){strict};

CREATE TABLE case_helper_client (
  district {text} NOT NULL,
  account_id {id} NOT NULL,
  name_key {text} NOT NULL,
  name {text} NOT NULL,
  noted_at {instant} NOT NULL,
  PRIMARY KEY (district, account_id, name_key),
  FOREIGN KEY (district, account_id) REFERENCES case_helper (district, account_id)
){strict};

-- Counters of case numbers, per series and year.
CREATE TABLE case_counter (
  district {text} NOT NULL REFERENCES district (code),
  series {text} NOT NULL,
  year {int} NOT NULL,
  last {int} NOT NULL,
  PRIMARY KEY (district, series, year)
){strict};
