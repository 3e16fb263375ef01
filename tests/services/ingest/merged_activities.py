"""What scoring makes of observations, for tests of what several webhooks about one activity come to."""

from collections.abc import Iterable

from services.ingest.domain.adapter import Translated
from services.scoring.domain.activities import activity as scored
from services.scoring.domain.activities.fact_states import merge
from services.scoring.domain.activities.parts import WHOLE, list_parts, part_id, read_part
from services.scoring.domain.activities.statements import FactStates
from shared.fact_values import FactValue
from shared.facts import CURRENCY
from shared.observation import ActivityId, Observation, SourceName, observation_id


class Activity(scored.Activity, frozen=True, kw_only=True):
    """An activity as scoring reads it, and its currency, which scoring only stores."""

    currency: FactValue


def merge_activities(source: SourceName, translated: Iterable[Translated]) -> dict[ActivityId, Activity]:
    """The activities that the observations come to when they are recorded in this order, each with its parts. Refused items
    and unreadable facts say nothing."""
    states: dict[ActivityId, FactStates] = {}
    for observation in translated:
        if isinstance(observation, Observation):
            activity_id = ActivityId(observation.activity_id)
            event_id = observation_id(source, observation)
            states[activity_id] = merge(states.get(activity_id, {}), observation, event_id)
    return {
        part_id(activity_id, part): _read(of_activity, part)
        for activity_id, of_activity in states.items()
        for part in (WHOLE, *list_parts(of_activity))
    }


def merge_activity(source: SourceName, translated: Iterable[Translated], part: str = WHOLE) -> Activity:
    """The only activity that the observations are about, or a part of it."""
    activities = merge_activities(source, translated)
    whole = min(activities)
    assert all(activity_id.startswith(whole) for activity_id in activities), activities.keys()
    return activities[part_id(whole, part)]


def _read(states: FactStates, part: str) -> Activity:
    activity = read_part(states, part, lambda _: None)
    currency = states[CURRENCY.name][0] if CURRENCY.name in states else None
    return Activity(is_deleted=activity.is_deleted, values=activity.values, currency=currency)
