-- When each behaviour of a day was heard of first, and of which behaviours of a team nothing is; '' stands for all together.

ALTER TABLE day ADD COLUMN heard jsonb NOT NULL DEFAULT '{}';
ALTER TABLE quiet_feed ADD COLUMN behaviour text NOT NULL DEFAULT '', ADD COLUMN label text NOT NULL DEFAULT '';
ALTER TABLE quiet_feed DROP CONSTRAINT quiet_feed_pkey, ADD PRIMARY KEY (team_id, behaviour);
