-- name: has_stopped_mail
-- Whether a person wants no mail but what they must know.
SELECT EXISTS (SELECT FROM mail_stop WHERE person_id = $1);

-- name: stop_mail
-- The first time stays.
INSERT INTO mail_stop (person_id, stopped_at) VALUES ($1, $2) ON CONFLICT DO NOTHING;

-- name: resume_mail
-- Mail is sent again.
DELETE FROM mail_stop WHERE person_id = $1;
