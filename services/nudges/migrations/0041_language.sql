-- The language in which somebody reads: the code of a catalogue. Empty: they never chose one.

ALTER TABLE preference ADD COLUMN language text NOT NULL DEFAULT '';
