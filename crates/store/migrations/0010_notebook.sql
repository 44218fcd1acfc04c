-- The worker's private notebook (工薪本). Rows with an owner_id are seen by that member and nobody else: row-level
-- security knows the column. What was written is sealed whole; only who, which entry and when is in clear.

CREATE TABLE notebook_entry (
  district {text} NOT NULL,
  owner_id {id} NOT NULL,
  -- Made by the phone: the same entry sent twice is one entry.
  id {id} NOT NULL,
  -- When the worker last edited it, by the phone's clock, never later than its arrival.
  edited_at {instant} NOT NULL,
  received_at {instant} NOT NULL,
  -- NULL when the worker deleted it: nothing of it is left but the fact, so that a late copy does not bring it back.
  body_sealed {blob},
  PRIMARY KEY (district, owner_id, id),
  FOREIGN KEY (district, owner_id) REFERENCES member (district, id)
){strict};

-- Earlier edits of an entry that is still there.
CREATE TABLE notebook_history (
  district {text} NOT NULL,
  owner_id {id} NOT NULL,
  entry_id {id} NOT NULL,
  edited_at {instant} NOT NULL,
  -- Tells two edits of one moment apart.
  body_index {blob} NOT NULL,
  id {id} NOT NULL,
  body_sealed {blob} NOT NULL,
  PRIMARY KEY (district, id),
  UNIQUE (district, owner_id, entry_id, edited_at, body_index),
  FOREIGN KEY (district, owner_id, entry_id) REFERENCES notebook_entry (district, owner_id, id)
){strict};

-- A statement (账单) the worker gave to a union: frozen, for one purpose, taken back at will.
CREATE TABLE notebook_share (
  district {text} NOT NULL,
  id {id} NOT NULL,
  member_id {id} NOT NULL,
  org_id {id} NOT NULL,
  org_path {text} NOT NULL,
  purpose {text} NOT NULL,
  text_version {text} NOT NULL,
  -- NULL when it was taken back.
  statement_sealed {blob},
  digest {text} NOT NULL,
  shared_at {instant} NOT NULL,
  withdrawn_at {instant},
  PRIMARY KEY (district, id),
  FOREIGN KEY (district, member_id) REFERENCES member (district, id),
  FOREIGN KEY (district, org_id) REFERENCES org (district, id)
){strict};
CREATE INDEX notebook_share_path ON notebook_share (district, org_path, shared_at) WHERE withdrawn_at IS NULL;
CREATE INDEX notebook_share_member ON notebook_share (district, member_id, shared_at);
