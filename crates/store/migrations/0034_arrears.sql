-- Whom and how much an alert concerns as its desk verified it in the case: kept beside what the offices reported, and it
-- is what pages, lists and sums say where it is there.
ALTER TABLE alert ADD COLUMN verified_people {int};
ALTER TABLE alert ADD COLUMN verified_amount {money};
DROP INDEX alert_path;
CREATE INDEX alert_path ON alert (district, org_path, state, rank, level, raised_at, people, amount, verified_people, verified_amount, touched_at);
