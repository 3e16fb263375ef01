-- As pages show them: the nudges that were said in the message of another, in the order of their words, and what was said of one.

CREATE FUNCTION parts_of(message_id text, words text) RETURNS text[] LANGUAGE sql STABLE AS $$
    SELECT ARRAY(
        SELECT json_build_object(
            'id', n.id, 'kind', n.kind, 'text', n.text, 'reason', n.reason, 'is_revised', n.revised_at IS NOT NULL,
            'answers', (SELECT coalesce(json_agg(a ORDER BY a.first_at, a.person_id), '[]') FROM answer AS a
                        WHERE a.nudge_id = n.id))::text
        FROM nudge AS n WHERE n.said_with = message_id ORDER BY strpos(words, n.text)
    )
$$;

CREATE FUNCTION answers_to(to_nudge text) RETURNS text[] LANGUAGE sql STABLE AS $$
    SELECT ARRAY(
        SELECT json_build_object('person_id', a.person_id, 'answer', a.answer, 'reason', a.reason)::text
        FROM answer AS a WHERE a.nudge_id = to_nudge ORDER BY a.first_at, a.person_id
    )
$$;
