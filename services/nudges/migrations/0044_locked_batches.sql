-- Takes the locks of a batch, and then says which of these digests stand for somebody who was erased, with a new snapshot, in one
-- call. The snapshot of a statement that did both would be older than what the last holder of a lock committed. Replicas take the
-- locks in the order of their keys, since two names may share one. What follows in the transaction are rows looked up by their keys:
-- a plan made while the tables were small must not read all of them once they have grown.
CREATE FUNCTION lock_people(people text[], teams text[], digests bytea[]) RETURNS SETOF bytea LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtext('nudges.erasure')), set_config('enable_seqscan', 'off', true);
    PERFORM pg_advisory_xact_lock(wanted.class, wanted.key)
    FROM (
        SELECT DISTINCT kind, class, key FROM (
            SELECT 1, hashtext('nudges.person'), hashtext(id) FROM unnest(people) AS id
            UNION ALL SELECT 2, hashtext('nudges.team'), hashtext(id) FROM unnest(teams) AS id
        ) AS named (kind, class, key) ORDER BY kind, class, key
    ) AS wanted;
    RETURN QUERY SELECT digest FROM erased_person WHERE digest = ANY(digests);
END;
$$;

-- Whether any of these rules sent a person anything on a day or later. It reads with a new snapshot, so that a statement which takes
-- the person's lock first may call it.
CREATE FUNCTION has_sent_since(person text, first_day date, rules text[]) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM nudge AS n
        WHERE n.person_id = person AND n.sent_day >= first_day AND n.rule = ANY(rules) AND n.status IN ('sent', 'bundled')
    );
END;
$$;
