-- Pauses of feeds (停用): while one runs, the feed is marked, its files are not taken, and nothing that hangs on it is scored.
CREATE TABLE feed_pause (
  district {text} NOT NULL REFERENCES district (code),
  id {id} NOT NULL,
  -- Name of the feed; what a feed is stands in a definition.
  feed {text} NOT NULL,
  from_at {instant} NOT NULL,
  -- Its last day, when that was named beforehand.
  until_on {date},
  why {text} NOT NULL,
  paused_by {text} NOT NULL,
  ended_at {instant},
  ended_by {text} NOT NULL,
  ended_why {text} NOT NULL,
  PRIMARY KEY (district, id)
){strict};
CREATE UNIQUE INDEX feed_pause_open ON feed_pause (district, feed) WHERE ended_at IS NULL;
CREATE INDEX feed_pause_feed ON feed_pause (district, feed, from_at);
