-- What a restored installation has to know: what was sent between the backup and the loss is not known to it.

CREATE TABLE restoration (
    number       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    backed_up_at timestamptz NOT NULL,         -- when the backup was begun
    resumed_at   timestamptz                   -- when nudges first ran again, by the service's clock
);

CREATE FUNCTION unsent_reason() RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'not sent: restored from a backup' $$;

-- Whether a nudge reached nobody because of a restoration.
CREATE FUNCTION is_unsent(of_nudge text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM delivery AS d WHERE d.nudge_id = of_nudge AND d.last_error = unsent_reason())
       AND NOT EXISTS (SELECT FROM delivery AS d WHERE d.nudge_id = of_nudge AND d.state = 'delivered' AND d.channel <> 'inbox')
$$;
