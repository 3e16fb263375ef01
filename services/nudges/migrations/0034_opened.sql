-- When the person of a nudge, signed in, first opened a page on which it stands: then it has reached them, too.
ALTER TABLE nudge ADD COLUMN opened_at timestamptz;
