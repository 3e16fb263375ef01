-- Whether anything counted on a reported day, as `has_activity` in the domain has it. The report's first_counted_at does not say
-- it: an activity that is known by its date alone has no time.

CREATE FUNCTION has_activity(report jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT EXISTS (SELECT FROM jsonb_array_elements(report -> 'behaviours') AS behaviour WHERE (behaviour ->> 'count')::integer > 0)
$$;
