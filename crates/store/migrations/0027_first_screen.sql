-- What the first screen counts lies in the indexes it counts by: waiting transfers, terms that end, unions at work.
DROP INDEX transfer_due;
CREATE INDEX transfer_waiting ON transfer (district, state, due_on, reminded_at, from_path, to_path);
DROP INDEX committee_term;
CREATE INDEX committee_term ON committee (district, to_on, extended_to, org_path, org_id, id, kind) WHERE ended_on IS NULL;
DROP INDEX org_state;
CREATE INDEX org_state ON org (district, state, id);
