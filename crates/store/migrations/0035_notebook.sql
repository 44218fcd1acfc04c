-- A statement given to a union is a matter with an owner and a clock: the case it was filed as, or came to.
ALTER TABLE notebook_share ADD COLUMN case_id {id};
CREATE INDEX notebook_share_case ON notebook_share (district, case_id, shared_at) WHERE case_id IS NOT NULL;
