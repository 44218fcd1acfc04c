-- Organisations: the union tree, its history, foundings, committees and terms.

CREATE TABLE org (
  district {text} NOT NULL REFERENCES district (code),
  id {id} NOT NULL,
  parent_id {id},
  path {text} NOT NULL,
  segment {text} NOT NULL,
  next_child {int} NOT NULL,
  level {int} NOT NULL,
  kind {text} NOT NULL CHECK (kind IN ('federation', 'town', 'zone', 'village', 'park', 'building', 'industry',
    'single', 'joint', 'regional', 'project', 'new_form', 'committee_office', 'branch', 'team')),
  name {text} NOT NULL,
  short_name {text} NOT NULL,
  name_key {text} NOT NULL,
  credit_code {text},
  region_code {text},
  industry_code {text},
  industry_parent_id {id},
  state {text} NOT NULL CHECK (state IN ('draft', 'preparing', 'active', 'suspended', 'dissolved')),
  founded_on {date},
  planned_end_on {date},
  ended_on {date},
  approval_no {text},
  legal_person {text} NOT NULL CHECK (legal_person IN ('none', 'applied', 'registered')),
  address {text} NOT NULL,
  contact_sealed {blob},
  py_full {text} NOT NULL,
  py_init {text} NOT NULL,
  member_count {int} NOT NULL,
  created_at {instant} NOT NULL,
  version {int} NOT NULL,
  PRIMARY KEY (district, id),
  UNIQUE (district, path),
  FOREIGN KEY (district, parent_id) REFERENCES org (district, id),
  FOREIGN KEY (district, industry_parent_id) REFERENCES org (district, id)
){strict};
CREATE UNIQUE INDEX org_credit_code ON org (district, credit_code) WHERE credit_code IS NOT NULL;
CREATE INDEX org_parent ON org (district, parent_id, path);
CREATE INDEX org_industry_parent ON org (district, industry_parent_id);
CREATE INDEX org_name_key ON org (district, name_key);
CREATE INDEX org_short_name ON org (district, short_name);
CREATE INDEX org_py_init ON org (district, py_init);
CREATE INDEX org_py_full ON org (district, py_full);
CREATE INDEX org_region ON org (district, region_code);
CREATE INDEX org_state ON org (district, state);

CREATE TABLE org_history (
  district {text} NOT NULL,
  id {id} NOT NULL,
  org_id {id} NOT NULL,
  at {instant} NOT NULL,
  effective_on {date} NOT NULL,
  kind {text} NOT NULL CHECK (kind IN ('founded', 'renamed', 'moved', 'suspended', 'resumed', 'dissolved',
    'handed_over', 'legal_person')),
  before {json} NOT NULL,
  after {json} NOT NULL,
  note {text} NOT NULL,
  actor {text} NOT NULL,
  PRIMARY KEY (district, id),
  FOREIGN KEY (district, org_id) REFERENCES org (district, id)
){strict};
CREATE INDEX org_history_org ON org_history (district, org_id, at);

-- A union being founded. `org_path` is the place of the union above, which decides; the union itself gets its
-- place when it is approved. `entered_at` is when the present state was reached: clocks run from there.
CREATE TABLE founding (
  district {text} NOT NULL,
  id {id} NOT NULL,
  name {text} NOT NULL,
  kind {text} NOT NULL CHECK (kind IN ('single', 'joint', 'project', 'new_form')),
  parent_id {id} NOT NULL,
  org_path {text} NOT NULL,
  state {text} NOT NULL CHECK (state IN ('draft', 'submitted', 'returned', 'prep_approved', 'preparing',
    'candidates_submitted', 'candidates_approved', 'meeting_held', 'result_submitted', 'approved',
    'legal_person_applied', 'registered', 'active', 'suspended', 'dissolved')),
  members_expected {int} NOT NULL,
  papers {json} NOT NULL,
  detail {json} NOT NULL,
  org_id {id},
  opened_at {instant} NOT NULL,
  entered_at {instant} NOT NULL,
  version {int} NOT NULL,
  PRIMARY KEY (district, id),
  FOREIGN KEY (district, parent_id) REFERENCES org (district, id),
  FOREIGN KEY (district, org_id) REFERENCES org (district, id)
){strict};
CREATE INDEX founding_path ON founding (district, org_path, state);
CREATE INDEX founding_state ON founding (district, state, entered_at);
CREATE INDEX founding_parent ON founding (district, parent_id);
CREATE INDEX founding_org ON founding (district, org_id);

-- The units it is founded for; a union of platform workers has none.
CREATE TABLE founding_employer (
  district {text} NOT NULL,
  founding_id {id} NOT NULL,
  employer_id {id} NOT NULL,
  PRIMARY KEY (district, founding_id, employer_id),
  FOREIGN KEY (district, founding_id) REFERENCES founding (district, id)
){strict};
CREATE INDEX founding_employer_employer ON founding_employer (district, employer_id);

CREATE TABLE founding_step (
  district {text} NOT NULL,
  id {id} NOT NULL,
  founding_id {id} NOT NULL,
  at {instant} NOT NULL,
  verb {text} NOT NULL,
  from_state {text} NOT NULL,
  to_state {text} NOT NULL,
  note {text} NOT NULL,
  actor {text} NOT NULL,
  account_id {id},
  papers {json} NOT NULL,
  PRIMARY KEY (district, id),
  FOREIGN KEY (district, founding_id) REFERENCES founding (district, id)
){strict};
CREATE INDEX founding_step_founding ON founding_step (district, founding_id, at);

CREATE TABLE committee (
  district {text} NOT NULL,
  id {id} NOT NULL,
  org_id {id} NOT NULL,
  org_path {text} NOT NULL,
  kind {text} NOT NULL CHECK (kind IN ('committee', 'audit', 'women', 'law_supervision', 'mediation')),
  term_years {int} NOT NULL,
  from_on {date} NOT NULL,
  to_on {date} NOT NULL,
  extended_to {date},
  ended_on {date},
  PRIMARY KEY (district, id),
  FOREIGN KEY (district, org_id) REFERENCES org (district, id)
){strict};
CREATE INDEX committee_org ON committee (district, org_id, from_on);
CREATE INDEX committee_path ON committee (district, org_path, to_on);
CREATE INDEX committee_term ON committee (district, to_on);

CREATE TABLE officer (
  district {text} NOT NULL,
  id {id} NOT NULL,
  committee_id {id} NOT NULL,
  org_id {id} NOT NULL,
  name {text} NOT NULL,
  member_id {id},
  position {text} NOT NULL,
  full_time {flag} NOT NULL,
  from_on {date} NOT NULL,
  to_on {date},
  contract_end {date},
  PRIMARY KEY (district, id),
  FOREIGN KEY (district, committee_id) REFERENCES committee (district, id),
  FOREIGN KEY (district, org_id) REFERENCES org (district, id)
){strict};
CREATE INDEX officer_committee ON officer (district, committee_id);
CREATE INDEX officer_org ON officer (district, org_id);
CREATE INDEX officer_member ON officer (district, member_id);

CREATE TABLE term_notice (
  district {text} NOT NULL,
  committee_id {id} NOT NULL,
  days_before {int} NOT NULL,
  due_on {date} NOT NULL,
  sent_at {instant},
  PRIMARY KEY (district, committee_id, days_before, due_on),
  FOREIGN KEY (district, committee_id) REFERENCES committee (district, id)
){strict};
CREATE INDEX term_notice_due ON term_notice (district, due_on);
