"""Every stream and consumer that Daymark uses, declared in one table, and the command that makes them.

Provisioning is idempotent, runs at the start of each service, and never narrows what an operator has widened by hand:
an existing stream is updated only where it lacks a subject or a feature that the services rely on.
"""

import json
from typing import Any, Final, NamedTuple

import structlog
from nats.aio.client import Client

from shared.clock import CLOCK_STREAM, TICK_SUBJECT
from shared.errors import DaymarkError

_log = structlog.get_logger()
_DAY_NS: Final = 86_400 * 10**9
_SECOND_NS: Final = 10**9

WEBHOOKS: Final = "WEBHOOKS"
ACTIVITIES: Final = "ACTIVITIES"
SCORES: Final = "SCORES"
NUDGES: Final = "NUDGES"
DEAD: Final = "DEAD"

TRANSLATE_CONSUMER: Final = "ingest-translate"
SCORING_CONSUMER: Final = "scoring"
NUDGES_CONSUMER: Final = "nudges"
TELLING_CONSUMER: Final = "scoring-telling"


class StreamRefused(DaymarkError):
    """JetStream would not make or change a stream or consumer. Check the server's storage limits and the user's rights."""


class Stream(NamedTuple):
    """One stream. `kept_days` is how long a message stays."""

    name: str
    subjects: tuple[str, ...]
    kept_days: int
    newest_only: bool = False


class Consumer(NamedTuple):
    """One durable pull consumer, shared by all replicas of a service. `ack_wait_s` bounds how long a batch may take; it gets
    only `subjects`, all of the stream's where none are named."""

    stream: str
    name: str
    ack_wait_s: int = 30
    ack_pending_max: int = 10_000
    subjects: tuple[str, ...] = ()


STREAMS: Final = (
    Stream(WEBHOOKS, ("webhook.received.v1.*",), 7),
    Stream(ACTIVITIES, ("activity.observed.v1.*",), 30),
    Stream(SCORES, ("day.opened.v1", "day.changed.v1", "day.closed.v1", "playbook.announced.v1", "playbook.withdrawn.v1"), 30),
    Stream(
        NUDGES,
        ("nudge.decided.v1", "nudge.delivered.v1", "nudge.revised.v1", "playbook.told.v1", "playbook.acknowledged.v1"),
        30,
    ),
    Stream(DEAD, ("dead.*.*",), 30),
    Stream(CLOCK_STREAM, (TICK_SUBJECT,), 30, newest_only=True),
)
CONSUMERS: Final = (
    Consumer(WEBHOOKS, TRANSLATE_CONSUMER),
    Consumer(ACTIVITIES, SCORING_CONSUMER, ack_pending_max=40_000),  # four replicas with five batches of 2,000 in hand
    Consumer(SCORES, NUDGES_CONSUMER),
    Consumer(NUDGES, TELLING_CONSUMER, subjects=("playbook.told.v1", "playbook.acknowledged.v1")),
)


async def provision(connection: Client) -> None:
    """Make every stream and consumer of the table that is not there yet.

    Raises:
        StreamRefused: the server refused one.
    """
    for stream in STREAMS:
        await _provision_stream(connection, stream)
    for consumer in CONSUMERS:
        await _provision_consumer(connection, consumer)


async def backlog(connection: Client, stream: str, consumer: str) -> int:
    """How many messages a consumer has not finished: those not yet delivered and those not yet acknowledged."""
    info = await _ask(connection, f"CONSUMER.INFO.{stream}.{consumer}")
    if "error" in info:
        raise StreamRefused(f"{stream}/{consumer}: {info['error'].get('description', '')}")
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
    info = await _ask(connection, f"STREAM.INFO.{stream.name}")
    if "error" not in info:
        present = info["config"]
        if set(stream.subjects) <= set(present["subjects"]) and present.get("allow_atomic"):
            return
        changed = present | {"subjects": sorted({*present["subjects"], *stream.subjects}), "allow_atomic": True}
        await _must(connection, f"STREAM.UPDATE.{stream.name}", changed, stream.name)
        return
    await _must(connection, f"STREAM.CREATE.{stream.name}", wanted, stream.name)
    _log.info("stream_made", stream=stream.name)


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
    info = await _ask(connection, f"CONSUMER.INFO.{consumer.stream}.{consumer.name}")
    create = f"CONSUMER.CREATE.{consumer.stream}.{consumer.name}"
    if "error" in info:
        await _must(connection, create, wanted, consumer.name)
    elif info["config"]["max_ack_pending"] < consumer.ack_pending_max:
        changed = info["config"] | {"max_ack_pending": consumer.ack_pending_max}
        await _must(connection, create, wanted | {"config": changed, "action": "update"}, consumer.name)


async def _ask(connection: Client, api: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    payload = json.dumps(body).encode() if body is not None else b""
    answer = await connection.request(f"$JS.API.{api}", payload, timeout=10)
    parsed: dict[str, Any] = json.loads(answer.data)
    return parsed


async def _must(connection: Client, api: str, body: dict[str, Any], what: str) -> None:
    answer = await _ask(connection, api, body)
    if "error" in answer:
        raise StreamRefused(f"{what}: {answer['error'].get('description', answer['error'])}")
