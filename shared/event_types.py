"""The types of the messages between services: subject, shape and meaning. A type is versioned and never changes its meaning."""

from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from shared.events import (
    AnnouncementDelivered,
    DayReport,
    Message,
    Nudge,
    NudgeDelivered,
    NudgeRevised,
    PlaybookAcknowledged,
    PlaybookAnnounced,
    PlaybookWithdrawn,
)

Data = TypeVar("Data", bound=Message)
Data_co = TypeVar("Data_co", bound=Message, covariant=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class EventType(Generic[Data_co]):
    """One type of message on a stream: its subject, which is also its CloudEvents type, and the shape of its `data`."""

    name: str
    data: type[Data_co]
    description: str


WEBHOOK_RECEIVED: Final = "webhook.received.v1"
"""The raw body of a verified webhook, on `webhook.received.v1.<source>`; it has no shape of its own."""
ACTIVITY_OBSERVED: Final = "activity.observed.v1"
"""One `Observation` with its source, on `activity.observed.v1.<source>`; see `shared.observation`."""
HISTORY_EXTENSION: Final = "daymarkhistory"
"""CloudEvents extension attribute on `activity.observed.v1`: "true" for imported history, which is scored in silence."""
HISTORY_HEADER: Final = f"ce-{HISTORY_EXTENSION}"

DAY_OPENED: Final = EventType(name="day.opened.v1", data=DayReport, description="A rep's day has begun.")
DAY_CHANGED: Final = EventType(
    name="day.changed.v1",
    data=DayReport,
    description="The score or a count of a day has changed; after the day has closed, with a higher revision.",
)
DAY_CLOSED: Final = EventType(name="day.closed.v1", data=DayReport, description="A rep's day has ended.")
PLAYBOOK_ANNOUNCED: Final = EventType(
    name="playbook.announced.v1", data=PlaybookAnnounced, description="A version is to be announced to a rep."
)
PLAYBOOK_WITHDRAWN: Final = EventType(
    name="playbook.withdrawn.v1", data=PlaybookWithdrawn, description="An announced version will not judge a rep after all."
)
ANNOUNCEMENT_DELIVERED: Final = EventType(
    name="playbook.told.v1", data=AnnouncementDelivered, description="An announcement reached a rep for the first time."
)
PLAYBOOK_ACKNOWLEDGED: Final = EventType(
    name="playbook.acknowledged.v1", data=PlaybookAcknowledged, description="A rep confirmed that they have read a version."
)
NUDGE_DECIDED: Final = EventType(
    name="nudge.decided.v1",
    data=Nudge,
    description="A nudge was sent, or is deferred and will be sent unless something changes.",
)
NUDGE_DELIVERED: Final = EventType(name="nudge.delivered.v1", data=NudgeDelivered, description="A channel accepted a nudge.")
NUDGE_REVISED: Final = EventType(
    name="nudge.revised.v1", data=NudgeRevised, description="A nudge that was sent is no longer called for, or is again."
)
