-- What two persons decide, and who is on duty: rule sets that were put in force (发布), cases whose time is up (到期销毁), hours of
-- lawyers and mediators.

-- Each wish to put a rule set in force: the whole text, so that a draft from a file can be recomputed for ever, and what the
-- dry run said then.
CREATE TABLE rule_publication (
  district {text} NOT NULL REFERENCES district (code),
  id {id} NOT NULL,
  rule_set {text} NOT NULL,
  title {text} NOT NULL,
  hash {text} NOT NULL,
  -- draft: uploaded as a file; shipped: among the definitions.
  origin {text} NOT NULL CHECK (origin IN ('draft', 'shipped')),
  body {text} NOT NULL,
  -- being tried, waiting for the second person, published, refused, given up by who asked.
  state {text} NOT NULL CHECK (state IN ('draft', 'waiting', 'published', 'refused', 'dropped')),
  note {text} NOT NULL,
  changes {json} NOT NULL,
  asked_by {id},
  asked_label {text} NOT NULL,
  asked_at {instant} NOT NULL,
  decided_label {text} NOT NULL,
  decided_at {instant},
  why {text} NOT NULL,
  PRIMARY KEY (district, id)
){strict};
CREATE INDEX rule_publication_hash ON rule_publication (district, hash);

-- A list of cases whose time is up. The night collects them; one person proposes, another agrees; then their contents are
-- destroyed and what is left is the number, the kind, the dates and the clocks.
CREATE TABLE case_disposal (
  district {text} NOT NULL REFERENCES district (code),
  id {id} NOT NULL,
  state {text} NOT NULL CHECK (state IN ('collected', 'proposed', 'approved', 'done', 'refused')),
  collected_at {instant} NOT NULL,
  proposed_by {id},
  proposed_label {text} NOT NULL,
  proposed_at {instant},
  decided_label {text} NOT NULL,
  decided_at {instant},
  why {text} NOT NULL,
  done_at {instant},
  PRIMARY KEY (district, id)
){strict};
CREATE INDEX case_disposal_state ON case_disposal (district, state);

-- One case of a list. `kept_until` and `kept_why`: it is left out (a law suit is still running).
CREATE TABLE case_disposal_item (
  district {text} NOT NULL,
  disposal_id {id} NOT NULL,
  case_id {id} NOT NULL,
  state {text} NOT NULL CHECK (state IN ('listed', 'kept', 'destroyed', 'released')),
  kept_until {date},
  kept_why {text} NOT NULL,
  PRIMARY KEY (district, disposal_id, case_id),
  FOREIGN KEY (district, disposal_id) REFERENCES case_disposal (district, id),
  FOREIGN KEY (district, case_id) REFERENCES case_file (district, id)
){strict};
CREATE INDEX case_disposal_item_case ON case_disposal_item (district, case_id);

-- When lawyers and mediators are on duty: weekday 1 is Monday; minutes of the day.
CREATE TABLE case_helper_duty (
  district {text} NOT NULL,
  account_id {id} NOT NULL,
  weekday {int} NOT NULL CHECK (weekday BETWEEN 1 AND 7),
  from_minute {int} NOT NULL,
  to_minute {int} NOT NULL,
  PRIMARY KEY (district, account_id, weekday, from_minute),
  FOREIGN KEY (district, account_id) REFERENCES case_helper (district, account_id)
){strict};
