-- Tables, columns and indexes are named as they are in the code. Only names change here.

ALTER TABLE announcement RENAME COLUMN told_at TO delivered_at;
ALTER TABLE announcement RENAME COLUMN times TO announcement_number;

ALTER TABLE forgotten RENAME TO tombstone;
ALTER TABLE tombstone RENAME COLUMN forgotten_at TO erased_at;
ALTER TABLE tombstone RENAME CONSTRAINT forgotten_pkey TO tombstone_pkey;
ALTER TABLE tombstone RENAME CONSTRAINT forgotten_kind_check TO tombstone_kind_check;

ALTER TABLE total_of_forgotten RENAME TO total_of_erased_reps;
ALTER TABLE total_of_erased_reps RENAME COLUMN times TO total;
ALTER TABLE total_of_erased_reps RENAME CONSTRAINT total_of_forgotten_pkey TO total_of_erased_reps_pkey;

ALTER TABLE rescore RENAME TO pending_rescore;
ALTER TABLE pending_rescore RENAME COLUMN places TO needs_reassignment;
ALTER TABLE pending_rescore RENAME CONSTRAINT rescore_pkey TO pending_rescore_pkey;

ALTER TABLE rep_progress RENAME TO last_opened_day;
ALTER TABLE last_opened_day RENAME COLUMN opened_day TO day;
ALTER TABLE last_opened_day RENAME CONSTRAINT rep_progress_pkey TO last_opened_day_pkey;

ALTER INDEX activity_of_nobody RENAME TO activity_unmatched;
