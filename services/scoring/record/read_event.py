"""Read an `activity.observed.v1` event into an observation with its source and its id."""

from collections.abc import Mapping
from typing import Annotated, Final

import msgspec
from nats.aio.msg import Msg

from services.scoring.domain.activities.activity_record import ActivityKey
from shared.errors import DaymarkError
from shared.events import HISTORY_HEADER
from shared.observation import NO_JSON, Observation, SourceName, decode_checked, observation_from
from shared.trace import HEADER as TRACEPARENT

_INCOMPLETE: Final = "no ce-id header or no source"


class EventUnreadable(DaymarkError):
    """The message is no activity.observed.v1. It is kept as a dead letter; correct its publisher."""


class ObservedEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One observation as it arrived.

    If it named an erased person, it `is_redacted`: only what may be recorded is left. If that person did the activity, it
    `is_by_erased_user`. `headers` are those of the message: the trace is read once per scored day, not once per observation.
    """

    event_id: str
    source: SourceName
    observation: Observation
    is_history: bool = False
    headers: Mapping[str, str] = {}
    is_redacted: bool = False
    is_by_erased_user: bool = False

    @property
    def key(self) -> ActivityKey:
        return self.source, self.observation.account, self.observation.activity_id

    @property
    def traceparent(self) -> str | None:
        return self.headers.get(TRACEPARENT)


class _Body(Observation, frozen=True, kw_only=True):
    """The data of the event. It is recorded as the observation that it is."""

    source: Annotated[SourceName, msgspec.Meta(min_length=1)]


_body_decoder: Final = msgspec.json.Decoder(_Body)
_object_decoder: Final = msgspec.json.Decoder(dict[str, object])


def read_event(message: Msg) -> ObservedEvent:
    """The observation in a message.

    Raises:
        EventUnreadable: the data is no JSON object, or the event lacks its id or its source.
        ObservationRefused: the observation makes no sense.
    """
    headers = message.headers or {}
    event_id = headers.get("ce-id")
    if not event_id or "\x00" in event_id:
        raise EventUnreadable(_INCOMPLETE)
    body = decode_checked(message.data, _body_decoder)
    source, observation = (body.source, body) if body is not None else _read_slowly(message.data)
    return ObservedEvent(
        event_id=event_id,
        source=source,
        observation=observation,
        is_history=headers.get(HISTORY_HEADER) == "true",
        headers=headers,
    )


def _read_slowly(data: bytes) -> tuple[SourceName, Observation]:
    """Source and observation, when the fast path could not tell what is wrong, if anything is."""
    try:
        document = _object_decoder.decode(data)
    except NO_JSON:
        raise EventUnreadable("data is no JSON object") from None
    source = document.get("source")
    if not isinstance(source, str) or not source or "\x00" in source:
        raise EventUnreadable(_INCOMPLETE)
    return SourceName(source), observation_from(document)
