-- Photographs of the weekly round have a term of their own; what is left of a destroyed one is that it was there.
ALTER TABLE check_in_photo ADD COLUMN destroyed_at {instant};
CREATE INDEX check_in_photo_term ON check_in_photo (district, added_at, id) WHERE destroyed_at IS NULL;

-- A list of what is to be destroyed names, besides cases, photographs that came before a day, and how many there were.
ALTER TABLE case_disposal ADD COLUMN photos_before {date};
ALTER TABLE case_disposal ADD COLUMN photos {int} NOT NULL DEFAULT 0;
