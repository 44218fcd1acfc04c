-- Members (会员): one person, one open membership at a time, as dated periods.

CREATE TABLE member (
  district {text} NOT NULL REFERENCES district (code),
  id {id} NOT NULL,
  org_id {id} NOT NULL,
  org_path {text} NOT NULL,
  employer_id {id},
  name {text} NOT NULL,
  name_key {text} NOT NULL,
  py_full {text} NOT NULL,
  py_init {text} NOT NULL,
  sex {int} NOT NULL,
  birth_on {date},
  id_type {text} NOT NULL,
  id_sealed {blob} NOT NULL,
  id_index {blob} NOT NULL,
  phone_sealed {blob},
  phone_index {blob},
  bank_sealed {blob},
  ethnic {text},
  education {text},
  politics {text},
  skill {text},
  household {text},
  employment {text},
  job_title {text},
  migrant {flag} NOT NULL,
  new_form {flag} NOT NULL,
  difficult {flag} NOT NULL,
  model_worker {flag} NOT NULL,
  mutual_aid {flag} NOT NULL,
  real_name {flag} NOT NULL,
  status {text} NOT NULL CHECK (status IN ('active', 'kept', 'transferring', 'left', 'expelled', 'deceased', 'merged')),
  joined_on {date} NOT NULL,
  card_no {text},
  merged_into {id},
  batch_id {id},
  created_at {instant} NOT NULL,
  updated_at {instant} NOT NULL,
  version {int} NOT NULL,
  PRIMARY KEY (district, id),
  UNIQUE (district, id_type, id_index),
  FOREIGN KEY (district, org_id) REFERENCES org (district, id),
  FOREIGN KEY (district, employer_id) REFERENCES employer (district, id)
){strict};
-- The list: in the order of the tree, or by name, sound or initials; each ordered so that a page is read
-- from the index and its cost does not grow with the table.
CREATE INDEX member_path ON member (district, org_path, id);
CREATE INDEX member_name ON member (district, name_key, org_path);
CREATE INDEX member_sound ON member (district, py_full, org_path);
CREATE INDEX member_initials ON member (district, py_init, org_path);
-- Few members carry these marks; a page of them must not walk past all the others.
CREATE INDEX member_not_active ON member (district, org_path, id) WHERE status <> 'active';
CREATE INDEX member_unverified ON member (district, org_path, id) WHERE NOT real_name;
CREATE INDEX member_difficult ON member (district, org_path, id) WHERE difficult;
CREATE INDEX member_model_worker ON member (district, org_path, id) WHERE model_worker;
-- Likely duplicates: same birth date and initials; same phone.
CREATE INDEX member_birth ON member (district, birth_on, py_init);
CREATE INDEX member_phone ON member (district, phone_index) WHERE phone_index IS NOT NULL;
CREATE INDEX member_employer ON member (district, employer_id) WHERE employer_id IS NOT NULL;
CREATE INDEX member_batch ON member (district, batch_id) WHERE batch_id IS NOT NULL;

CREATE TABLE membership (
  district {text} NOT NULL,
  id {id} NOT NULL,
  member_id {id} NOT NULL,
  org_id {id} NOT NULL,
  org_path {text} NOT NULL,
  from_on {date} NOT NULL,
  to_on {date},
  change_in {text} NOT NULL,
  change_out {text},
  reason {text} NOT NULL,
  evidence {text} NOT NULL,
  actor {text} NOT NULL,
  batch_id {id},
  at {instant} NOT NULL,
  PRIMARY KEY (district, id),
  FOREIGN KEY (district, member_id) REFERENCES member (district, id),
  FOREIGN KEY (district, org_id) REFERENCES org (district, id)
){strict};
CREATE UNIQUE INDEX membership_open ON membership (district, member_id) WHERE to_on IS NULL;
CREATE INDEX membership_member ON membership (district, member_id, from_on);
CREATE INDEX membership_path ON membership (district, org_path, from_on);
CREATE INDEX membership_batch ON membership (district, batch_id) WHERE batch_id IS NOT NULL;

CREATE TABLE transfer (
  district {text} NOT NULL,
  id {id} NOT NULL,
  member_id {id} NOT NULL,
  from_org {id} NOT NULL,
  from_path {text} NOT NULL,
  to_org {id} NOT NULL,
  to_path {text} NOT NULL,
  state {text} NOT NULL CHECK (state IN ('requested', 'issued', 'accepted', 'refused', 'cancelled')),
  requested_on {date} NOT NULL,
  due_on {date},
  reminded_at {instant},
  decided_at {instant},
  note {text} NOT NULL,
  PRIMARY KEY (district, id),
  FOREIGN KEY (district, member_id) REFERENCES member (district, id),
  FOREIGN KEY (district, from_org) REFERENCES org (district, id),
  FOREIGN KEY (district, to_org) REFERENCES org (district, id)
){strict};
-- One transfer at a time.
CREATE UNIQUE INDEX transfer_open ON transfer (district, member_id) WHERE state IN ('requested', 'issued');
CREATE INDEX transfer_member ON transfer (district, member_id);
CREATE INDEX transfer_from ON transfer (district, from_path, state);
CREATE INDEX transfer_to ON transfer (district, to_path, state);
CREATE INDEX transfer_due ON transfer (district, state, due_on);

