"""What can be asked about activities: what they lack, and what would become of them if webhooks were read again."""

from datetime import date
from typing import Final, Literal

from shared.events import BehaviourKey, RepId
from shared.observation import ActivityId, SourceName
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


class GapQuery(Schema):
    """Activities of a source, by account and id."""

    source: SourceName
    names: tuple[tuple[str, ActivityId], ...]


class ActivityGaps(Schema):
    """What an activity lacks, whatever webhook could have stated it. Without an actor or a start it counts for nobody."""

    account: str
    activity_id: ActivityId
    missing: tuple[Literal["actor", "start", "duration"], ...]


class GapList(Schema):
    """The activities that lack something. Deleted ones are left out."""

    activities: tuple[ActivityGaps, ...]


ACTIVITY_GAPS: Final = Endpoint(subject="score.activity_gaps.v1", query=GapQuery, reply=GapList)
