"""Read an `activity.observed.v1` event into an observation with its source and its id."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Final

import msgspec
from nats.aio.msg import Msg

from services.scoring.domain.activities.activity_record import ActivityKey
from shared.errors import DaymarkError
from shared.events import HISTORY_HEADER
from shared.fact_values import FactRefused, read_time
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
    received_at: datetime | None = None
    read_at: datetime | None = None
    is_history: bool = False
    headers: Mapping[str, str] = {}
    is_redacted: bool = False
    is_by_erased_user: bool = False

    @property
    def key(self) -> ActivityKey:
        return self.source, self.observation.account, self.observation.activity_id

    @property
    def rank(self) -> str:
        """The rank among the events of the same time: first by when the webhook was received, then by when it was read again,
        and then by id. An event that was not received as a webhook is below those that were."""
        if self.received_at is None:
            return self.event_id
        read_again = f"/{_microseconds(self.read_at)}" if self.read_at is not None else ""
        return f"r{_microseconds(self.received_at)}{read_again}.{self.event_id}"

    @property
    def traceparent(self) -> str | None:
        return self.headers.get(TRACEPARENT)


def _microseconds(instant: datetime) -> str:
    """Since 1970, as text that sorts as the times do."""
    return f"{round(instant.timestamp() * 1_000_000):014x}"


class _Body(Observation, frozen=True, kw_only=True):
    """The data of the event. It is recorded as the observation that it is."""

    source: Annotated[SourceName, msgspec.Meta(min_length=1)]
    received_at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    read_at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None


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
    if body is None:
        body = _read_slowly(message.data)
    return ObservedEvent(
        event_id=event_id,
        source=body.source,
        observation=body,
        received_at=body.received_at,
        read_at=body.read_at,
        is_history=headers.get(HISTORY_HEADER) == "true",
        headers=headers,
    )


def _read_slowly(data: bytes) -> _Body:
    """The body, when the fast path could not tell what is wrong, if anything is."""
    try:
        document = _object_decoder.decode(data)
    except NO_JSON:
        raise EventUnreadable("data is no JSON object") from None
    source = document.get("source")
    if not isinstance(source, str) or not source or "\x00" in source:
        raise EventUnreadable(_INCOMPLETE)
    observation = observation_from(document)
    received_at, read_at = (_read_time(document.get(name)) for name in ("received_at", "read_at"))
    return _Body(
        source=SourceName(source),
        received_at=received_at,
        read_at=read_at,
        activity_id=observation.activity_id,
        kind=observation.kind,
        observed_at=observation.observed_at,
        account=observation.account,
        deleted=observation.deleted,
        facts=observation.facts,
    )


def _read_time(value: object) -> datetime | None:
    try:
        return read_time(value) if value is not None else None
    except FactRefused:
        raise EventUnreadable("received_at or read_at is not a time") from None
