-- Letters (文书): numbered documents of unions, their numbers and deliveries.
--
-- What a document says may name people with their identity numbers, so texts and field values are sealed; the list
-- shows a title, a number and an addressee (a person's name masked). An issued text is written once, with its SM3.

CREATE TABLE letter (
  district {text} NOT NULL,
  id {id} NOT NULL,
  -- Place of the matter: who may see it. The organ that issues is at or above it.
  place_id {id} NOT NULL,
  org_path {text} NOT NULL,
  organ_id {id} NOT NULL,
  template {text} NOT NULL,
  title {text} NOT NULL,
  -- Fingerprint of the template it was last drawn from.
  definition {text} NOT NULL,
  series {text} NOT NULL,
  addressee {text} NOT NULL,
  link_kind {text},
  link_id {id},
  state {text} NOT NULL CHECK (state IN ('draft', 'issued', 'served', 'answered', 'cancelled', 'dropped')),
  delivered {flag} NOT NULL,
  -- Id of the clock that runs from the day of receipt; empty when no answer is asked for.
  reply_clock {text} NOT NULL,
  year {int},
  serial {int},
  number {text},
  issued_on {date},
  signer {text} NOT NULL,
  signer_post {text} NOT NULL,
  issued_by {text} NOT NULL,
  digest {text} NOT NULL,
  received_on {date},
  answered_on {date},
  answer {text} NOT NULL,
  ended_why {text} NOT NULL,
  content_sealed {blob} NOT NULL,
  draft_sealed {blob},
  issued_sealed {blob},
  answer_sealed {blob},
  created_by {text} NOT NULL,
  created_at {instant} NOT NULL,
  updated_at {instant} NOT NULL,
  version {int} NOT NULL,
  PRIMARY KEY (district, id),
  UNIQUE (district, number),
  UNIQUE (district, organ_id, series, year, serial),
  FOREIGN KEY (district, place_id) REFERENCES org (district, id),
  FOREIGN KEY (district, organ_id) REFERENCES org (district, id)
){strict};
CREATE INDEX letter_path ON letter (district, org_path, id);
CREATE INDEX letter_link ON letter (district, link_kind, link_id);

-- Each try to serve it, in order.
CREATE TABLE letter_delivery (
  district {text} NOT NULL,
  letter_id {id} NOT NULL,
  no {int} NOT NULL,
  method {text} NOT NULL CHECK (method IN ('direct', 'left', 'post', 'electronic', 'entrusted', 'notice')),
  receiver {text} NOT NULL,
  refused {flag} NOT NULL,
  served_on {date} NOT NULL,
  note {text} NOT NULL,
  recorded_by {text} NOT NULL,
  recorded_at {instant} NOT NULL,
  PRIMARY KEY (district, letter_id, no),
  FOREIGN KEY (district, letter_id) REFERENCES letter (district, id)
){strict};

-- The last number given out, by organ, type and year.
CREATE TABLE letter_number (
  district {text} NOT NULL,
  organ_id {id} NOT NULL,
  series {text} NOT NULL,
  year {int} NOT NULL,
  last {int} NOT NULL,
  PRIMARY KEY (district, organ_id, series, year),
  FOREIGN KEY (district, organ_id) REFERENCES org (district, id)
){strict};

-- Numbers that were given out elsewhere, such as on paper before this program, with the reason.
CREATE TABLE letter_gap (
  district {text} NOT NULL,
  organ_id {id} NOT NULL,
  series {text} NOT NULL,
  year {int} NOT NULL,
  first_no {int} NOT NULL,
  last_no {int} NOT NULL,
  why {text} NOT NULL,
  recorded_by {text} NOT NULL,
  recorded_at {instant} NOT NULL,
  PRIMARY KEY (district, organ_id, series, year, first_no),
  FOREIGN KEY (district, organ_id) REFERENCES org (district, id)
){strict};

-- 机关代字 set on screen, over the one of the definition.
CREATE TABLE letter_organ (
  district {text} NOT NULL,
  organ_id {id} NOT NULL,
  code {text} NOT NULL,
  set_by {text} NOT NULL,
  set_at {instant} NOT NULL,
  PRIMARY KEY (district, organ_id),
  UNIQUE (district, code),
  FOREIGN KEY (district, organ_id) REFERENCES org (district, id)
){strict};
