-- Exchange: spreadsheet imports with their problem rows, remembered mappings, saved filters.

CREATE TABLE import_batch (
  district {text} NOT NULL,
  id {id} NOT NULL,
  no {text} NOT NULL,
  kind {text} NOT NULL CHECK (kind IN ('members', 'employers')),
  org_id {id} NOT NULL,
  org_path {text} NOT NULL,
  -- Whether rows that name no union belong to org_id.
  org_default {flag} NOT NULL,
  file_name {text} NOT NULL,
  file_size {int} NOT NULL,
  file_digest {text} NOT NULL,
  -- Name of the sealed copy; empty once it is deleted, or when the file stayed with its owner (command line).
  file_path {text} NOT NULL,
  format {text} NOT NULL,
  sheet {text} NOT NULL,
  mapping {json} NOT NULL,
  state {text} NOT NULL CHECK (state IN ('uploaded', 'checking', 'checked', 'importing', 'done', 'cancelled',
    'undoing', 'undone', 'failed')),
  rows_total {int} NOT NULL,
  rows_done {int} NOT NULL,
  -- Number of the last row that is finished with: where a crashed import goes on.
  cursor_row {int} NOT NULL,
  new_rows {int} NOT NULL,
  updated_rows {int} NOT NULL,
  unchanged_rows {int} NOT NULL,
  refused_rows {int} NOT NULL,
  confirm_rows {int} NOT NULL,
  elsewhere_rows {int} NOT NULL,
  open_problems {int} NOT NULL,
  ready_problems {int} NOT NULL,
  undone_rows {int} NOT NULL,
  message {text} NOT NULL,
  -- Problem rows and images from before are still there: it can be corrected and undone.
  kept {flag} NOT NULL,
  account_id {id},
  post_id {id},
  actor {text} NOT NULL,
  -- How far the uploading post could see; the work is done within it.
  scope_path {text} NOT NULL,
  phase_at {instant} NOT NULL,
  created_at {instant} NOT NULL,
  finished_at {instant},
  undone_at {instant},
  PRIMARY KEY (district, id),
  UNIQUE (district, no),
  FOREIGN KEY (district, org_id) REFERENCES org (district, id)
){strict};
CREATE INDEX import_batch_path ON import_batch (district, org_path, created_at);
CREATE INDEX import_batch_digest ON import_batch (district, file_digest);

-- Only rows that could not be taken as they were. What they say is sealed as a whole.
CREATE TABLE import_problem (
  district {text} NOT NULL,
  batch_id {id} NOT NULL,
  row_no {int} NOT NULL,
  field {text} NOT NULL,
  code {text} NOT NULL,
  level {text} NOT NULL CHECK (level IN ('error', 'confirm')),
  has_suggestion {flag} NOT NULL,
  confirmed {flag} NOT NULL,
  row_sealed {blob} NOT NULL,
  state {text} NOT NULL CHECK (state IN ('open', 'fixed', 'dropped', 'taken')),
  PRIMARY KEY (district, batch_id, row_no),
  FOREIGN KEY (district, batch_id) REFERENCES import_batch (district, id)
){strict};
CREATE INDEX import_problem_open ON import_problem (district, batch_id, state, row_no);

CREATE TABLE mapping_memory (
  district {text} NOT NULL,
  account_id {id} NOT NULL,
  kind {text} NOT NULL,
  header_digest {text} NOT NULL,
  mapping {json} NOT NULL,
  PRIMARY KEY (district, account_id, kind, header_digest)
){strict};

CREATE TABLE saved_filter (
  district {text} NOT NULL,
  id {id} NOT NULL,
  account_id {id} NOT NULL,
  page {text} NOT NULL,
  name {text} NOT NULL,
  query {text} NOT NULL,
  PRIMARY KEY (district, id),
  UNIQUE (district, account_id, page, name)
){strict};
