-- name: list_rule_pauses
-- Every rule that was ever paused. Its paused_at is NULL once it was resumed.
SELECT rule, paused_at, resumed_at FROM rule_pause ORDER BY rule;

-- name: mark_rule_paused
-- Returns nothing when the rule is paused already.
INSERT INTO rule_pause AS p (rule, paused_at) VALUES ($1, $2)
ON CONFLICT (rule) DO UPDATE SET paused_at = excluded.paused_at WHERE p.paused_at IS NULL
RETURNING rule;

-- name: mark_rule_resumed
-- Returns nothing when the rule is not paused.
UPDATE rule_pause SET paused_at = NULL, resumed_at = $2 WHERE rule = $1 AND paused_at IS NOT NULL RETURNING rule;
