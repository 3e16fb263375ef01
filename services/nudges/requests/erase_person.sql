-- name: add_erased_people
-- Keeps the hashes by which later reports about the person are recognised and passed over.
INSERT INTO erased_person (digest, erased_at) SELECT digest, $2 FROM unnest($1::bytea[]) AS digest ON CONFLICT DO NOTHING;

-- name: delete_deliveries
-- Those of nudges to the person, of nudges to managers about the person, and of what the person wrote to reps.
DELETE FROM delivery AS d USING nudge AS n
WHERE n.id = d.nudge_id
  AND (n.person_id = $1 OR n.event -> 'about' @> jsonb_build_array(jsonb_build_object('id', $1::text))
       OR n.rule = 'thanks' AND n.event -> 'sender' ->> 'id' = $1);

-- name: delete_answers
-- What the person answered to other people's nudges. Answers to their own nudges go with those.
DELETE FROM answer WHERE person_id = $1;

-- name: delete_nudges
-- Nudges to the person, to managers about the person, and what the person wrote to reps.
DELETE FROM nudge
WHERE person_id = $1 OR event -> 'about' @> jsonb_build_array(jsonb_build_object('id', $1::text))
   OR rule = 'thanks' AND event -> 'sender' ->> 'id' = $1;

-- name: delete_recognitions
-- What the person wrote as a manager or a colleague, and what was written to them as a rep.
DELETE FROM recognition WHERE rep_id = $1 OR manager_id = $1;

-- name: delete_scheduled_checks
-- The person may be a rep, whose days are checked, or a manager, whose team is.
DELETE FROM scheduled_check WHERE person_id = $1;

-- name: delete_managers_of_rep
-- Both as a rep and as a manager of others.
DELETE FROM manager_of_rep WHERE rep_id = $1 OR manager_id = $1;

-- name: delete_announcements
-- Every playbook version that was announced to the rep.
DELETE FROM announcement WHERE rep_id = $1;

-- name: delete_ladders
-- The rep's steps towards every goal.
DELETE FROM ladder WHERE rep_id = $1;

-- name: delete_rep_calibration
-- The strictness of the rep's drop detector.
DELETE FROM rep_calibration WHERE rep_id = $1;

-- name: delete_contact_states
-- What became of the attempts to reach the person.
DELETE FROM contact_state WHERE person_id = $1;

-- name: delete_mail_stop
-- Whether the person has stopped mail.
DELETE FROM mail_stop WHERE person_id = $1;

-- name: delete_preference
-- What the person has asked for.
DELETE FROM preference WHERE person_id = $1;

-- name: delete_sessions
-- Whoever is erased is signed out.
DELETE FROM session WHERE person_id = $1;

-- name: delete_api_tokens
-- Programs read nothing for whoever is erased.
DELETE FROM api_token WHERE person_id = $1;

-- name: delete_sign_in_links
-- Links that the person asked for.
DELETE FROM sign_in_link WHERE person_id = $1;

-- name: delete_operator
-- Somebody of the roster may run Daymark, too.
DELETE FROM operator WHERE person_id = $1;

-- name: delete_days
-- The rep's day reports. Their disputes go with these.
DELETE FROM day WHERE rep_id = $1;

-- name: update_managers_of_nudges
-- Other people's nudges stay, without this manager.
UPDATE nudge SET manager_ids = array_remove(manager_ids, $1) WHERE manager_ids @> ARRAY[$1::text];

-- name: update_managers_of_days
-- Other people's day reports stay, without this manager.
UPDATE day SET report = jsonb_set(report, '{managers}', coalesce(
    (SELECT jsonb_agg(manager) FROM jsonb_array_elements(report -> 'managers') AS manager WHERE manager ->> 'id' <> $1), '[]'
))
WHERE report -> 'managers' @> jsonb_build_array(jsonb_build_object('id', $1::text));

-- name: update_managers_of_announcements
-- Other people's announcements stay, without this manager.
UPDATE announcement SET body = jsonb_set(body, '{managers}', coalesce(
    (SELECT jsonb_agg(manager) FROM jsonb_array_elements(body -> 'managers') AS manager WHERE manager ->> 'id' <> $1), '[]'
))
WHERE body -> 'managers' @> jsonb_build_array(jsonb_build_object('id', $1::text));

-- name: update_resolvers
-- Other people's disputes keep their resolution, without the name of the manager who made it.
UPDATE dispute SET manager_id = '' WHERE manager_id = $1;

-- name: delete_events
-- Events about the person, or with their words, that are not published yet; waits for a relay that is publishing one of them.
DELETE FROM outbox
WHERE subject = $1 OR body::jsonb -> 'about' @> jsonb_build_array(jsonb_build_object('id', $1::text))
   OR body::jsonb -> 'sender' ->> 'id' = $1;