CREATE TABLE application (
  district {text} NOT NULL,
  id {id} NOT NULL,
  org_id {id} NOT NULL,
  org_path {text} NOT NULL,
  employer_id {id},
  name {text} NOT NULL,
  id_type {text} NOT NULL,
  id_sealed {blob} NOT NULL,
  id_index {blob} NOT NULL,
  phone_sealed {blob},
  phone_index {blob},
  sex {int} NOT NULL,
  birth_on {date},
  job_title {text},
  note {text} NOT NULL,
  state {text} NOT NULL CHECK (state IN ('applied', 'approved', 'rejected', 'withdrawn')),
  code {text} NOT NULL,
  applied_at {instant} NOT NULL,
  decided_at {instant},
  decided_by {text},
  reason {text},
  member_id {id},
  consent {json} NOT NULL,
  PRIMARY KEY (district, id),
  UNIQUE (district, code),
  FOREIGN KEY (district, org_id) REFERENCES org (district, id)
){strict};
CREATE INDEX application_queue ON application (district, state, org_path, applied_at);
CREATE INDEX application_path ON application (district, org_path);
CREATE INDEX application_person ON application (district, id_type, id_index);

CREATE TABLE consent (
  district {text} NOT NULL,
  id {id} NOT NULL,
  member_id {id} NOT NULL,
  purpose {text} NOT NULL,
  text_version {text} NOT NULL,
  given_at {instant} NOT NULL,
  withdrawn_at {instant},
  channel {text} NOT NULL,
  PRIMARY KEY (district, id),
  FOREIGN KEY (district, member_id) REFERENCES member (district, id)
){strict};
CREATE INDEX consent_member ON consent (district, member_id, purpose, given_at);

CREATE TABLE duplicate_pair (
  district {text} NOT NULL,
  id {id} NOT NULL,
  left_id {id} NOT NULL,
  right_id {id} NOT NULL,
  org_path {text} NOT NULL,
  score {int} NOT NULL,
  reasons {json} NOT NULL,
  state {text} NOT NULL CHECK (state IN ('open', 'merged', 'distinct')),
  found_at {instant} NOT NULL,
  decided_at {instant},
  decided_by {text},
  why {text},
  PRIMARY KEY (district, id),
  UNIQUE (district, left_id, right_id),
  FOREIGN KEY (district, left_id) REFERENCES member (district, id),
  FOREIGN KEY (district, right_id) REFERENCES member (district, id)
){strict};
CREATE INDEX duplicate_pair_queue ON duplicate_pair (district, state, org_path, score);
CREATE INDEX duplicate_pair_path ON duplicate_pair (district, org_path);
CREATE INDEX duplicate_pair_right ON duplicate_pair (district, right_id);

CREATE TABLE merge_log (
  district {text} NOT NULL,
  id {id} NOT NULL,
  kept_id {id} NOT NULL,
  absorbed_id {id} NOT NULL,
  snapshot_sealed {blob} NOT NULL,
  at {instant} NOT NULL,
  actor {text} NOT NULL,
  undone_at {instant},
  PRIMARY KEY (district, id),
  FOREIGN KEY (district, kept_id) REFERENCES member (district, id),
  FOREIGN KEY (district, absorbed_id) REFERENCES member (district, id)
){strict};
CREATE INDEX merge_log_kept ON merge_log (district, kept_id);
CREATE INDEX merge_log_absorbed ON merge_log (district, absorbed_id);

CREATE TABLE member_request (
  district {text} NOT NULL,
  id {id} NOT NULL,
  member_id {id} NOT NULL,
  org_path {text} NOT NULL,
  kind {text} NOT NULL CHECK (kind IN ('export', 'correct', 'delete')),
  detail_sealed {blob},
  state {text} NOT NULL CHECK (state IN ('open', 'done', 'refused')),
  asked_at {instant} NOT NULL,
  due_on {date},
  decided_at {instant},
  decided_by {text},
  answer {text},
  PRIMARY KEY (district, id),
  FOREIGN KEY (district, member_id) REFERENCES member (district, id)
){strict};
CREATE INDEX member_request_queue ON member_request (district, state, org_path, asked_at);
CREATE INDEX member_request_path ON member_request (district, org_path);
CREATE INDEX member_request_member ON member_request (district, member_id);

-- What an import changed, as it was before, so that the batch can be undone; kept as long as its problem rows.
CREATE TABLE member_before (
  district {text} NOT NULL,
  batch_id {id} NOT NULL,
  member_id {id} NOT NULL,
  org_path {text} NOT NULL,
  image_sealed {blob} NOT NULL,
  version_after {int} NOT NULL,
  PRIMARY KEY (district, batch_id, member_id)
){strict};
