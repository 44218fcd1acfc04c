-- Since when place, industry and name of a subject were known, as its sources say them: a replay shows of an alert what was
-- known on its day, so of several records the oldest holds. Rows from before this was kept stay as they are.
ALTER TABLE warning_subject ADD COLUMN told_on {date};
