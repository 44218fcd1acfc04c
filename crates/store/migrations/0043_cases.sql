-- Cases of one event are looked up in the order of their ids.
DROP INDEX case_signal_event;
CREATE INDEX case_signal_event ON case_signal (district, event, case_id);
-- Paused cases: the night looks for those whose pause has no end.
CREATE INDEX case_file_suspended ON case_file (district, id) WHERE suspended;
