-- An event that its own process publishes right after the commit. Until the lease ends, no other process publishes it.
ALTER TABLE outbox ADD COLUMN lease_until timestamptz;

-- Takes the shared lock of the definitions, and then reads their version with a new snapshot, in one call. The snapshot of a
-- statement that did both would be older than what the last holder of the lock committed.
CREATE FUNCTION share_definitions() RETURNS integer LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtext('scoring.definitions'));
    RETURN (SELECT version FROM definitions_version);
END;
$$;
