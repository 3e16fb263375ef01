"""The managers' pages. A page opens with the link that was given to its manager, and shows only what is theirs."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo

import asyncpg
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from services.nudges.domain.wording import clock_time, first_name, weekday
from services.nudges.links import Links
from services.nudges.list_nudges import InboxItem, list_inbox
from services.nudges.rendering import FOLDER, Renderer
from shared.events import NudgeKind
from shared.nudge_requests import NudgeRow

_RULE_NAMES: Final = {
    "step_reached": "Step reached",
    "step_lowered": "Shorter steps",
    "comeback": "Comeback",
    "streak": "Streak",
    "personal_best": "Personal best",
    "small_win": "Small win",
    "steady_week": "Steady week",
    "plan_done": "Plan done",
    "team_day": "Team day",
    "quiet_afternoon": "Quiet afternoon",
    "playbook": "Definition",
}
_HELD: Final = "held"


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """One nudge on the page, or one definition and everybody who was told of it in the same words."""

    rep: str
    kind: str
    rule: str
    text: str
    reason: str
    when: str
    held_because: str
    channels: str
    read_by: str = ""
    not_read_by: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class DayOfCards:
    heading: str
    cards: tuple[Card, ...]


class Pages:
    """Without a secret for links every page of a person answers 404."""

    def __init__(self, pool: asyncpg.Pool, links: Links, renderer: Renderer) -> None:
        self._pool = pool
        self._links = links
        self._renderer = renderer

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route("/", self._home),
            Route("/inbox/{manager}/{token}", self._inbox),
            Mount("/static", StaticFiles(directory=FOLDER / "static")),
        ]

    async def not_found(self, _: Request, __: Exception) -> Response:
        """The same page whatever is missing, so that nobody learns which managers there are."""
        return self._renderer.page("not_found.html", status=404)

    async def _home(self, _: Request) -> Response:
        return self._renderer.page("home.html")

    async def _inbox(self, request: Request) -> Response:
        manager, token = request.path_params["manager"], request.path_params["token"]
        if not self._links.opens_inbox(manager, token):
            return self._renderer.page("not_found.html", status=404)
        days = days_of(await list_inbox(self._pool, manager))
        return self._renderer.page("inbox.html", manager=manager, days=days)


def days_of(items: Sequence[InboxItem]) -> list[DayOfCards]:
    """Cards by the day on which they were, or are to be, sent in the rep's own zone; newest first."""
    return [DayOfCards(heading=_heading(day), cards=tuple(_cards(group))) for day, group in groupby(items, key=_sent_day)]


def _cards(items: Iterable[InboxItem]) -> Iterator[Card]:
    """In order. What a whole team is told in the same words is one card."""
    together: dict[tuple[str, ...], list[InboxItem]] = {}
    for item in items:
        row = item.row
        is_alone = row.kind != NudgeKind.ANNOUNCEMENT
        key = (row.id,) if is_alone else (row.status, row.because, row.occasion, _without_name(row))
        together.setdefault(key, []).append(item)
    return (_card(group[0]) if len(group) == 1 else _card_of_many(group) for group in together.values())


def _card_of_many(group: Sequence[InboxItem]) -> Card:
    said = _without_name(group[0].row)
    names = sorted(item.row.person_name for item in group)
    one = _card(group[0])
    read = [item.row.person_name for item in group if item.acknowledged]
    unread = [item.row.person_name for item in group if not item.acknowledged]
    return replace(
        one,
        rep=", ".join(names),
        text=said[:1].upper() + said[1:],
        when="waits" if group[0].row.status == _HELD else "sent",
        read_by=", ".join(sorted(read)),
        not_read_by=", ".join(sorted(unread)),
    )


def _without_name(row: NudgeRow) -> str:
    return row.text.removeprefix(f"{first_name(row.person_name)}, ")


def _sent_day(item: InboxItem) -> date:
    return _local_date(item) or item.row.day


def _local_date(item: InboxItem) -> date | None:
    sent = item.row.send_at
    return sent.astimezone(ZoneInfo(item.timezone)).date() if sent is not None else None


def _heading(day: date) -> str:
    return f"{weekday(day)}, {day.day} {day:%B %Y}"


def _card(item: InboxItem) -> Card:
    row = item.row
    is_told = row.kind == NudgeKind.ANNOUNCEMENT
    at = f"{clock_time(row.send_at, item.timezone)} {_zone_name(item)}" if row.send_at is not None else ""
    return Card(
        rep=row.person_name,
        kind=row.kind,
        rule=_RULE_NAMES.get(row.rule, row.rule),
        text=row.text,
        reason=row.reason,
        when=f"waits until {at}" if row.status == _HELD else f"sent {at}",
        held_because=row.because if row.status == _HELD else "",
        channels=", ".join(channel for channel in row.delivered if channel != "inbox"),
        read_by=row.person_name if item.acknowledged else "",
        not_read_by=row.person_name if is_told and not item.acknowledged else "",
    )


def _zone_name(item: InboxItem) -> str:
    return item.timezone.rpartition("/")[2].replace("_", " ") + " time"
