"""What would happen if webhooks were read again."""

from datetime import date
from typing import Final, Literal

from shared.events import BehaviourKey, RepId
from shared.observation import ActivityId
from shared.requests.endpoint import Endpoint, Schema


class EventToPreview(Schema):
    """An `activity.observed.v1` that is not stored yet: its id, and its data as JSON."""

    id: str
    data: str


class ReadingPreviewQuery(Schema):
    """Every event that the new reading gives of some activities."""

    events: tuple[EventToPreview, ...]


class DayEffect(Schema):
    """By how much the counts of a rep's day would rise or fall, by behaviour."""

    rep: RepId
    day: date
    counts: dict[BehaviourKey, int]


class ActivityEffect(Schema):
    """What would become of one activity. It is `withdrawn` if the new reading does not mention it."""

    account: str
    activity_id: ActivityId
    effect: Literal["new", "changed", "withdrawn", "unchanged"]
    days: tuple[DayEffect, ...]


class ReadingPreview(Schema):
    """In the order of the events."""

    activities: tuple[ActivityEffect, ...]


READING_PREVIEW: Final = Endpoint(subject="score.reading_preview.v1", query=ReadingPreviewQuery, reply=ReadingPreview)
