-- Which signals of a subject can matter is told by kind and day, without the rows.
DROP INDEX signal_subject;
CREATE INDEX signal_subject ON signal (district, subject_id, day, id, kind);
