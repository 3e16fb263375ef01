-- Activities that were stored before 0007 have no parts. Facts that meant nothing then mean something now, and may hold anything:
-- they are taken out, so that no activity moves, and nothing that cannot be read stops the recording of observations. What they
-- say is stated again by the next observation.

UPDATE activity AS a
SET states = a.states - ARRAY['booked_at', 'started_on', 'closed_at', 'closed_on', 'stage_entered_at', 'stage_kind']
WHERE a.states ?| ARRAY['booked_at', 'started_on', 'closed_at', 'closed_on', 'stage_entered_at', 'stage_kind']
  AND a.part_of IS NULL
  AND a.started_on IS NULL
  AND NOT EXISTS (
      SELECT FROM activity AS part WHERE (part.source, part.account, part.part_of) = (a.source, a.account, a.activity_id)
  );

-- Deals of Pipedrive and opportunities of Salesforce in a stage that a source maps to a kind of its own, such as proposal_sent, were
-- observed as that kind. Deals are observed as deals now, and the kind is a fact. The activity is of the same kind as before.

UPDATE activity AS a
SET states = a.states || jsonb_build_object(
        'kind', a.states -> '_kind',
        '_kind', jsonb_set(a.states -> '_kind', '{0}', '"deal_stage_changed"')
    )
WHERE (a.activity_id LIKE 'deal-%' OR a.activity_id ~ '^006[0-9A-Za-z]{12,15}$')
  AND a.part_of IS NULL
  AND a.states -> 'stage' ->> 0 IS NOT NULL
  AND NOT a.states ? 'kind'
  AND a.states -> '_kind' ->> 0 NOT IN ('deal_stage_changed', 'deal_won', 'deal_lost');
