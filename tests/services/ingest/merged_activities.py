"""What scoring makes of observations, for tests of what several webhooks about one activity come to."""

from collections.abc import Iterable

from services.scoring.domain.facts import Activity, FactStates, merge, read_activity

from services.ingest.domain.webhook import RefusedItem
from shared.observation import ActivityId, Observation, SourceName, observation_id

__all__ = ["Activity", "merge_activities", "merge_activity"]


def merge_activities(source: SourceName, translated: Iterable[Observation | RefusedItem]) -> dict[ActivityId, Activity]:
    """The activities that the observations come to when they are recorded in this order. Refused items say nothing."""
    states: dict[ActivityId, FactStates] = {}
    for observation in translated:
        if isinstance(observation, Observation):
            activity_id = ActivityId(observation.activity_id)
            event_id = observation_id(source, observation)
            states[activity_id] = merge(states.get(activity_id, {}), observation, event_id)
    return {activity_id: read_activity(activity_states) for activity_id, activity_states in states.items()}


def merge_activity(source: SourceName, translated: Iterable[Observation | RefusedItem]) -> Activity:
    """The only activity that the observations are about."""
    (activity,) = merge_activities(source, translated).values()
    return activity
