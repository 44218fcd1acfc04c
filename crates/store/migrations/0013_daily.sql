-- Daily reports of the warning desk, put on file once a day; and what past moments are read by.
CREATE TABLE arrears_daily (
  district {text} NOT NULL REFERENCES district (code),
  day {date} NOT NULL,
  made_at {instant} NOT NULL,
  -- SM3 of the body, hexadecimal.
  digest {text} NOT NULL,
  body {json} NOT NULL,
  PRIMARY KEY (district, day)
){strict};

-- The last change within a part of the tree: asked for every second by every open desk.
CREATE INDEX alert_pulse ON alert (district, org_path, touched_at);
CREATE INDEX case_event_at ON case_event (district, at);
