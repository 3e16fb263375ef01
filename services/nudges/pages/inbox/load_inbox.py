"""Load what a manager's inbox shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import asyncpg

from services.nudges.domain.feedback.undo import UNDO_FOR
from services.nudges.domain.roster.access import Action, may
from services.nudges.links import Links, rep_day_path, rep_page_path
from services.nudges.pages.cards.card import Card, Reader
from services.nudges.pages.cards.nudge_cards import DayOfCards, group_by_day, make_cards
from services.nudges.pages.cards.split_message import split_message
from services.nudges.pages.disputes.activity_cards import ActivityCard, make_manager_cards
from services.nudges.pages.disputes.disputes import Dispute, list_disputes_for_manager
from services.nudges.pages.doors.readers import may_read
from services.nudges.pages.entrance import Entrance
from services.nudges.pages.inbox.inbox_query import InboxQuery
from services.nudges.pages.inbox.sections import fold_days
from services.nudges.pages.messages.stored_messages import MESSAGES_ON_PAGE, Message, list_inbox, list_scheduled, list_to_do
from services.nudges.pages.thanks.thanks_offers import Thankable, find_thankable
from services.nudges.pages.thanks.thanks_view import ThanksLine, lines_of_sender
from services.nudges.pages.thanks.written_thanks import list_written
from shared.events import ManagerId, PersonId, PossibleAbsence

RECENT_FOR: Final = timedelta(days=14)
_ROOT: Final = "../../"


@dataclass(frozen=True, kw_only=True, slots=True)
class InboxView:
    """An inbox as its page shows it. A page of earlier messages has nothing else. `earlier` is the query of the address of the
    next page; empty if there is none. `shown` are all messages on the page."""

    is_first_page: bool
    open_disputes: Sequence[ActivityCard]
    resolved_disputes: Sequence[ActivityCard]
    to_do: Sequence[Card]
    recent: Sequence[DayOfCards]
    scheduled: Sequence[DayOfCards]
    earlier: str
    reps: Sequence[tuple[str, str]]
    written: Sequence[ThanksLine]
    shown: Sequence[Message]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Messages:
    """`next_page` begins with that message."""

    to_do: Sequence[Message]
    recent: Sequence[Message]
    scheduled: Sequence[Message]
    next_page: Message | None

    @property
    def shown(self) -> list[Message]:
        return [*self.to_do, *self.recent, *self.scheduled]


async def load_inbox(pool: asyncpg.Pool, links: Links, entrance: Entrance, query: InboxQuery, *, now: datetime) -> InboxView:
    """What the manager may see today of what they want to see."""
    manager_id = ManagerId(entrance.person_id)
    messages = await _load_messages(pool, entrance, query, now=now)
    thankable = await find_thankable(pool, links, entrance, messages.shown, root=_ROOT, now=now)
    reader = _reader(links, entrance, thankable, now=now)
    is_first_page = query.first is None
    disputes = await _load_disputes(pool, entrance, query, now=now) if is_first_page else []
    waiting = [dispute for dispute in disputes if _is_waiting(dispute, now=now)]
    resolved = [dispute for dispute in disputes if not _is_waiting(dispute, now=now)]
    return InboxView(
        is_first_page=is_first_page,
        open_disputes=make_manager_cards(waiting, reader_id=manager_id, has_links=entrance.is_signed_in, now=now),
        resolved_disputes=make_manager_cards(resolved, reader_id=manager_id, has_links=entrance.is_signed_in, now=now),
        to_do=list(make_cards(messages.to_do, reader)),
        recent=fold_days(group_by_day(messages.recent, reader)) if is_first_page else _all_folded(messages.recent, reader),
        scheduled=_all_folded(messages.scheduled, reader),
        earlier=query.starting_with(messages.next_page.id) if messages.next_page is not None else "",
        reps=thankable.reps,
        written=lines_of_sender(await list_written(pool, manager_id), now=now) if is_first_page else [],
        shown=messages.shown,
    )


def _all_folded(messages: Sequence[Message], reader: Reader) -> list[DayOfCards]:
    return fold_days(group_by_day(messages, reader), days_open=0)


async def _load_messages(pool: asyncpg.Pool, entrance: Entrance, query: InboxQuery, *, now: datetime) -> _Messages:
    if not query.has_messages:
        return _Messages(to_do=[], recent=[], scheduled=[], next_page=None)
    manager_id, selection = ManagerId(entrance.person_id), query.selection
    sent = await list_inbox(pool, manager_id, selection, first=query.first)
    if query.first is not None:
        return _Messages(
            to_do=[],
            recent=_readable(entrance, sent[:MESSAGES_ON_PAGE]),
            scheduled=[],
            next_page=next(iter(sent[MESSAGES_ON_PAGE:]), None),
        )
    waiting = {listed.message.id: listed for listed in await list_to_do(pool, manager_id, selection, now=now)}
    split = {message_id: split_message(listed.message, listed.waiting) for message_id, listed in waiting.items()}
    recent = [message for message in sent[:MESSAGES_ON_PAGE] if message.send_at is None or now - message.send_at < RECENT_FOR]
    rest = [split[message.id][1] if message.id in split else message for message in recent]
    return _Messages(
        to_do=_readable(entrance, [to_do for to_do, _ in split.values()]),
        recent=_readable(entrance, [message for message in rest if message is not None]),
        scheduled=_readable(entrance, await list_scheduled(pool, manager_id, selection)),
        next_page=next(iter(sent[len(recent) :]), None),
    )


def _readable(entrance: Entrance, messages: Sequence[Message]) -> list[Message]:
    reader_id, today = entrance.person_id, entrance.today
    return [message for message in messages if may_read(reader_id, message.person_id, message.rule, today)]


async def _load_disputes(pool: asyncpg.Pool, entrance: Entrance, query: InboxQuery, *, now: datetime) -> list[Dispute]:
    if not query.has_disputes:
        return []
    manager_id = ManagerId(entrance.person_id)
    return [
        dispute
        for dispute in await list_disputes_for_manager(pool, manager_id, now=now)
        if may(manager_id, Action.MANAGE, dispute.rep_id, entrance.today) and query.rep_id in {"", dispute.rep_id}
    ]


def _is_waiting(dispute: Dispute, *, now: datetime) -> bool:
    """Whether it is open, or the answer to it can still be undone."""
    return dispute.resolved_at is None or now - dispute.resolved_at < UNDO_FOR


def _reader(links: Links, entrance: Entrance, thankable: Thankable, *, now: datetime) -> Reader:
    manager_id = ManagerId(entrance.person_id)

    def absence_address(absence: PossibleAbsence) -> str:
        return f"{_ROOT}absence/{links.absence_path(manager_id, absence, last_day=entrance.last_day)}"

    def rep_address(rep_id: PersonId) -> str:
        """Whoever came by a link can open no other page."""
        can_see = entrance.is_signed_in and may(manager_id, Action.SEE_REP, rep_id, entrance.today)
        return rep_page_path(rep_id) if can_see else ""

    def day_address(rep_id: PersonId, day: date) -> str:
        return rep_day_path(rep_id, day) if rep_address(rep_id) else ""

    return Reader(
        id=manager_id,
        now=now,
        names={person.id: person.name for person in entrance.today.people.values()},
        offers=thankable.offers,
        absence_address=absence_address,
        rep_address=rep_address,
        day_address=day_address,
    )
