"""Read an `activity.observed.v1` event into an observation with its source and its id."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

import msgspec
from nats.aio.msg import Msg

from services.scoring.domain.activities.activity_record import ActivityKey
from services.scoring.domain.activities.readings import Reprocessing, rank_of, time_in_ranks
from shared.errors import DaymarkError
from shared.event_types import HISTORY_HEADER
from shared.fact_values import FactRefused, read_time
from shared.observation import NO_JSON, Observation, ObservationData, SourceName, decode_checked, observation_from
from shared.trace import HEADER as TRACEPARENT

_INCOMPLETE: Final = "no ce-id header or no source"
_NO_HEADERS: Final[Mapping[str, str]] = MappingProxyType({})
_TIMES: Final = ("received_at", "read_at", "reprocessed_since", "reprocessed_until")


class EventUnreadable(DaymarkError):
    """The message is no activity.observed.v1. It is kept as a dead letter; correct its publisher."""


class ObservedEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One observation as it arrived.

    Its webhook was received at `received_at`. If that was read again, it was at `read_at`, together with all webhooks of the
    source that were received from `reprocessed_since` to `reprocessed_until`.
    If it named an erased person, it `is_redacted`: only what may be recorded is left. If that person did the activity, it
    `is_by_erased_user`. `headers` are those of the message: the trace is read once per scored day, not once per observation.
    """

    event_id: str
    source: SourceName
    observation: Observation
    received_at: datetime | None = None
    read_at: datetime | None = None
    reprocessed_since: datetime | None = None
    reprocessed_until: datetime | None = None
    is_history: bool = False
    headers: Mapping[str, str] = {}
    is_redacted: bool = False
    is_by_erased_user: bool = False

    @property
    def key(self) -> ActivityKey:
        return self.source, self.observation.account, self.observation.activity_id

    @property
    def rank(self) -> str:
        """The rank among the events of the same time."""
        return rank_of(self.event_id, received_at=self.received_at, read_at=self.read_at)

    @property
    def reprocessing(self) -> Reprocessing | None:
        """Whose earlier readings it replaces: those of all webhooks that were read again together, or only of its own."""
        if self.read_at is None or self.received_at is None:
            return None
        since, until = self.reprocessed_since or self.received_at, self.reprocessed_until or self.received_at
        return Reprocessing(time_in_ranks(since), time_in_ranks(until), time_in_ranks(self.read_at))

    @property
    def traceparent(self) -> str | None:
        return self.headers.get(TRACEPARENT)


_body_decoder: Final = msgspec.json.Decoder(ObservationData)
_object_decoder: Final = msgspec.json.Decoder(dict[str, object])


def read_event(message: Msg) -> ObservedEvent:
    """The observation in a message.

    Raises:
        EventUnreadable: the data is no JSON object, or the event lacks its id or its source.
        ObservationRefused: the observation makes no sense.
    """
    headers = message.headers or {}
    return event_from(message.data, event_id=headers.get("ce-id", ""), headers=headers)


def event_from(data: bytes, *, event_id: str, headers: Mapping[str, str] = _NO_HEADERS) -> ObservedEvent:
    """The observation in the data of an event.

    Raises:
        EventUnreadable: the data is no JSON object, or the event lacks its id or its source.
        ObservationRefused: the observation makes no sense.
    """
    if not event_id or "\x00" in event_id:
        raise EventUnreadable(_INCOMPLETE)
    body = decode_checked(data, _body_decoder)
    if body is None:
        body = _read_slowly(data)
    return ObservedEvent(
        event_id=event_id,
        source=body.source,
        observation=body,
        received_at=body.received_at,
        read_at=body.read_at,
        reprocessed_since=body.reprocessed_since,
        reprocessed_until=body.reprocessed_until,
        is_history=headers.get(HISTORY_HEADER) == "true",
        headers=headers,
    )


def _read_slowly(data: bytes) -> ObservationData:
    """The body, when the fast path could not tell what is wrong, if anything is."""
    try:
        document = _object_decoder.decode(data)
    except NO_JSON:
        raise EventUnreadable("data is no JSON object") from None
    source = document.get("source")
    if not isinstance(source, str) or not source or "\x00" in source:
        raise EventUnreadable(_INCOMPLETE)
    observation = observation_from(document)
    received_at, read_at, reprocessed_since, reprocessed_until = (_read_time(document.get(name)) for name in _TIMES)
    return ObservationData(
        source=SourceName(source),
        received_at=received_at,
        read_at=read_at,
        reprocessed_since=reprocessed_since,
        reprocessed_until=reprocessed_until,
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
        raise EventUnreadable(f"one of {', '.join(_TIMES)} is not a time") from None
