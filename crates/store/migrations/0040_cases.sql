-- A report (举报) lies with the desk that answers, out of sight of the desks below: who reported is sealed in these alone.
UPDATE case_file SET org_path = desk_path WHERE sealed_reporter;
-- The desk that has to decide on an extension that was asked for, and on opening a sealed identity: it stands on its list.
ALTER TABLE case_file ADD COLUMN extends_desk_id {id};
ALTER TABLE case_file ADD COLUMN reveals_desk_id {id};
CREATE INDEX case_file_extends ON case_file (district, extends_desk_id, id) WHERE extends_desk_id IS NOT NULL;
CREATE INDEX case_file_reveals ON case_file (district, reveals_desk_id, id) WHERE reveals_desk_id IS NOT NULL;
