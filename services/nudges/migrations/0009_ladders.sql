-- Where each rep stands on the way to each goal, period by period.

CREATE TABLE ladder (
    rep_id       text NOT NULL,
    goal         text NOT NULL,                -- its key in the playbook
    period_start date NOT NULL,
    reached      integer NOT NULL,             -- the count of the newest step that was reached; 0 before the first
    size         numeric NOT NULL,             -- from there to the next step, exact
    reached_on   date,
    lowered_from numeric,                      -- the size before the period, where its first step is smaller, until it is reached
    PRIMARY KEY (rep_id, goal, period_start)
);
