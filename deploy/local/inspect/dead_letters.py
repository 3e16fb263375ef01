"""Dead letters: messages that could not be understood, to be read, and to be replayed once they can be.

A letter is replayed by storing its bytes again where they first stood. What was understood of it before has the same ids and
changes nothing; what is understood only now counts as if it had never failed.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

from nats.js.api import RawStreamMsg
from nats.js.errors import NotFoundError

from shared.errors import DaymarkError
from shared.jetstream.client import LeanClient
from shared.jetstream.dead_letters import DETAIL_HEADER, ORIGIN_HEADER, READ_AGAIN_HEADER, REASON_HEADER
from shared.jetstream.publisher import Outgoing, Publisher
from shared.jetstream.streams import DEAD

_EVERY_LETTER = "dead.>"
_OWN_HEADERS = frozenset({REASON_HEADER, DETAIL_HEADER, ORIGIN_HEADER})


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
    headers = dict(stored.headers or {})
    _, service, reason = (stored.subject or "..").split(".", 2)
    return Letter(
        id=stored.seq or 0,
        service=service,
        reason=reason,
        detail=headers.get(DETAIL_HEADER, ""),
        origin=headers.get(ORIGIN_HEADER, "").partition(" ")[2],
        since=stored.time,
        headers=headers,
        body=stored.data or b"",
    )
