-- The desk's list in its own order, with the place in the index: a page reads its lines and no others.
DROP INDEX alert_desk;
CREATE INDEX alert_order ON alert (district, state, rank, score, id, org_path);
-- The figures of the desk, and the pulse of a part of the district, are in the index of places.
DROP INDEX alert_path;
CREATE INDEX alert_path ON alert (district, org_path, state, rank, level, raised_at, people, amount, touched_at);
