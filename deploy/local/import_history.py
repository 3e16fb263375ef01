"""`daymark import`: observations from a file become history on ACTIVITIES, which is scored in silence.

Importing a file twice is safe: an observation's id follows from its content, and scoring merges equal facts to an equal result.
JetStream keeps how far a file got, under the digest of its content, so that an interrupted import continues where it stopped.
A file may hold anything, so neither a line nor a list of mistakes is kept without a limit.
"""

import gzip
import hashlib
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Final

import msgspec
from nats.js.errors import KeyNotFoundError, NotFoundError
from nats.js.kv import KeyValue

from deploy.local.contact_keys import hash_contact_once
from shared.errors import DaymarkError
from shared.event_types import ACTIVITY_OBSERVED, HISTORY_EXTENSION
from shared.jetstream.client import LeanClient
from shared.jetstream.cloudevents import event_headers
from shared.jetstream.publisher import Outgoing, Publisher
from shared.jetstream.streams import ACTIVITIES, SCORING_CONSUMER
from shared.jetstream.wait_for_consumer import wait_until_processed
from shared.observation import ObservationRefused, UnreadableFact, observation_id, read_without_unreadable
from shared.trace import continue_trace

LINE_BYTES_MAX: Final = 1_048_576
_CHUNK_LINES: Final = 1_000
_CHUNK_BYTES: Final = 8 * LINE_BYTES_MAX
_REFUSED_LISTED_MAX: Final = 20
_NUMBERS_LISTED_MAX: Final = 3
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_BUCKET: Final = "IMPORTS"
_BUCKET_TTL_S: Final = 30 * 86_400
_PUBLISH_TIMEOUT_S: Final = 30

NumberedLine = tuple[int, bytes | None]
"""A line with its number in the file, counted from 1. None stands for a line that is too long to be read."""


class FileUnreadable(DaymarkError):
    """The file cannot be read. It must hold one JSON object per line, plain or compressed with gzip."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RefusedLine:
    """A line that is not an observation, and why."""

    number: int
    problem: str


@dataclass(kw_only=True, slots=True)
class LeftOutFact:
    """How many values of a fact were left out, the `problem` of the first, and the `numbers` of the first lines."""

    problem: str
    count: int = 0
    numbers: list[int] = field(default_factory=list)


@dataclass(kw_only=True, slots=True)
class ImportResult:
    """What became of a file: how many `lines` it has, how many of them an earlier run had stored, how many of the others were
    `refused`, the first of these, and the facts that were left out because their values make no sense, by name."""

    lines: int
    lines_stored_before: int
    refused: int = 0
    first_refused: list[RefusedLine] = field(default_factory=list)
    left_out: dict[str, LeftOutFact] = field(default_factory=dict)

    def refuse(self, number: int, problem: str) -> None:
        """Count a line that is not an observation."""
        self.refused += 1
        if len(self.first_refused) < _REFUSED_LISTED_MAX:
            self.first_refused.append(RefusedLine(number=number, problem=problem))

    def leave_out(self, number: int, fact: UnreadableFact) -> None:
        """Count a fact that was left out of a line."""
        left_out = self.left_out.setdefault(fact.name, LeftOutFact(problem=fact.problem))
        left_out.count += 1
        if len(left_out.numbers) < _NUMBERS_LISTED_MAX:
            left_out.numbers.append(number)


async def import_file(
    connection: LeanClient,
    path: Path,
    *,
    source: str,
    contact_secret: bytes,
    on_progress: Callable[[int], None],
    now: datetime,
) -> ImportResult:
    """Store every observation of the file. Keys of contacts are hashed, and facts that make no sense are left out, as in
    ingest. `on_progress` gets the number of lines that are done.

    Raises:
        NoContactSecret: a line names a contact by a key that is not hashed, and `contact_secret` is empty.
        FileUnreadable: the file is missing, or its compression is damaged.
        NotStored: the broker did not confirm. Run the import again; it continues from there.
    """
    bucket = await _open_bucket(connection)
    key = f"{source}.{_digest(path)}"
    stored_before = await _read_progress(bucket, key)
    result = ImportResult(lines=stored_before, lines_stored_before=stored_before)
    async with Publisher(connection, timeout_s=_PUBLISH_TIMEOUT_S) as publisher:
        lines = enumerate(read_lines(path), start=1)
        next(islice(lines, stored_before, stored_before), None)
        for chunk in _chunks(lines):
            messages = _make_messages(chunk, result, source=source, contact_secret=contact_secret, now=now)
            await publisher.store_all(messages)
            result.lines = chunk[-1][0]
            await bucket.put(key, str(result.lines).encode())
            on_progress(result.lines)
    return result


def count_lines(path: Path) -> int:
    """How many lines the file has.

    Raises:
        FileUnreadable: the file is missing, or its compression is damaged.
    """
    return sum(1 for _ in read_lines(path))


async def wait_until_scored(connection: LeanClient, *, on_progress: Callable[[int, int], None]) -> None:
    """Return once scoring has processed everything that ACTIVITIES held when this was called; see `wait_until_processed`."""
    await wait_until_processed(connection, ACTIVITIES, SCORING_CONSUMER, on_progress=on_progress)


def _chunks(lines: Iterator[NumberedLine]) -> Iterator[list[NumberedLine]]:
    chunk: list[NumberedLine] = []
    size = 0
    for number, line in lines:
        chunk.append((number, line))
        size += len(line or b"")
        if len(chunk) == _CHUNK_LINES or size >= _CHUNK_BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _make_messages(
    chunk: Sequence[NumberedLine], result: ImportResult, *, source: str, contact_secret: bytes, now: datetime
) -> list[Outgoing]:
    """The observations of these lines. What is refused or left out is added to the result."""
    messages = []
    traceparent = continue_trace(None)
    for number, line in chunk:
        if line is None:
            result.refuse(number, f"longer than {LINE_BYTES_MAX} bytes; a line holds one observation")
            continue
        if not line.strip():
            continue
        try:
            readable, unreadable = read_without_unreadable(line)
        except ObservationRefused as refused:
            result.refuse(number, str(refused))
            continue
        for fact in unreadable:
            result.leave_out(number, fact)
        observation = hash_contact_once(readable, contact_secret)
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
    return messages


def read_lines(path: Path) -> Iterator[bytes | None]:
    """Every line, without a byte order mark before the first. None stands for one that is longer than `LINE_BYTES_MAX`, which
    is passed over piece by piece.

    Raises:
        FileUnreadable: the file is missing, or its compression is damaged.
    """
    is_first = True
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
            while line := file.readline(LINE_BYTES_MAX + 1):
                if len(line) <= LINE_BYTES_MAX or line.endswith(b"\n"):
                    yield line.removeprefix(_BYTE_ORDER_MARK) if is_first else line
                else:
                    while (rest := file.readline(LINE_BYTES_MAX)) and not rest.endswith(b"\n"):
                        pass
                    yield None
                is_first = False
    except (OSError, EOFError, zlib.error) as failed:
        raise FileUnreadable(f"{path} ({failed})") from None


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as failed:
        raise FileUnreadable(f"{path} ({failed.strerror})") from None


async def _open_bucket(connection: LeanClient) -> KeyValue:
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
