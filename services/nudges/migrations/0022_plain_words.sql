-- Renames tables, columns, constraints, indexes and the statuses of nudges to the terms that the rest of the code uses. No row is
-- added or lost, and only nudge.status changes its values.

ALTER TABLE look RENAME TO scheduled_check;
ALTER TABLE scheduled_check RENAME COLUMN rep_id TO person_id;
ALTER TABLE scheduled_check RENAME COLUMN done TO is_done;
ALTER INDEX look_due RENAME TO scheduled_check_due;
ALTER INDEX look_of_team RENAME TO scheduled_check_of_team;

ALTER TABLE led RENAME TO manager_of_rep;
ALTER INDEX led_of_rep RENAME TO manager_of_rep_by_rep;

ALTER TABLE team_usual RENAME TO team_baseline;
ALTER TABLE team_baseline RENAME COLUMN usual TO baseline;

ALTER TABLE quiet_feed RENAME TO silent_feed;

ALTER TABLE contest RENAME TO dispute;
ALTER TABLE dispute RENAME COLUMN contested_at TO disputed_at;
ALTER TABLE dispute RENAME COLUMN settled TO resolution;
ALTER TABLE dispute RENAME COLUMN settled_at TO resolved_at;
ALTER INDEX contest_of_day RENAME TO dispute_of_day;
ALTER INDEX contest_shown RENAME TO dispute_shown;

ALTER TABLE forgotten RENAME TO erased_person;
ALTER TABLE erased_person RENAME COLUMN forgotten_at TO erased_at;

ALTER TABLE effects_look RENAME TO effects_check;
ALTER TABLE effects_check RENAME COLUMN looked_on TO checked_on;

ALTER VIEW recheck RENAME TO calibration_due;

ALTER TABLE announcement RENAME COLUMN told_at TO delivered_at;
ALTER TABLE announcement RENAME COLUMN times TO announcement_number;

ALTER TABLE day RENAME COLUMN heard_at TO first_seen_at;
ALTER TABLE day RENAME COLUMN heard TO first_seen;

ALTER TABLE nudge RENAME COLUMN chance TO propensity;
ALTER TABLE nudge RENAME COLUMN said_with TO bundled_with;
ALTER TABLE nudge RENAME COLUMN revised_at TO retracted_at;
ALTER TABLE nudge RENAME COLUMN revised_because TO retracted_because;
ALTER INDEX nudge_drawn RENAME TO nudge_assigned;
ALTER INDEX nudge_said_with RENAME TO nudge_bundled_with;

-- The partial indexes name a status in their condition, so they are made again.
DROP INDEX nudge_held, nudge_held_of_person;
ALTER TABLE nudge DROP CONSTRAINT nudge_status_check;
UPDATE nudge
SET status = CASE status WHEN 'held' THEN 'deferred' WHEN 'held_out' THEN 'withheld' ELSE 'suppressed' END
WHERE status IN ('held', 'held_out', 'dropped');
ALTER TABLE nudge
    ADD CONSTRAINT nudge_status_check CHECK (status IN ('sent', 'bundled', 'deferred', 'withheld', 'suppressed'));
CREATE INDEX nudge_deferred ON nudge (send_at) WHERE status = 'deferred';
CREATE INDEX nudge_deferred_of_person ON nudge (person_id) WHERE status = 'deferred';

-- Constraints keep the names of the tables and columns that they were made for. PostgreSQL 18 also names each NOT NULL; earlier
-- versions do not, so the names are looked up rather than listed. The longer prefix of a pair comes first.
DO $$
DECLARE
    renamed record;
BEGIN
    FOR renamed IN
        SELECT c.conrelid::regclass AS owner, c.conname AS old_name,
               prefix.new_prefix || substr(c.conname, length(prefix.old_prefix) + 1) AS new_name
        FROM pg_constraint AS c
        CROSS JOIN LATERAL (
            SELECT p.old_prefix, p.new_prefix
            FROM (VALUES
                ('scheduled_check', 'look_rep_id_', 'scheduled_check_person_id_'),
                ('scheduled_check', 'look_done_', 'scheduled_check_is_done_'),
                ('scheduled_check', 'look_', 'scheduled_check_'),
                ('manager_of_rep', 'led_', 'manager_of_rep_'),
                ('team_baseline', 'team_usual_usual_', 'team_baseline_baseline_'),
                ('team_baseline', 'team_usual_', 'team_baseline_'),
                ('silent_feed', 'quiet_feed_', 'silent_feed_'),
                ('dispute', 'contest_contested_at_', 'dispute_disputed_at_'),
                ('dispute', 'contest_settled_', 'dispute_resolution_'),
                ('dispute', 'contest_', 'dispute_'),
                ('erased_person', 'forgotten_forgotten_at_', 'erased_person_erased_at_'),
                ('erased_person', 'forgotten_', 'erased_person_'),
                ('effects_check', 'effects_look_looked_on_', 'effects_check_checked_on_'),
                ('effects_check', 'effects_look_', 'effects_check_'),
                ('announcement', 'announcement_times_', 'announcement_announcement_number_'),
                ('day', 'day_heard_', 'day_first_seen_'),
                ('nudge', 'nudge_said_with_', 'nudge_bundled_with_'),
                ('nudge', 'nudge_revised_because_', 'nudge_retracted_because_')
            ) AS p (owner, old_prefix, new_prefix)
            WHERE c.conrelid = p.owner::regclass AND starts_with(c.conname, p.old_prefix)
            ORDER BY length(p.old_prefix) DESC LIMIT 1
        ) AS prefix
        WHERE c.connamespace = current_schema()::regnamespace
    LOOP
        EXECUTE format('ALTER TABLE %s RENAME CONSTRAINT %I TO %I', renamed.owner, renamed.old_name, renamed.new_name);
    END LOOP;
END
$$;

-- What a page shows of the nudges that were bundled into another one's message, in the order of its lines. Made again, because the
-- old text of the function names the old columns.
DROP FUNCTION parts_of(text, text);
CREATE FUNCTION parts_of(message_id text, message_text text) RETURNS text[] LANGUAGE sql STABLE AS $$
    SELECT ARRAY(
        SELECT json_build_object(
            'id', n.id, 'kind', n.kind, 'text', n.text, 'reason', n.reason, 'is_retracted', n.retracted_at IS NOT NULL,
            'answers', (SELECT coalesce(json_agg(a ORDER BY a.first_at, a.person_id), '[]') FROM answer AS a
                        WHERE a.nudge_id = n.id))::text
        FROM nudge AS n WHERE n.bundled_with = message_id ORDER BY strpos(message_text, n.text)
    )
$$;
