-- name: list_inbox
-- What was sent to a manager, and to reps who were theirs when it was decided, newest first: all of it, or what begins with one message;
-- of it all, or what concerns a rep, or is of a kind. Bundled ones are parts of the message that carries them.
SELECT m.* FROM page_message AS m
WHERE m.manager_ids @> ARRAY[$1::text] AND m.status = 'sent'
  AND ($2::text IS NULL OR m.person_id = $2 OR m.about @> jsonb_build_array(jsonb_build_object('id', $2::text)))
  AND ($3::text IS NULL OR m.kind = $3 OR EXISTS (SELECT FROM nudge AS part WHERE part.bundled_with = m.id AND part.kind = $3))
  AND ($4::text IS NULL OR (m.send_at, m.seq) <= (SELECT first.send_at, first.seq FROM nudge AS first WHERE first.id = $4))
ORDER BY m.send_at DESC, m.seq DESC LIMIT $5;

-- name: list_scheduled
-- What waits to be sent to a manager and their reps, the next one first; all of it, or what concerns a rep, or is of a kind.
SELECT m.* FROM page_message AS m
WHERE m.manager_ids @> ARRAY[$1::text] AND m.status = 'deferred'
  AND ($2::text IS NULL OR m.person_id = $2 OR m.about @> jsonb_build_array(jsonb_build_object('id', $2::text)))
  AND ($3::text IS NULL OR m.kind = $3)
ORDER BY m.send_at, m.seq LIMIT $4;

-- name: list_to_do
-- The messages of a manager in which something waits for them, newest first, with which of their nudges do: reminders to recognise a rep
-- whom they haven't written to since, and questions whether a rep was away on days that still count as worked, both until the manager
-- answers them; and coaching hints to their reps, from $5 on, that nobody has answered. Nothing from before $4, and nothing that the
-- manager wants to get again later. What was done after $6 can still be undone, and so counts for nothing yet.
SELECT m.*, waiting.ids AS waiting FROM page_message AS m CROSS JOIN LATERAL (
    SELECT array_agg(n.id) AS ids FROM nudge AS n
    WHERE (n.id = m.id OR n.bundled_with = m.id) AND n.retracted_at IS NULL
      AND NOT EXISTS (
          SELECT FROM answer AS a
          WHERE a.nudge_id = n.id AND a.answered_at <= $6 AND (a.person_id = $1 OR n.person_id <> $1)
      )
      AND CASE
          WHEN n.person_id <> $1 THEN n.kind = 'coaching' AND m.send_at >= $5
          WHEN n.rule = 'recognition_due' THEN NOT EXISTS (
              SELECT FROM recognition AS r
              WHERE r.manager_id = $1 AND r.rep_id = split_part(n.occasion, ':', 1) AND r.undone_at IS NULL
                AND r.written_at >= m.send_at AND r.written_at <= $6
          )
          WHEN n.rule = 'gone_silent' THEN EXISTS (
              SELECT FROM jsonb_array_elements(n.event -> 'absences') AS absence
              JOIN day AS d ON d.rep_id = absence -> 'rep' ->> 'id'
                           AND d.day BETWEEN (absence ->> 'first')::date AND (absence ->> 'last')::date
              WHERE d.report ->> 'presence' = 'working'
          )
      END
) AS waiting
WHERE m.manager_ids @> ARRAY[$1::text] AND m.status = 'sent' AND m.send_at >= $4 AND m.again_at IS NULL
  AND ($2::text IS NULL OR m.person_id = $2 OR m.about @> jsonb_build_array(jsonb_build_object('id', $2::text)))
  AND ($3::text IS NULL OR m.kind = $3 OR EXISTS (SELECT FROM nudge AS part WHERE part.bundled_with = m.id AND part.kind = $3))
  AND waiting.ids IS NOT NULL
ORDER BY m.send_at DESC, m.seq DESC LIMIT $7;

-- name: list_received
-- What a person has received since a day of theirs, newest first. Announcements of playbooks and thanks are left out: the page
-- shows both by themselves.
SELECT m.* FROM page_message AS m
WHERE m.person_id = $1 AND m.sent_day >= $2 AND m.status = 'sent' AND m.rule NOT IN ('playbook', 'thanks')
ORDER BY m.send_at DESC, m.seq DESC;

-- name: find_message
-- The message of one nudge, if it was sent to this person or to a rep of theirs. A bundled nudge gives the message that carries it.
SELECT m.* FROM page_message AS m
WHERE m.id = (SELECT coalesce(bundled_with, id) FROM nudge WHERE id = $1) AND m.status IN ('sent', 'bundled')
  AND (m.person_id = $2 OR m.manager_ids @> ARRAY[$2::text]);
