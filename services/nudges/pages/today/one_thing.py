"""The one thing that today asks of a manager: the newest reminder to recognise a rep that is still open."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import asyncpg

from services.nudges.domain.phrases import clock_time
from services.nudges.links import Links, inbox_path
from services.nudges.pages.answers.ask_again import find_later_time
from services.nudges.pages.cards.nudge_cards import Card, PartOfCard, ThanksOffer, make_cards
from services.nudges.pages.doors.readers import may_read
from services.nudges.pages.entrance import Entrance
from services.nudges.pages.messages.stored_messages import Message, find_message
from services.nudges.pages.thanks.thanks_offers import find_thankable
from shared.events import ManagerId, NudgeId
from shared.postgres.queries import Queries

_QUERIES: Final = Queries.beside(__file__)
_OPEN_FOR: Final = timedelta(days=7)


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
    since = now.date() - _OPEN_FOR
    for row in await pool.fetch(_QUERIES["list_open_reminders"], entrance.person_id, since, now):
        message = await find_message(pool, row["id"], entrance.person_id)
        if message is not None and may_read(entrance.person_id, message.person_id, message.rule, entrance.today):
            one_thing = await _to_one_thing(pool, links, entrance, message, row["id"], now=now)
            if one_thing is not None:
                return one_thing
    return None


async def _to_one_thing(
    pool: asyncpg.Pool, links: Links, entrance: Entrance, message: Message, nudge_id: NudgeId, *, now: datetime
) -> OneThing | None:
    """As its card has it. None if the manager may not write to the rep today, or has written to them since."""
    manager_id = ManagerId(entrance.person_id)
    offers = (await find_thankable(pool, links, entrance, [message], root="/")).offers
    offer = offers.get(nudge_id)
    if offer is None or offer.is_thanked:
        return None
    (card,) = make_cards([message], reader=manager_id, offers=offers)
    nudge: Card | PartOfCard = card if card.id == nudge_id else next(part for part in card.parts if part.id == nudge_id)
    later_at = await find_later_time(pool, message, manager_id, now=now)
    return OneThing(
        text=nudge.text,
        reason=nudge.reason,
        thanks=offer,
        later=clock_time(later_at, message.timezone) if later_at is not None else "",
        answer_path=f"{inbox_path(manager_id)}/answer/{nudge_id}",
    )
