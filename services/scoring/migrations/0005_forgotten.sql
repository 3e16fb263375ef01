-- Who is forgotten, by keyed hashes only, and what their days added up to for their teams.

CREATE TABLE forgotten (
    digest       bytea PRIMARY KEY,            -- shared/forgetting.py
    kind         text NOT NULL CHECK (kind IN ('key', 'person', 'user', 'contact')),
    forgotten_at timestamptz NOT NULL
);

CREATE TABLE total_of_forgotten (
    team      text NOT NULL,
    month     date NOT NULL,                   -- its first day
    behaviour text NOT NULL,
    times     bigint NOT NULL,
    PRIMARY KEY (team, month, behaviour)
);
