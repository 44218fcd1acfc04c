-- On what relation (合并的关系) an alert became part of another: an id of `definitions/alerts`. Older merges have none.
ALTER TABLE alert ADD COLUMN merged_as {text} NOT NULL DEFAULT '';
-- What a case says is the same event as the row of the office that sent it, by the number it came under; cases of one
-- number are one event. None in rows from before.
ALTER TABLE case_signal ADD COLUMN event {blob};
CREATE INDEX case_signal_event ON case_signal (district, event) WHERE event IS NOT NULL;
CREATE INDEX alert_merged ON alert (district, merged_into) WHERE merged_into IS NOT NULL;
