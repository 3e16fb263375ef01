"""A message of SCORES as the event that it carries."""

from dataclasses import dataclass

from nats.aio.msg import Msg
from pydantic import ValidationError

from shared.event_types import PLAYBOOK_ANNOUNCED, PLAYBOOK_WITHDRAWN
from shared.events import DayReport, PlaybookAnnounced, PlaybookWithdrawn, RepId
from shared.jetstream.dead_letters import problems_of
from shared.trace import HEADER as TRACEPARENT

Event = DayReport | PlaybookAnnounced | PlaybookWithdrawn


class EventUnreadable(Exception):
    """The body is no event of its subject. The text says which fields are wrong and why, without their values."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrived:
    """An event, and the trace that led to it, if any."""

    event: Event
    traceparent: str | None = None

    @property
    def rep_id(self) -> RepId:
        """Whom it is about."""
        return self.event.rep_id if isinstance(self.event, PlaybookWithdrawn) else self.event.rep.id


def read_message(message: Msg) -> Arrived:
    """The event of a message.

    Raises:
        EventUnreadable: its body does not fit its subject.
    """
    try:
        return Arrived(event=_read(message), traceparent=(message.headers or {}).get(TRACEPARENT))
    except ValidationError as refused:
        raise EventUnreadable(problems_of(refused)) from None


def _read(message: Msg) -> Event:
    if message.subject == PLAYBOOK_ANNOUNCED.name:
        return PlaybookAnnounced.model_validate_json(message.data)
    if message.subject == PLAYBOOK_WITHDRAWN.name:
        return PlaybookWithdrawn.model_validate_json(message.data)
    return DayReport.model_validate_json(message.data)
