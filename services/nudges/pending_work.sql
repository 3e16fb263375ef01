-- name: has_pending_work
-- Whether anything is due by now: a scheduled check, the check of the effects, a calibration, a manager whose digest is not
-- scheduled yet, a deferred nudge, a delivery through one of the channels, or an event that is not published.
SELECT EXISTS (SELECT FROM scheduled_check WHERE NOT is_done AND due_at <= $1)
    OR EXISTS (SELECT FROM effects_check WHERE checked_on < ($1 AT TIME ZONE 'UTC')::date)
    OR EXISTS (SELECT FROM calibration_due WHERE due_at <= $1)
    OR EXISTS (
        SELECT FROM manager_of_rep AS m
        WHERE m.timezone IS NOT NULL AND m.newest_day >= ($1 AT TIME ZONE 'UTC')::date - 7
          AND NOT EXISTS (
              SELECT FROM scheduled_check AS c WHERE c.person_id = m.manager_id AND c.moment = 'team' AND NOT c.is_done
          )
    )
    OR EXISTS (SELECT FROM nudge WHERE status = 'deferred' AND send_at <= $1)
    OR EXISTS (SELECT FROM delivery WHERE state = 'sending')
    OR EXISTS (
        SELECT FROM delivery AS d JOIN channel AS c ON c.name = d.channel
        WHERE d.state = 'queued' AND d.due_at <= $1 AND c.name = ANY($2::text[])
          AND coalesce(greatest(c.paused_until, c.asked_until) <= $1, true)
    )
    OR EXISTS (SELECT FROM outbox) AS has_pending_work;
