-- A rep can hide what they have achieved from the others on the page of wins.

ALTER TABLE preference ADD COLUMN hides_wins boolean NOT NULL DEFAULT false;
