"""Dead letters: messages that could not be understood, kept whole together with the reason, on `dead.<service>.<reason>`.

They are made where a message is handled, read by people, and replayed once they can be understood: a letter's bytes are stored
again where they first stood. What was understood of it before has the same ids and changes nothing; what is understood only now
counts as if it had never failed.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from nats.aio.msg import Msg
from nats.js.api import RawStreamMsg
from nats.js.errors import NotFoundError
from pydantic import ValidationError

from shared.errors import DaymarkError
from shared.jetstream.client import LeanClient
from shared.jetstream.publisher import Outgoing, Publisher
from shared.jetstream.stored_messages import read_newest
from shared.jetstream.streams import DEAD

REASON_HEADER = "Daymark-Reason"
DETAIL_HEADER = "Daymark-Detail"
ORIGIN_HEADER = "Daymark-Origin"
READ_AGAIN_HEADER = "Daymark-Read-Again"
"""On a message that is to be processed again: when that was asked for. What is understood then replaces what was before."""

_PROBLEMS_SHOWN: Final = 5
_EVERY_LETTER: Final = "dead.>"
_OWN_HEADERS: Final = frozenset({REASON_HEADER, DETAIL_HEADER, ORIGIN_HEADER})


def problems_of(refused: ValidationError) -> str:
    """Which fields are wrong and why, without their values."""
    return "; ".join(
        f"{'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}" for problem in refused.errors()[:_PROBLEMS_SHOWN]
    )


def dead_letter(message: Msg, *, service: str, reason: str, detail: str) -> Outgoing:
    """The dead letter of a message.

    `reason` is a slug of a closed set; `detail` says where and what, never a value. The id follows from the message's place in
    its stream and the reason, so a redelivery makes no second letter.
    """
    origin = f"{message.metadata.stream}:{message.metadata.sequence.stream}"
    letter_id = f"dead:{service}:{origin}:{reason}"
    sender_headers = {name: value for name, value in (message.headers or {}).items() if not name.startswith("Nats-")}
    headers = sender_headers | {
        "Nats-Msg-Id": letter_id,
        REASON_HEADER: reason,
        DETAIL_HEADER: detail[:500].encode("ascii", "backslashreplace").decode().replace("\r", " ").replace("\n", " "),
        ORIGIN_HEADER: f"{origin} {message.subject}",
    }
    return Outgoing(subject=f"dead.{service}.{reason}", headers=headers, data=message.data)


class NoSuchLetter(DaymarkError):
    """No dead letter has this number. `daymark dead-letters list` shows those that exist."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """`id` is its number in the stream, `origin` the subject on which its bytes arrived first."""

    id: int
    service: str
    reason: str
    detail: str
    origin: str
    since: datetime | None
    headers: dict[str, str]
    body: bytes


async def list_letters(connection: LeanClient) -> AsyncIterator[Letter]:
    """Every letter, oldest first."""
    jetstream, number = connection.jetstream(), 1
    while True:
        try:
            stored = await jetstream.get_msg(DEAD, seq=number, subject=_EVERY_LETTER, next=True)
        except NotFoundError:
            return
        letter = _read_letter(stored)
        yield letter
        number = letter.id + 1


async def list_newest_letters(connection: LeanClient, *, service: str, number: int) -> list[Letter]:
    """The newest letters of a service, the oldest of them first.

    Raises:
        StreamUnreadable: the server refused to let the stream be read.
    """
    stored = await read_newest(connection, DEAD, subject=f"dead.{service}.*", number=number)
    return [_letter(message.number, message.subject, message.headers, message.data) for message in stored]


async def find_newest_number(connection: LeanClient) -> int:
    """The number of the newest letter that ever was; 0 before the first."""
    return (await connection.jetstream().stream_info(DEAD)).state.last_seq


async def find_letter(connection: LeanClient, number: int) -> Letter:
    """One letter.

    Raises:
        NoSuchLetter: it was replayed, has expired, or never existed.
    """
    try:
        return _read_letter(await connection.jetstream().get_msg(DEAD, seq=number))
    except NotFoundError:
        raise NoSuchLetter(str(number)) from None


async def replay_letter(connection: LeanClient, letter: Letter, *, now: datetime) -> None:
    """Store the letter's bytes again where they first stood, and only then remove it.

    Raises:
        NotStored: the broker did not confirm; the letter is still there.
    """
    headers = {
        name: value for name, value in letter.headers.items() if name not in _OWN_HEADERS and not name.startswith("Nats-")
    }
    headers[READ_AGAIN_HEADER] = now.isoformat()
    async with Publisher(connection) as publisher:
        await publisher.store(Outgoing(subject=letter.origin, headers=headers, data=letter.body))
    await connection.jetstream().delete_msg(DEAD, letter.id)


def _read_letter(stored: RawStreamMsg) -> Letter:
    letter = _letter(stored.seq or 0, stored.subject or "..", stored.headers or {}, stored.data or b"")
    return replace(letter, since=stored.time)


def _letter(number: int, subject: str, headers: Mapping[str, str], data: bytes) -> Letter:
    """A letter as it is stored. When that was is among the headers if it was read directly."""
    _, service, reason = subject.split(".", 2)
    stored_at = headers.get("Nats-Time-Stamp")
    return Letter(
        id=number,
        service=service,
        reason=reason,
        detail=headers.get(DETAIL_HEADER, ""),
        origin=headers.get(ORIGIN_HEADER, "").partition(" ")[2],
        since=datetime.fromisoformat(stored_at) if stored_at else None,
        headers=dict(headers),
        body=data,
    )
