-- Which nudges each channel is given.

ALTER TABLE channel ADD COLUMN teams text[] NOT NULL DEFAULT '{}'; -- empty: of every team
ALTER TABLE channel ADD COLUMN kinds text[] NOT NULL DEFAULT '{}'; -- empty: of every kind
