-- Where a worker who applies works, as written, and the question that is open about it (单位比对); what became of whose
-- application, by the member.
ALTER TABLE application ADD COLUMN unit {text};
ALTER TABLE application ADD COLUMN match_id {id};
CREATE INDEX application_match ON application (district, match_id);
CREATE INDEX application_member ON application (district, member_id);
