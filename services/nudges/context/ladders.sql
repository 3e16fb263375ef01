-- name: list_ladders
-- A rep's ladders, those of the newest periods first; fifty reach back over many periods of every goal.
SELECT goal, period_start, reached, size, reached_on, lowered_from FROM ladder WHERE rep_id = $1
ORDER BY period_start DESC, goal LIMIT 50;

-- name: merge_ladder
-- One row per rep, goal and period.
INSERT INTO ladder (rep_id, goal, period_start, reached, size, reached_on, lowered_from) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (rep_id, goal, period_start) DO UPDATE SET reached = excluded.reached, size = excluded.size,
    reached_on = excluded.reached_on, lowered_from = excluded.lowered_from;
