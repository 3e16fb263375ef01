-- How people come in: sign-in links and sessions, both known by hashes only; who runs Daymark; and when the addresses of pages that
-- never ended end.

CREATE TABLE sign_in_link (
    digest     bytea PRIMARY KEY,              -- SHA-256 of the token, which only the link has
    person_id  text NOT NULL,
    origin     text NOT NULL,                  -- message: asked for by the person; command: printed for an operator
    next_path  text NOT NULL,                  -- the page that it leads to; empty: the person's own
    created_at timestamptz NOT NULL,
    used_at    timestamptz
);
CREATE INDEX sign_in_link_of_person ON sign_in_link (person_id, created_at);

CREATE TABLE session (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    digest       bytea NOT NULL UNIQUE,        -- SHA-256 of the token, which only the cookie has
    person_id    text NOT NULL,
    origin       text NOT NULL,                -- message, command or openid
    opened_at    timestamptz NOT NULL,
    last_used_at timestamptz NOT NULL
);
CREATE INDEX session_of_person ON session (person_id);

CREATE TABLE openid_request (
    digest     bytea PRIMARY KEY,              -- SHA-256 of `state`
    nonce      text NOT NULL,
    verifier   text NOT NULL,                  -- of PKCE
    next_path  text NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE TABLE operator (
    person_id text PRIMARY KEY,                -- as in the roster; of somebody whom it does not list, their email
    name      text NOT NULL,
    contacts  jsonb NOT NULL,                  -- how somebody is reached whom the roster does not list; empty: as the roster says
    added_at  timestamptz NOT NULL
);

CREATE TABLE page_address_end (
    ends_at timestamptz NOT NULL               -- from then on an address of a page that was handed out before opens nothing
);
INSERT INTO page_address_end SELECT now() + interval '30 days';
