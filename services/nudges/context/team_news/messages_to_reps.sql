-- name: list_messages_to_reps
-- What these reps were sent since a day of theirs, and since their manager's message of an earlier morning, in the order of decision.
-- What is sent at this very moment is left to the next morning, so that each message is in one of them, whatever comes first. What
-- turned out wrong is left out, and so is what somebody wrote to them.
SELECT n.person_id, n.rule, n.kind FROM nudge AS n
WHERE n.person_id = ANY($2::text[]) AND n.sent_day >= $3 AND n.status IN ('sent', 'bundled') AND n.retracted_at IS NULL
  AND n.kind <> 'thanks'
  AND n.send_at < $5 AND n.send_at >= coalesce(
      (SELECT max(m.send_at) FROM nudge AS m
       WHERE m.person_id = $1 AND m.sent_day < $4 AND m.status = 'sent' AND m.kind IN ('digest', 'recognition')),
      '-infinity'::timestamptz
  )
ORDER BY n.seq;
