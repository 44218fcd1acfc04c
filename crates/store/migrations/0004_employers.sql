-- Employers, their codes and former names, and which union covers them.

CREATE TABLE employer (
  district {text} NOT NULL REFERENCES district (code),
  id {id} NOT NULL,
  credit_code {text},
  name {text} NOT NULL,
  name_key {text} NOT NULL,
  region_code {text} NOT NULL,
  town_org_id {id},
  org_path {text} NOT NULL,
  industry_code {text} NOT NULL,
  economic_type {text} NOT NULL,
  headcount {int} NOT NULL,
  headcount_source {text} NOT NULL,
  headcount_on {date},
  state {text} NOT NULL CHECK (state IN ('open', 'deregistered', 'revoked', 'shell')),
  opened_on {date},
  closed_on {date},
  address {text} NOT NULL,
  py_full {text} NOT NULL,
  py_init {text} NOT NULL,
  batch_id {id},
  created_at {instant} NOT NULL,
  version {int} NOT NULL,
  PRIMARY KEY (district, id),
  FOREIGN KEY (district, town_org_id) REFERENCES org (district, id)
){strict};
CREATE UNIQUE INDEX employer_credit_code ON employer (district, credit_code) WHERE credit_code IS NOT NULL;
CREATE INDEX employer_path ON employer (district, org_path, id);
CREATE INDEX employer_name_key ON employer (district, name_key);
CREATE INDEX employer_py_init ON employer (district, py_init);
CREATE INDEX employer_py_full ON employer (district, py_full);
CREATE INDEX employer_headcount_size ON employer (district, headcount);
CREATE INDEX employer_batch ON employer (district, batch_id) WHERE batch_id IS NOT NULL;

CREATE TABLE employer_code (
  district {text} NOT NULL,
  id {id} NOT NULL,
  employer_id {id} NOT NULL,
  kind {text} NOT NULL CHECK (kind IN ('credit', 'registration', 'organisation', 'tax', 'insurance')),
  code {text} NOT NULL,
  PRIMARY KEY (district, id),
  UNIQUE (district, kind, code),
  FOREIGN KEY (district, employer_id) REFERENCES employer (district, id)
){strict};
CREATE INDEX employer_code_employer ON employer_code (district, employer_id);

CREATE TABLE employer_name (
  district {text} NOT NULL,
  id {id} NOT NULL,
  employer_id {id} NOT NULL,
  name {text} NOT NULL,
  name_key {text} NOT NULL,
  kind {text} NOT NULL CHECK (kind IN ('registered', 'former', 'alias')),
  from_on {date},
  to_on {date},
  PRIMARY KEY (district, id),
  FOREIGN KEY (district, employer_id) REFERENCES employer (district, id)
){strict};
CREATE INDEX employer_name_employer ON employer_name (district, employer_id);
CREATE INDEX employer_name_name_key ON employer_name (district, name_key);

CREATE TABLE employer_headcount (
  district {text} NOT NULL,
  employer_id {id} NOT NULL,
  on_date {date} NOT NULL,
  headcount {int} NOT NULL,
  source {text} NOT NULL,
  PRIMARY KEY (district, employer_id, on_date),
  FOREIGN KEY (district, employer_id) REFERENCES employer (district, id)
){strict};

CREATE TABLE coverage_edge (
  district {text} NOT NULL,
  id {id} NOT NULL,
  org_id {id} NOT NULL,
  employer_id {id} NOT NULL,
  kind {text} NOT NULL CHECK (kind IN ('own', 'joint', 'industry', 'regional')),
  from_on {date} NOT NULL,
  to_on {date},
  PRIMARY KEY (district, id),
  FOREIGN KEY (district, org_id) REFERENCES org (district, id),
  FOREIGN KEY (district, employer_id) REFERENCES employer (district, id)
){strict};
CREATE INDEX coverage_edge_org ON coverage_edge (district, org_id);
CREATE INDEX coverage_edge_employer ON coverage_edge (district, employer_id);
CREATE UNIQUE INDEX coverage_edge_open ON coverage_edge (district, org_id, employer_id, kind) WHERE to_on IS NULL;

CREATE TABLE employer_match (
  district {text} NOT NULL,
  id {id} NOT NULL,
  source {text} NOT NULL,
  raw_name {text} NOT NULL,
  raw_code {text} NOT NULL,
  candidates {json} NOT NULL,
  state {text} NOT NULL CHECK (state IN ('open', 'matched', 'created', 'dismissed')),
  employer_id {id},
  org_path {text} NOT NULL,
  at {instant} NOT NULL,
  decided_at {instant},
  decided_by {text},
  PRIMARY KEY (district, id),
  FOREIGN KEY (district, employer_id) REFERENCES employer (district, id)
){strict};
CREATE INDEX employer_match_queue ON employer_match (district, state, org_path, id);
CREATE INDEX employer_match_path ON employer_match (district, org_path);
CREATE INDEX employer_match_employer ON employer_match (district, employer_id);
