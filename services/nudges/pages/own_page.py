"""A rep's own page: the definitions by which their days are judged, now and soon, the word that they have read them, their days
lately, and what they have heard in them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

import asyncpg
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.nudges import store
from services.nudges.decide.policy.may_send import local_day
from services.nudges.domain.announcements import Definition, coming, in_force
from services.nudges.domain.ladder import Ladder, is_ladder_of, size_in_words
from services.nudges.domain.phrases import clock_time, date_text, number
from services.nudges.domain.recent_nudges import LATELY
from services.nudges.links import Links
from services.nudges.pages.acknowledge_version import NeverAnnounced, acknowledge_definition
from services.nudges.pages.disputes.activity_cards import DayLine, day_line
from services.nudges.pages.list_nudges import list_heard
from services.nudges.pages.nudge_cards import days_of
from services.nudges.pages.rendering import Renderer
from services.nudges.store import AWAY
from shared.clock import Clock
from shared.events import DayReport, GoalDefinition

_SEE_OTHER: Final = 303


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One behaviour, in words."""

    label: str
    counts: str
    target: str
    weight: str
    cap: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """One definition on the page. `read` is when the rep said that they have read it; empty until then."""

    version: int
    heading: str
    team: str
    rows: tuple[Row, ...]
    goals: tuple[tuple[str, str, str], ...]
    unverified: tuple[str, ...]
    follows: str
    changes: tuple[str, ...]
    revises: str
    told: str
    read: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """A goal and the next step on the way to it, in words."""

    label: str
    count: int
    following: int
    size: str


class OwnPage:
    """Opens with the link that was signed for the rep. Looking at it changes nothing."""

    def __init__(
        self, pool: asyncpg.Pool, links: Links, renderer: Renderer, clock: Clock, *, on_acknowledged: Callable[[], None]
    ) -> None:
        self._pool = pool
        self._links = links
        self._renderer = renderer
        self._clock = clock
        self._on_acknowledged = on_acknowledged

    def routes(self) -> Sequence[BaseRoute]:
        return [
            Route("/you/{rep}/{token}", self._show),
            Route("/you/{rep}/{token}/read/{version:int}", self._acknowledge, methods=["POST"]),
        ]

    async def _show(self, request: Request) -> Response:
        rep, token = request.path_params["rep"], request.path_params["token"]
        if not self._links.opens_own_page(rep, token):
            return self._renderer.not_found()
        now = self._clock.now()
        try:
            known = await store.list_definitions(self._pool, rep)
            newest = await store.find_newest_day(self._pool, rep)
            ladders = await store.list_ladders(self._pool, rep)
            timezone = newest.timezone if newest is not None else known[-1].announced.timezone if known else "UTC"
            today = local_day(now, timezone)
            heard = await list_heard(self._pool, rep, since=today - LATELY)
            lines = await self._lines(rep, since=today - LATELY)
        except AWAY:
            return self._renderer.away()
        sections = sections_of(known, timezone, today=today)
        name = known[-1].announced.rep.name if known else rep
        steps = steps_of(newest, ladders) if newest is not None else []
        content = {"name": name, "token": token, "sections": sections, "steps": steps, "days": days_of(heard, reader=rep)}
        return self._renderer.page("you.html", has_forms=True, lines=lines, **content)

    async def _lines(self, rep: str, *, since: date) -> list[DayLine]:
        rows = await self._pool.fetch(store.QUERIES["list_days_of"], rep, since)
        return [day_line(row["day"], row["score"], is_open=row["state"] == "open", contested=row["contested"]) for row in rows]

    async def _acknowledge(self, request: Request) -> Response:
        rep, token, version = (request.path_params[name] for name in ("rep", "token", "version"))
        if not self._links.opens_own_page(rep, token):
            return self._renderer.not_found()
        try:
            await acknowledge_definition(self._pool, rep, version, now=self._clock.now())
        except NeverAnnounced:
            return self._renderer.not_found()
        except AWAY:
            return self._renderer.away()
        self._on_acknowledged()
        return RedirectResponse(f"../../{token}#version-{version}", _SEE_OTHER)


def sections_of(known: Sequence[Definition], timezone: str, *, today: date) -> list[Section]:
    """What is in force, and then what is coming, the earliest first."""
    current = in_force(known, today=today)
    return [_section(one, timezone, today=today) for one in ([current] if current else []) + coming(known, today=today)]


def steps_of(newest: DayReport, ladders: Sequence[Ladder]) -> list[Step]:
    """The goals of the newest day, each with the rep's next step."""
    found = ((goal, ladder) for goal in newest.goals for ladder in ladders if is_ladder_of(ladder, goal))
    return [
        Step(label=goal.label, count=goal.count, following=ladder.next_step, size=size_in_words(goal, ladder))
        for goal, ladder in found
    ]


def _section(one: Definition, timezone: str, *, today: date) -> Section:
    announced = one.announced
    binds = f"{date_text(announced.binds_from)} {announced.binds_from.year}"
    total = number(sum((behaviour.weight for behaviour in announced.behaviours), Decimal(0)))
    return Section(
        version=announced.version,
        heading=f"From {binds} on" if announced.binds_from > today else f"In force since {binds}",
        team=announced.team.name,
        rows=tuple(
            Row(
                label=behaviour.label,
                counts=behaviour.counts,
                target=behaviour.asks,
                weight=f"{number(behaviour.weight)} of {total}",
                cap=number(behaviour.cap),
            )
            for behaviour in announced.behaviours
        ),
        goals=tuple((goal.label, _steps(goal), goal.counts) for goal in announced.goals),
        unverified=announced.unverified,
        follows=f"{date_text(announced.follows)} {announced.follows.year}" if announced.follows else "",
        changes=announced.changes,
        revises=announced.revises,
        told=_at(one.delivered_at, timezone),
        read=_at(one.acknowledged_at, timezone),
    )


def _steps(goal: GoalDefinition) -> str:
    steps = f"in steps of {goal.step} a {goal.period}"
    return f"{steps}, then of {goal.step_min} to {goal.step_max} by your own weeks" if goal.step_min is not None else steps


def _at(instant: datetime | None, timezone: str) -> str:
    return f"{date_text(local_day(instant, timezone))} at {clock_time(instant, timezone)}" if instant is not None else ""
