-- Who is forgotten, by keyed hashes only: what is still reported of them is passed over.

CREATE TABLE forgotten (
    digest       bytea PRIMARY KEY,            -- shared/forgetting.py
    forgotten_at timestamptz NOT NULL
);
