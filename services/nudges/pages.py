"""The managers' pages. A page opens with the link that was given to its manager, and shows only what is theirs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo

import asyncpg
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from services.nudges.domain.wording import clock_time, weekday
from services.nudges.links import Links
from services.nudges.list_nudges import InboxItem, list_inbox
from services.nudges.rendering import FOLDER, Renderer
from shared.events import NudgeKind

_RULE_NAMES: Final = {"plan_done": "Plan done", "comeback": "Comeback", "quiet_afternoon": "Quiet afternoon"}
_HELD: Final = "held"


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """One nudge on the page."""

    rep: str
    kind: str
    rule: str
    text: str
    reason: str
    when: str
    held_because: str
    channels: str


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
    return [
        DayOfCards(heading=_heading(day), cards=tuple(_card(item) for item in group))
        for day, group in groupby(items, key=_sent_day)
    ]


def _sent_day(item: InboxItem) -> date:
    return _local_date(item) or item.row.day


def _local_date(item: InboxItem) -> date | None:
    sent = item.row.send_at
    return sent.astimezone(ZoneInfo(item.timezone)).date() if sent is not None else None


def _heading(day: date) -> str:
    return f"{weekday(day)}, {day.day} {day:%B %Y}"


def _card(item: InboxItem) -> Card:
    row = item.row
    at = f"{clock_time(row.send_at, item.timezone)} {_zone_name(item)}" if row.send_at is not None else ""
    return Card(
        rep=row.person_name,
        kind="celebration" if row.kind == NudgeKind.CELEBRATION else "coaching",
        rule=_RULE_NAMES.get(row.rule, row.rule),
        text=row.text,
        reason=row.reason,
        when=f"waits until {at}" if row.status == _HELD else f"sent {at}",
        held_because=row.because if row.status == _HELD else "",
        channels=", ".join(channel for channel in row.delivered if channel != "inbox"),
    )


def _zone_name(item: InboxItem) -> str:
    return item.timezone.rpartition("/")[2].replace("_", " ") + " time"
