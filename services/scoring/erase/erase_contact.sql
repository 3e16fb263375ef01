-- name: list_activities_of_contact
-- Of one source, or of every source when the second argument is null. There is no index for so rare a question.
SELECT source, account, activity_id FROM activity
WHERE contact_key = $1 AND ($2::text IS NULL OR source = $2) ORDER BY source, account, activity_id;
