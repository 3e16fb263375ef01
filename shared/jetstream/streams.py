"""Every stream and consumer that Daymark uses, declared in one table, and how they are created.

Provisioning is idempotent, runs whenever a service starts, and never narrows what an operator has widened by hand: an existing
stream is updated only where it lacks a subject or a feature that the services rely on.
"""

import json
from datetime import datetime
from typing import Any, Final, NamedTuple

import structlog
from nats.aio.client import Client

from shared.clock import SystemClock
from shared.errors import Unavailable
from shared.event_types import (
    ACTIVITY_OBSERVED,
    ANNOUNCEMENT_DELIVERED,
    DAY_CHANGED,
    DAY_CLOSED,
    DAY_OPENED,
    NUDGE_DECIDED,
    NUDGE_DELIVERED,
    NUDGE_REVISED,
    PLAYBOOK_ACKNOWLEDGED,
    PLAYBOOK_ANNOUNCED,
    PLAYBOOK_WITHDRAWN,
    WEBHOOK_RECEIVED,
    EventType,
)
from shared.events import Message

_log = structlog.get_logger()
_DAY_NS: Final = 86_400 * 10**9
_SECOND_NS: Final = 10**9

WEBHOOKS: Final = "WEBHOOKS"
ACTIVITIES: Final = "ACTIVITIES"
SCORES: Final = "SCORES"
NUDGES: Final = "NUDGES"
DEAD: Final = "DEAD"
CLOCK: Final = "CLOCK"
SOURCES: Final = "SOURCES"
TICK_SUBJECT: Final = "clock.tick"
SOURCE_CONFIGURED: Final = "source.configured.v1"

TRANSLATE_CONSUMER: Final = "ingest-translate"
SCORING_CONSUMER: Final = "scoring"
NUDGES_CONSUMER: Final = "nudges"
ANNOUNCEMENTS_CONSUMER: Final = "scoring-telling"


class StreamRefused(Unavailable):
    """JetStream would not create or change a stream or consumer. Check the server's storage limits and the user's rights."""

    server = "NATS"


class StreamMissing(Unavailable):
    """The stream does not exist yet. The service that creates it has to be started once."""


class Stream(NamedTuple):
    """One stream. The service that is its `owner` creates and changes it. A message stays for `kept_days`, or for ever if that
    is 0; with `newest_only`, only until the next one on its subject."""

    name: str
    owner: str
    subjects: tuple[str, ...]
    kept_days: int
    newest_only: bool = False


class Consumer(NamedTuple):
    """One durable pull consumer, shared by all replicas of the `service` that creates it. A batch may take `ack_wait_s`. It
    receives `subjects`, or all of the stream's when none are named."""

    stream: str
    name: str
    service: str
    ack_wait_s: int = 30
    ack_pending_max: int = 10_000
    subjects: tuple[str, ...] = ()


SCORES_EVENTS: Final[tuple[EventType[Message], ...]] = (
    DAY_OPENED,
    DAY_CHANGED,
    DAY_CLOSED,
    PLAYBOOK_ANNOUNCED,
    PLAYBOOK_WITHDRAWN,
)
NUDGES_EVENTS: Final[tuple[EventType[Message], ...]] = (
    NUDGE_DECIDED,
    NUDGE_DELIVERED,
    NUDGE_REVISED,
    ANNOUNCEMENT_DELIVERED,
    PLAYBOOK_ACKNOWLEDGED,
)
STREAMS: Final = (
    Stream(WEBHOOKS, "ingest", (f"{WEBHOOK_RECEIVED}.*",), 7),
    Stream(ACTIVITIES, "ingest", (f"{ACTIVITY_OBSERVED}.*",), 30),
    Stream(SCORES, "scoring", tuple(event.name for event in SCORES_EVENTS), 30),
    Stream(NUDGES, "nudges", tuple(event.name for event in NUDGES_EVENTS), 30),
    Stream(DEAD, "ingest", ("dead.*.*",), 30),
    Stream(CLOCK, "ingest", (TICK_SUBJECT,), 30, newest_only=True),
    Stream(SOURCES, "ingest", (f"{SOURCE_CONFIGURED}.*",), 0, newest_only=True),
)
CONSUMERS: Final = (
    Consumer(WEBHOOKS, TRANSLATE_CONSUMER, "ingest"),
    # Four replicas with five batches of 2,000 in hand.
    Consumer(ACTIVITIES, SCORING_CONSUMER, "scoring", ack_pending_max=40_000),
    Consumer(SCORES, NUDGES_CONSUMER, "nudges"),
    Consumer(NUDGES, ANNOUNCEMENTS_CONSUMER, "scoring", subjects=(ANNOUNCEMENT_DELIVERED.name, PLAYBOOK_ACKNOWLEDGED.name)),
)
_USED_BY_ALL: Final = frozenset({DEAD, CLOCK})


