-- An event that its own process publishes right after the commit. Until the lease ends, no other process publishes it.
ALTER TABLE outbox ADD COLUMN lease_until timestamptz;
