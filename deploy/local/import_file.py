"""`daymark import`: observations from a file into ACTIVITIES, as history that is scored in silence.

Safe to repeat: an observation's id follows from what it says, and scoring merges the same facts to the same result. How far
a file got is kept in JetStream under the digest of its content, so that an interrupted import goes on where it stopped.
"""

import gzip
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Final

import msgspec
from nats.aio.client import Client
from nats.js.errors import KeyNotFoundError, NotFoundError
from nats.js.kv import KeyValue

from deploy.local.contacts import imported
from deploy.local.handled import wait_until_handled
from shared.errors import DaymarkError
from shared.events import ACTIVITY_OBSERVED, HISTORY_EXTENSION
from shared.jetstream.cloudevents import event_headers
from shared.jetstream.publisher import Outgoing, Publisher
from shared.jetstream.streams import ACTIVITIES, SCORING_CONSUMER
from shared.observation import ObservationRefused, observation_id, read_observation
from shared.trace import continue_trace

_CHUNK_LINES: Final = 1_000
_BUCKET: Final = "IMPORTS"


class FileUnreadable(DaymarkError):
    """The file cannot be read. Give a file of one JSON object a line, plain or compressed with gzip."""


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """One line of the file that makes no sense, and why."""

    line: int
    problem: str


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What became of a file: lines in all, lines skipped since an earlier run stored them, lines refused."""

    lines: int
    resumed_at: int
    refusals: tuple[Refusal, ...]


async def import_file(
    connection: Client,
    path: Path,
    *,
    source: str,
    contact_secret: bytes,
    now: datetime,
    on_progress: Callable[[int], None],
) -> Imported:
    """Store every observation of the file, with the keys of contacts hashed as ingest does. `on_progress` gets the number
    of lines done so far.

    Raises:
        NoContactSecret: a line names a contact by a key that is not hashed, and `contact_secret` is empty.
        FileUnreadable: it is missing, or its compression is damaged.
        NotStored: the broker did not confirm; run it again, it goes on from there.
    """
    bucket = await _bucket(connection)
    key = f"{source}.{_digest(path)}"
    resumed_at = done = await _lines_done(bucket, key)
    refusals: list[Refusal] = []
    async with Publisher(connection, timeout_s=30) as publisher:
        lines = enumerate(_lines(path), start=1)
        next(islice(lines, done, done), None)
        while chunk := list(islice(lines, _CHUNK_LINES)):
            messages, refused = _messages(chunk, source=source, contact_secret=contact_secret, now=now)
            await publisher.store_all(messages)
            refusals += refused
            done = chunk[-1][0]
            await bucket.put(key, str(done).encode())
            on_progress(done)
    return Imported(lines=done, resumed_at=resumed_at, refusals=tuple(refusals))


def count_lines(path: Path) -> int:
    """How many lines the file has.

    Raises:
        FileUnreadable: it is missing, or its compression is damaged.
    """
    return sum(1 for _ in _lines(path))


async def wait_until_scored(connection: Client, *, on_progress: Callable[[int, int], None]) -> None:
    """Return once scoring has done everything that ACTIVITIES held when this was called; see `wait_until_handled`."""
    await wait_until_handled(connection, ACTIVITIES, SCORING_CONSUMER, on_progress=on_progress)


def _messages(
    chunk: list[tuple[int, bytes]], *, source: str, contact_secret: bytes, now: datetime
) -> tuple[list[Outgoing], list[Refusal]]:
    messages, refusals = [], []
    traceparent = continue_trace(None)
    for number, line in chunk:
        if not line.strip():
            continue
        try:
            observation = imported(read_observation(line), contact_secret)
        except ObservationRefused as refused:
            refusals.append(Refusal(line=number, problem=str(refused)))
            continue
        headers = event_headers(
            event_id=observation_id(source, observation),
            event_type=ACTIVITY_OBSERVED,
            source=f"/sources/{source}",
            subject=observation.activity_id,
            time=now,
            traceparent=traceparent,
            extensions={HISTORY_EXTENSION: "true"},
        )
        data = msgspec.json.encode({"source": source} | msgspec.to_builtins(observation))
        messages.append(Outgoing(subject=f"{ACTIVITY_OBSERVED}.{source}", headers=headers, data=data))
    return messages, refusals


def _lines(path: Path) -> Iterator[bytes]:
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
            yield from file
    except (OSError, EOFError) as failed:
        raise FileUnreadable(f"{path} ({failed})") from None


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as failed:
        raise FileUnreadable(f"{path} ({failed.strerror})") from None


async def _bucket(connection: Client) -> KeyValue:
    jetstream = connection.jetstream()
    try:
        return await jetstream.key_value(_BUCKET)
    except NotFoundError:
        return await jetstream.create_key_value(bucket=_BUCKET, ttl=30 * 86_400)


async def _lines_done(bucket: KeyValue, key: str) -> int:
    try:
        entry = await bucket.get(key)
    except KeyNotFoundError:
        return 0
    return int(entry.value or b"0")