async def provision(connection: Client, *, service: str | None = None) -> None:
    """Create the streams and consumers of a service that are missing, or of all of them. Those that another service creates
    must be there: a service may not create them.

    Raises:
        StreamMissing: another service has not created its stream yet.
        StreamRefused: the server refused one.
    """
    for stream in STREAMS:
        if service in (None, stream.owner):
            await _provision_stream(connection, stream)
    for stream in list_used_streams(service) if service is not None else ():
        if "error" in await _call(connection, f"STREAM.INFO.{stream.name}"):
            raise StreamMissing(f"{stream.name}, which {stream.owner} creates")
    for consumer in CONSUMERS:
        if service in (None, consumer.service):
            await _provision_consumer(connection, consumer)


def list_used_streams(service: str) -> tuple[Stream, ...]:
    """The streams of other services that a service reads or writes."""
    consumed = {consumer.stream for consumer in CONSUMERS if consumer.service == service}
    return tuple(stream for stream in STREAMS if stream.owner != service and stream.name in consumed | _USED_BY_ALL)


class Waiting(NamedTuple):
    """The messages that a consumer has not finished, and for how many seconds the oldest of them has waited (0 without any)."""

    messages: int
    oldest_age_s: float


async def backlog(connection: Client, stream: str, consumer: str) -> int:
    """How many messages a consumer has not finished: not yet delivered, or not yet acknowledged."""
    return _unfinished(await _consumer_info(connection, stream, consumer))


async def find_waiting(connection: Client, stream: str, consumer: str) -> Waiting:
    """As `backlog`, with the age of the oldest message."""
    info = await _consumer_info(connection, stream, consumer)
    messages = _unfinished(info)
    if not messages:
        return Waiting(0, 0.0)
    position = {"seq": info["ack_floor"]["stream_seq"] + 1, "next_by_subj": ">"}
    oldest = await _call(connection, f"STREAM.MSG.GET.{stream}", position)
    if "message" not in oldest:  # it was finished meanwhile
        return Waiting(messages, 0.0)
    arrived_at = datetime.fromisoformat(oldest["message"]["time"])
    return Waiting(messages, max(0.0, (SystemClock().now() - arrived_at).total_seconds()))


async def _consumer_info(connection: Client, stream: str, consumer: str) -> dict[str, Any]:
    info = await _call(connection, f"CONSUMER.INFO.{stream}.{consumer}")
    if "error" in info:
        raise StreamRefused(f"{stream}/{consumer}: {info['error'].get('description', '')}")
    return info


def _unfinished(info: dict[str, Any]) -> int:
    return int(info["num_pending"]) + int(info["num_ack_pending"])


async def _provision_stream(connection: Client, stream: Stream) -> None:
    wanted: dict[str, Any] = {
        "name": stream.name,
        "subjects": list(stream.subjects),
        "storage": "file",
        "retention": "limits",
        "discard": "old",
        "max_age": stream.kept_days * _DAY_NS,
        "duplicate_window": 120 * _SECOND_NS,
        "allow_atomic": True,
        "allow_direct": True,
    }
    if stream.newest_only:
        wanted["max_msgs_per_subject"] = 1
    info = await _call(connection, f"STREAM.INFO.{stream.name}")
    if "error" not in info:
        present = info["config"]
        if set(stream.subjects) <= set(present["subjects"]) and present.get("allow_atomic"):
            return
        changed = present | {"subjects": sorted({*present["subjects"], *stream.subjects}), "allow_atomic": True}
        await _change(connection, f"STREAM.UPDATE.{stream.name}", changed, stream.name)
        return
    await _change(connection, f"STREAM.CREATE.{stream.name}", wanted, stream.name)
    _log.info("stream_created", stream=stream.name)


async def _provision_consumer(connection: Client, consumer: Consumer) -> None:
    wanted = {
        "stream_name": consumer.stream,
        "config": {
            "durable_name": consumer.name,
            "name": consumer.name,
            "ack_policy": "explicit",
            "deliver_policy": "all",
            "ack_wait": consumer.ack_wait_s * _SECOND_NS,
            "max_ack_pending": consumer.ack_pending_max,
            "max_deliver": -1,
            "max_waiting": 512,
            "filter_subjects": list(consumer.subjects),
        },
        "action": "create",
    }
    info = await _call(connection, f"CONSUMER.INFO.{consumer.stream}.{consumer.name}")
    create = f"CONSUMER.CREATE.{consumer.stream}.{consumer.name}"
    if "error" in info:
        await _change(connection, create, wanted, consumer.name)
    elif info["config"]["max_ack_pending"] < consumer.ack_pending_max:
        changed = info["config"] | {"max_ack_pending": consumer.ack_pending_max}
        await _change(connection, create, wanted | {"config": changed, "action": "update"}, consumer.name)


async def _call(connection: Client, api: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    payload = json.dumps(body).encode() if body is not None else b""
    answer = await connection.request(f"$JS.API.{api}", payload, timeout=10)
    parsed: dict[str, Any] = json.loads(answer.data)
    return parsed


async def _change(connection: Client, api: str, body: dict[str, Any], name: str) -> None:
    answer = await _call(connection, api, body)
    if "error" in answer:
        raise StreamRefused(f"{name}: {answer['error'].get('description', answer['error'])}")
