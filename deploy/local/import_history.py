"""`daymark import`: observations from a file become history on ACTIVITIES, which is scored in silence.

Importing a file twice is safe: an observation's id follows from its content, and scoring merges equal facts to an equal result.
JetStream keeps how far a file got, under the digest of its content, so that an interrupted import continues where it stopped.
"""

import gzip
import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Final

import msgspec
from nats.aio.client import Client
from nats.js.errors import KeyNotFoundError, NotFoundError
from nats.js.kv import KeyValue

from deploy.local.contact_keys import hash_contact_once
from deploy.local.wait_for_consumer import wait_until_processed
from shared.errors import DaymarkError
from shared.event_types import ACTIVITY_OBSERVED
from shared.events import HISTORY_EXTENSION
from shared.jetstream.cloudevents import event_headers
from shared.jetstream.publisher import Outgoing, Publisher
from shared.jetstream.streams import ACTIVITIES, SCORING_CONSUMER
from shared.observation import ObservationRefused, observation_id, read_observation
from shared.trace import continue_trace

_CHUNK_LINES: Final = 1_000
_BUCKET: Final = "IMPORTS"
_BUCKET_TTL_S: Final = 30 * 86_400
_PUBLISH_TIMEOUT_S: Final = 30

NumberedLine = tuple[int, bytes]
"""A line with its number in the file, counted from 1."""


class FileUnreadable(DaymarkError):
    """The file cannot be read. It must hold one JSON object per line, plain or compressed with gzip."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RefusedLine:
    """A line that is not an observation, and why."""

    number: int
    problem: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportResult:
    """What became of a file: how many `lines` it has, how many of them an earlier run had stored, and which were refused."""

    lines: int
    lines_stored_before: int
    refused: tuple[RefusedLine, ...]


async def import_file(
    connection: Client,
    path: Path,
    *,
    source: str,
    contact_secret: bytes,
    on_progress: Callable[[int], None],
    now: datetime,
) -> ImportResult:
    """Store every observation of the file. Keys of contacts are hashed, as in ingest. `on_progress` gets the number of lines
    that are done.

    Raises:
        NoContactSecret: a line names a contact by a key that is not hashed, and `contact_secret` is empty.
        FileUnreadable: the file is missing, or its compression is damaged.
        NotStored: the broker did not confirm. Run the import again; it continues from there.
    """
    bucket = await _open_bucket(connection)
    key = f"{source}.{_digest(path)}"
    stored_before = done = await _read_progress(bucket, key)
    refused: list[RefusedLine] = []
    async with Publisher(connection, timeout_s=_PUBLISH_TIMEOUT_S) as publisher:
        lines = enumerate(_read_lines(path), start=1)
        next(islice(lines, done, done), None)
        while chunk := list(islice(lines, _CHUNK_LINES)):
            messages, refused_lines = _make_messages(chunk, source=source, contact_secret=contact_secret, now=now)
            await publisher.store_all(messages)
            refused += refused_lines
            done = chunk[-1][0]
            await bucket.put(key, str(done).encode())
            on_progress(done)
    return ImportResult(lines=done, lines_stored_before=stored_before, refused=tuple(refused))


def count_lines(path: Path) -> int:
    """How many lines the file has.

    Raises:
        FileUnreadable: the file is missing, or its compression is damaged.
    """
    return sum(1 for _ in _read_lines(path))


async def wait_until_scored(connection: Client, *, on_progress: Callable[[int, int], None]) -> None:
    """Return once scoring has processed everything that ACTIVITIES held when this was called; see `wait_until_processed`."""
    await wait_until_processed(connection, ACTIVITIES, SCORING_CONSUMER, on_progress=on_progress)


def _make_messages(
    chunk: Sequence[NumberedLine], *, source: str, contact_secret: bytes, now: datetime
) -> tuple[list[Outgoing], list[RefusedLine]]:
    messages, refused_lines = [], []
    traceparent = continue_trace(None)
    for number, line in chunk:
        if not line.strip():
            continue
        try:
            observation = hash_contact_once(read_observation(line), contact_secret)
        except ObservationRefused as refused:
            refused_lines.append(RefusedLine(number=number, problem=str(refused)))
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
    return messages, refused_lines


def _read_lines(path: Path) -> Iterator[bytes]:
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


async def _open_bucket(connection: Client) -> KeyValue:
    jetstream = connection.jetstream()
    try:
        return await jetstream.key_value(_BUCKET)
    except NotFoundError:
        return await jetstream.create_key_value(bucket=_BUCKET, ttl=_BUCKET_TTL_S)


async def _read_progress(bucket: KeyValue, key: str) -> int:
    """How many lines of the file are stored."""
    try:
        entry = await bucket.get(key)
    except KeyNotFoundError:
        return 0
    return int(entry.value or b"0")
