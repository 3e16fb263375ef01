-- name: claim_effects_check
-- One check a day over all replicas; one that another replica is making is passed over. Returns the day of the last check.
SELECT checked_on FROM effects_check WHERE checked_on < $1 FOR UPDATE SKIP LOCKED;

-- name: mark_effects_checked
-- The next check is due on the day after.
UPDATE effects_check SET checked_on = $1;
