"""The one thing that today asks of a manager: the newest reminder to recognise a rep that is still open."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import asyncpg

from services.nudges.domain.phrases import clock_time
from services.nudges.links import Links, inbox_path
from services.nudges.pages.answers.ask_again import find_later_time
from services.nudges.pages.cards.card import Card, PartOfCard, Reader, ThanksOffer
from services.nudges.pages.cards.nudge_cards import make_cards
from services.nudges.pages.doors.readers import may_read
from services.nudges.pages.entrance import Entrance
from services.nudges.pages.messages.stored_messages import Message, find_message
from services.nudges.pages.thanks.thanks_offers import find_thankable
from shared.events import ManagerId, NudgeId, PersonId
from shared.postgres.pool import Connection
from shared.postgres.queries import Queries

_QUERIES: Final = Queries.beside(__file__)
_OPEN_FOR: Final = timedelta(days=7)
_MARK_LENGTH: Final = 16


@dataclass(frozen=True, kw_only=True, slots=True)
class OneThing:
    """A reminder, and what the manager can do about it: write to the rep, be asked again `later` today, or say that it is not
    needed. `later` is empty where that is not possible."""

    text: str
    reason: str
    thanks: ThanksOffer
    later: str
    answer_path: str


async def find_one_thing(pool: asyncpg.Pool, links: Links, entrance: Entrance, *, now: datetime) -> OneThing | None:
    """None if nothing is open."""
    async with pool.acquire() as connection:
        reminders = await _list_open_reminders(connection, [entrance.person_id], now=now)
    for nudge_id in reminders.get(entrance.person_id, ()):
        message = await find_message(pool, nudge_id, entrance.person_id)
        if message is not None and may_read(entrance.person_id, message.person_id, message.rule, entrance.today):
            one_thing = await _to_one_thing(pool, links, entrance, message, nudge_id, now=now)
            if one_thing is not None:
                return one_thing
    return None


async def mark_open_reminders(
    connection: Connection, manager_ids: Collection[PersonId], *, now: datetime
) -> Mapping[PersonId, str]:
    """A mark of each manager's open reminders, which changes when they do. Nothing for whoever has none."""
    reminders = await _list_open_reminders(connection, manager_ids, now=now)
    return {
        person_id: hashlib.sha256("\0".join(nudge_ids).encode()).hexdigest()[:_MARK_LENGTH]
        for person_id, nudge_ids in reminders.items()
    }


async def _list_open_reminders(
    connection: Connection, manager_ids: Collection[PersonId], *, now: datetime
) -> Mapping[PersonId, list[NudgeId]]:
    """Of each manager who has any, the newest first."""
    reminders: dict[PersonId, list[NudgeId]] = {}
    since = now.date() - _OPEN_FOR
    for row in await connection.fetch(_QUERIES["list_open_reminders"], list(manager_ids), since, now):
        reminders.setdefault(PersonId(row["person_id"]), []).append(NudgeId(row["id"]))
    return reminders


@dataclass(frozen=True, kw_only=True, slots=True)
class AnsweredThing:
    """What the manager has just answered on Today, and can take back. `card` is that of its message."""

    card: Card
    nudge: Card | PartOfCard
    answer_path: str


async def find_answered_thing(
    pool: asyncpg.Pool, entrance: Entrance, nudge_id: NudgeId, *, now: datetime
) -> AnsweredThing | None:
    """None once it can't be taken back any more."""
    message = await find_message(pool, nudge_id, entrance.person_id)
    if message is None or not may_read(entrance.person_id, message.person_id, message.rule, entrance.today):
        return None
    (card,) = make_cards([message], Reader(id=entrance.person_id, now=now))
    nudge = _nudge_on(card, nudge_id)
    if nudge.fresh is None:
        return None
    return AnsweredThing(card=card, nudge=nudge, answer_path=_answer_path(entrance, nudge_id))


def _nudge_on(card: Card, nudge_id: NudgeId) -> Card | PartOfCard:
    return card if card.id == nudge_id else next(part for part in card.parts if part.id == nudge_id)


def _answer_path(entrance: Entrance, nudge_id: NudgeId) -> str:
    return f"{inbox_path(entrance.person_id)}/answer/{nudge_id}"


async def _to_one_thing(
    pool: asyncpg.Pool, links: Links, entrance: Entrance, message: Message, nudge_id: NudgeId, *, now: datetime
) -> OneThing | None:
    """As its card has it. None if the manager may not write to the rep today."""
    manager_id = ManagerId(entrance.person_id)
    offers = (await find_thankable(pool, links, entrance, [message], root="/", now=now)).offers
    offer = offers.get(nudge_id)
    if offer is None:
        return None
    (card,) = make_cards([message], Reader(id=manager_id, now=now, offers=offers))
    nudge = _nudge_on(card, nudge_id)
    later_at = await find_later_time(pool, message, manager_id, now=now)
    return OneThing(
        text=nudge.text,
        reason=nudge.reason,
        thanks=offer,
        later=clock_time(later_at, message.timezone) if later_at is not None else "",
        answer_path=_answer_path(entrance, nudge_id),
    )
