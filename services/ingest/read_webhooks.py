"""Read a stored webhook: what each of its items means to the adapter of its source, and the event that follows."""

import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import quote

import msgspec
import structlog

from services.ingest.domain.adapter import Adapter, Translated
from services.ingest.domain.webhook import SENDER_HEADER_PREFIX, RefusedItem, Source, VerifiedWebhook
from shared.event_types import ACTIVITY_OBSERVED
from shared.facts import OUTCOME, RAW_OUTCOME
from shared.jetstream.cloudevents import event_headers
from shared.jetstream.publisher import Outgoing
from shared.observation import Observation, SourceName, observation_id

_log = structlog.get_logger()
_SUBJECT_SAFE: Final = "!#$&'()*+,/:;<=>?@[]^_`{|}~-."
_HEADER_PREFIX: Final = SENDER_HEADER_PREFIX.lower()


@dataclass(frozen=True, kw_only=True, slots=True)
class Reprocessing:
    """Since when a webhook is read again. If others are read again with it, they are those that were received from `since` to
    `until`, both included; what earlier readings of all of them stated is replaced."""

    at: datetime
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadItem:
    """An item of a body, and everything that follows from it."""

    item: object
    translated: list[Translated]

    @property
    def observations(self) -> list[Observation]:
        return [translated for translated in self.translated if isinstance(translated, Observation)]

    @property
    def refused(self) -> list[RefusedItem]:
        return [translated for translated in self.translated if isinstance(translated, RefusedItem)]


def stored_webhook(headers: Mapping[str, str], body: bytes, source: Source) -> VerifiedWebhook:
    """The webhook as the door stored it."""
    by_name = {name.lower(): value for name, value in headers.items()}
    sender_headers = {
        name.removeprefix(_HEADER_PREFIX): value for name, value in by_name.items() if name.startswith(_HEADER_PREFIX)
    }
    received_at = datetime.fromisoformat(by_name["ce-time"])
    return VerifiedWebhook(source=source.name, headers=sender_headers, body=body, received_at=received_at)


def read_items(webhook: VerifiedWebhook, source: Source, adapter: Adapter) -> Iterator[ReadItem]:
    """Every item of a webhook, in order.

    Raises:
        BodyUnreadable: the body is not what this kind of source sends.
    """
    for index, item in enumerate(adapter.items(webhook, source)):
        yield ReadItem(item=item, translated=_translate_item(adapter, source, index, item))


def _translate_item(adapter: Adapter, source: Source, index: int, item: object) -> list[Translated]:
    """A bug in an adapter is a refusal: it must not block what comes behind it."""
    try:
        return adapter.translate_item(index, item, source)
    except Exception as bug:  # noqa: BLE001  # any bug: only its place is logged, since its message may quote the body
        frame = traceback.extract_tb(bug.__traceback__)[-1]
        at = f"{frame.name}:{frame.lineno}"
        _log.error("adapter_failed", source=source.name, kind=source.kind, error=type(bug).__name__, at=at)
        return [RefusedItem(index=index, problem=f"the adapter failed ({type(bug).__name__})", reason="adapter_failed")]


def clock_ahead_s(observation: Observation, received_at: datetime) -> float:
    """By how many seconds the sender dated the observation later than it arrived; 0 if it did not."""
    return max((observation.observed_at - received_at).total_seconds(), 0.0)


def unknown_outcome(observation: Observation, source: Source) -> str | None:
    """The sender's word for an outcome that nobody mapped; None if there is none."""
    raw = observation.facts.get(RAW_OUTCOME.name)
    if observation.facts.get(OUTCOME.name) != "other" or not isinstance(raw, str):
        return None
    return None if raw in source.outcomes or raw.lower() in source.outcomes else raw


def observation_event(
    observation: Observation,
    *,
    source: SourceName,
    received_at: datetime,
    reprocessing: Reprocessing | None,
    traceparent: str,
    now: datetime,
) -> Outgoing:
    """The event of an observation. Nothing is true before it is: one that is dated later than it arrived is true since then."""
    if clock_ahead_s(observation, received_at):
        observation = msgspec.structs.replace(observation, observed_at=received_at)
    event_id, instants = observation_id(source, observation), {"received_at": received_at}
    if reprocessing is not None:
        event_id += f"@{reprocessing.at.isoformat()}"  # another reading is another event, also if it states the same
        named = {"read_at": reprocessing.at, "reprocessed_since": reprocessing.since, "reprocessed_until": reprocessing.until}
        instants |= {name: instant for name, instant in named.items() if instant is not None}
    headers = event_headers(
        event_id=event_id,
        event_type=ACTIVITY_OBSERVED,
        source=f"/sources/{source}",
        subject=quote(observation.activity_id, safe=_SUBJECT_SAFE),  # as CloudEvents encode attributes in headers
        time=now,
        traceparent=traceparent,
    )
    data = msgspec.json.encode({"source": source, **instants, **msgspec.to_builtins(observation)})
    return Outgoing(subject=f"{ACTIVITY_OBSERVED}.{source}", headers=headers, data=data)
