"""What scoring makes of observations, for tests of what several webhooks about one activity come to."""

from collections.abc import Iterable

from services.ingest.domain.webhook import RefusedItem
from services.scoring.domain.activities import activity as scored
from services.scoring.domain.activities.fact_states import FactStates, merge
from shared.fact_values import FactValue
from shared.facts import CURRENCY
from shared.observation import ActivityId, Observation, SourceName, observation_id


class Activity(scored.Activity, frozen=True, kw_only=True):
    """An activity as scoring reads it, and its currency, which scoring only stores."""

    currency: FactValue


def merge_activities(source: SourceName, translated: Iterable[Observation | RefusedItem]) -> dict[ActivityId, Activity]:
    """The activities that the observations come to when they are recorded in this order. Refused items say nothing."""
    states: dict[ActivityId, FactStates] = {}
    for observation in translated:
        if isinstance(observation, Observation):
            activity_id = ActivityId(observation.activity_id)
            event_id = observation_id(source, observation)
            states[activity_id] = merge(states.get(activity_id, {}), observation, event_id)
    return {activity_id: _read(activity_states) for activity_id, activity_states in states.items()}


def merge_activity(source: SourceName, translated: Iterable[Observation | RefusedItem]) -> Activity:
    """The only activity that the observations are about."""
    (activity,) = merge_activities(source, translated).values()
    return activity


def _read(states: FactStates) -> Activity:
    activity = scored.read_activity(states)
    currency = states[CURRENCY.name][0] if CURRENCY.name in states else None
    return Activity(is_deleted=activity.is_deleted, values=activity.values, currency=currency)
