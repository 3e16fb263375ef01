"""For which of the nudges on a page a manager can thank whom, and to whom they can write at all."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Final

import asyncpg

from services.nudges.decide.thanks.occasions import list_thankable
from services.nudges.domain.phrases import day_name, first_name, natural_name
from services.nudges.domain.roster.access import Action, may
from services.nudges.domain.working_time import local_day
from services.nudges.links import Links
from services.nudges.pages.cards.card import ThanksOffer, ThanksOffers
from services.nudges.pages.entrance import Entrance
from services.nudges.pages.messages.stored_messages import Message
from shared.events import ManagerId, NudgeId, RepId

_PAGE: Final = "recognise/"


@dataclass(frozen=True, kw_only=True, slots=True)
class Thankable:
    """`offers` by nudge, and `reps` as pairs of the full name and the address of the page, by name."""

    offers: ThanksOffers
    reps: Sequence[tuple[str, str]]


async def find_thankable(
    pool: asyncpg.Pool, links: Links, entrance: Entrance, messages: Iterable[Message], *, root: str, now: datetime
) -> Thankable:
    """Of the reps whom the visitor manages today. `root` is the way from their page to the root of all pages."""
    manager_id, today = ManagerId(entrance.person_id), entrance.today
    reps = {
        RepId(person.id): person
        for person in sorted(today.people.values(), key=lambda person: (person.name, person.id))
        if person.id != manager_id and may(manager_id, Action.MANAGE, person.id, today)
    }
    if not reps:
        return Thankable(offers={}, reps=())
    nudge_ids = list(chain.from_iterable((message.id, *(part.id for part in message.parts)) for message in messages))
    thankable = await list_thankable(pool, nudge_ids, manager_id=manager_id)

    def address(rep_id: RepId, nudge_id: NudgeId | None) -> str:
        return f"{root}{_PAGE}{links.recognise_path(manager_id, rep_id, nudge_id, last_day=entrance.last_day)}"

    offers = {
        nudge_id: ThanksOffer(
            rep_id=rep.rep_id,
            name=first_name(reps[rep.rep_id].name),
            address=address(rep.rep_id, nudge_id),
            is_thanked=rep.is_thanked,
            day=day_name(rep.about_day, today=local_day(now, rep.timezone)) if rep.about_day is not None else "",
            can_be_undone=rep.is_waiting,
        )
        for nudge_id, rep in thankable.items()
        if rep.rep_id in reps
    }
    return Thankable(offers=offers, reps=[(natural_name(rep.name), address(rep_id, None)) for rep_id, rep in reps.items()])
