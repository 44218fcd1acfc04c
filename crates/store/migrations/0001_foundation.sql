-- Foundation: the tenant list, the sealed audit log, background work and settings.
-- Tokens in braces are rendered for each database by src/schema/render.rs; docs/sql.md lists them.

-- Reference table: which districts live in this database. Everything else begins with a district.
CREATE TABLE district (
  code {text} NOT NULL PRIMARY KEY,
  name {text} NOT NULL,
  opened_at {instant} NOT NULL
){strict};

-- One record per change, sealed: hash = SM3(prev || canonical text). Append only.
CREATE TABLE audit_log (
  district {text} NOT NULL,
  seq {int} NOT NULL,
  at {instant} NOT NULL,
  account_id {id},
  post_id {id},
  actor {text} NOT NULL,
  on_behalf {id},
  action {text} NOT NULL,
  subject_kind {text} NOT NULL,
  subject_id {text} NOT NULL,
  org_path {text} NOT NULL,
  why {text} NOT NULL,
  detail {json} NOT NULL,
  prev {blob} NOT NULL,
  hash {blob} NOT NULL,
  PRIMARY KEY (district, seq)
){strict};
CREATE INDEX audit_log_subject ON audit_log (district, subject_kind, subject_id, seq);
CREATE INDEX audit_log_account ON audit_log (district, account_id, seq);
CREATE INDEX audit_log_action ON audit_log (district, action, seq);
CREATE INDEX audit_log_at ON audit_log (district, at);

-- The last record of each chain; on PostgreSQL its row lock is also what makes one writer per district.
CREATE TABLE audit_head (
  district {text} NOT NULL PRIMARY KEY REFERENCES district (code),
  seq {int} NOT NULL,
  hash {blob} NOT NULL,
  at {instant} NOT NULL
){strict};

-- The chain at the end of each day that had changes; the same lines go to a file outside the database.
CREATE TABLE audit_anchor (
  district {text} NOT NULL,
  day {date} NOT NULL,
  seq {int} NOT NULL,
  hash {blob} NOT NULL,
  PRIMARY KEY (district, day)
){strict};

-- Background work, enqueued in the transaction of the change that wants it.
CREATE TABLE job (
  district {text} NOT NULL,
  id {id} NOT NULL,
  kind {text} NOT NULL,
  payload {json} NOT NULL,
  run_at {instant} NOT NULL,
  state {text} NOT NULL CHECK (state IN ('ready', 'running', 'done', 'dead')),
  attempts {int} NOT NULL,
  max_attempts {int} NOT NULL,
  leased_until {instant},
  leased_by {text},
  dedupe {text},
  last_error {text},
  created_at {instant} NOT NULL,
  finished_at {instant},
  PRIMARY KEY (district, id),
  UNIQUE (district, dedupe)
){strict};
CREATE INDEX job_due ON job (district, state, run_at, id);
CREATE INDEX job_kind ON job (district, kind, created_at);

-- Events, committed with the change; the relay turns each into one job per listener.
CREATE TABLE outbox (
  district {text} NOT NULL,
  id {id} NOT NULL,
  at {instant} NOT NULL,
  event {text} NOT NULL,
  subject_id {text} NOT NULL,
  payload {json} NOT NULL,
  relayed_at {instant},
  PRIMARY KEY (district, id)
){strict};
CREATE INDEX outbox_waiting ON outbox (district, id) WHERE relayed_at IS NULL;

-- The first answer to each client-made key. `who` is the account, or a word for a door without accounts.
CREATE TABLE idempotency (
  district {text} NOT NULL,
  who {text} NOT NULL,
  key {text} NOT NULL,
  request_hash {blob} NOT NULL,
  status {int} NOT NULL,
  answer {json} NOT NULL,
  at {instant} NOT NULL,
  PRIMARY KEY (district, who, key)
){strict};
CREATE INDEX idempotency_at ON idempotency (district, at);

CREATE TABLE setting (
  district {text} NOT NULL REFERENCES district (code),
  name {text} NOT NULL,
  value {json} NOT NULL,
  PRIMARY KEY (district, name)
){strict};
