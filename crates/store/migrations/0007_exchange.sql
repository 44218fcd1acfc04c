-- Exchange: spreadsheet imports with their problems, remembered mappings, saved filters.

CREATE TABLE import_batch (
  district {text} NOT NULL,
  id {id} NOT NULL,
  no {text} NOT NULL,
  kind {text} NOT NULL CHECK (kind IN ('members', 'employers')),
  org_id {id} NOT NULL,
  org_path {text} NOT NULL,
  file_name {text} NOT NULL,
  file_digest {text} NOT NULL,
  file_path {text} NOT NULL,
  sheet {text} NOT NULL,
  mapping {json} NOT NULL,
  state {text} NOT NULL CHECK (state IN ('uploaded', 'checking', 'checked', 'importing', 'done', 'cancelled',
    'undone', 'failed')),
  rows_total {int} NOT NULL,
  rows_done {int} NOT NULL,
  taken {int} NOT NULL,
  updated {int} NOT NULL,
  unchanged {int} NOT NULL,
  refused {int} NOT NULL,
  open_problems {int} NOT NULL,
  message {text} NOT NULL,
  account_id {id},
  created_at {instant} NOT NULL,
  finished_at {instant},
  undone_at {instant},
  PRIMARY KEY (district, id),
  UNIQUE (district, no),
  FOREIGN KEY (district, org_id) REFERENCES org (district, id)
){strict};
CREATE INDEX import_batch_path ON import_batch (district, org_path, created_at);
CREATE INDEX import_batch_digest ON import_batch (district, file_digest);

CREATE TABLE import_problem (
  district {text} NOT NULL,
  batch_id {id} NOT NULL,
  row_no {int} NOT NULL,
  field {text} NOT NULL,
  code {text} NOT NULL,
  level {text} NOT NULL CHECK (level IN ('error', 'confirm')),
  message {text} NOT NULL,
  suggestion {text} NOT NULL,
  values_sealed {blob} NOT NULL,
  state {text} NOT NULL CHECK (state IN ('open', 'fixed', 'dropped')),
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
