-- name: find_clicked_message
-- The message of a nudge as it was sent. A bundled nudge gives the message that carries it.
SELECT event::text FROM nudge
WHERE id = (SELECT coalesce(bundled_with, id) FROM nudge WHERE id = $1) AND status = 'sent';
