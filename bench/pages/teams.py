"""The teams of the load, their reports, and what scoring would answer of them."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

import asyncpg
from nats.aio.msg import Msg

from services.nudges.access.sessions import Origin, open_session
from shared.clock import SystemClock
from shared.event_types import DAY_CHANGED
from shared.events import DayReport, Manager, ManagerId, PersonId, Rep, RepId, Team, TeamId
from shared.jetstream.client import LeanClient
from shared.jetstream.cloudevents import event_headers
from shared.jetstream.publisher import Outgoing, Publisher
from shared.requests.endpoint import Envelope
from shared.requests.people import ContactQuery, RosteredPerson, RosterExcerpt
from shared.trace import continue_trace
from tests.faults.nudges.day_reports import find_timezone_at_noon
from tests.services.nudges.builders.reports import behaviour, report

_TARGET: Final = 100_000
"""Calls that nobody reaches, so that no nudge is decided: only pages have work."""


@dataclass(frozen=True, kw_only=True)
class Load:
    """How many pages are open, of how many teams, and what comes in meanwhile."""

    pages: int
    teams: int
    reports_per_s: int
    duration_s: int
    reps_per_team: int = 10


async def sign_in(pool: asyncpg.Pool, load: Load) -> list[str]:
    """A session of each manager."""
    async with pool.acquire() as connection:
        return [
            await open_session(connection, _manager(team).id, Origin.COMMAND, now=SystemClock().now())
            for team in range(load.teams)
        ]


def answer_for_scoring(load: Load) -> Callable[[Msg], Awaitable[None]]:
    """Who each manager is today, and whom they manage."""
    excerpts: dict[PersonId, RosterExcerpt] = {_manager(team).id: _excerpt(load, team) for team in range(load.teams)}

    async def answer(request: Msg) -> None:
        excerpt = excerpts[ContactQuery.model_validate_json(request.data).person]
        await request.respond(Envelope(ok=True, data=excerpt.model_dump(mode="json")).model_dump_json().encode())

    return answer


def _excerpt(load: Load, team: int) -> RosterExcerpt:
    manager, team_id = _manager(team), _team(team).id
    reps = range(team * load.reps_per_team, (team + 1) * load.reps_per_team)
    return RosterExcerpt(
        people=(
            RosteredPerson(id=manager.id, name=manager.name, manages=(team_id,)),
            *(RosteredPerson(id=_rep(number).id, name=_rep(number).name, team=team_id) for number in reps),
        )
    )


def team_of(load: Load, number: int) -> int:
    """The team of a rep, both by number."""
    return number // load.reps_per_team


def _manager(team: int) -> Manager:
    return Manager(id=ManagerId(PersonId(f"manager-{team}")), name=f"Manager {team}", timezone="UTC")


def _team(team: int) -> Team:
    return Team(id=TeamId(f"team-{team}"), name=f"Team {team}")


def _rep(number: int) -> Rep:
    return Rep(id=RepId(PersonId(str(number))), name=f"Rep {number}")


def make_report(load: Load, number: int, *, count: int) -> DayReport:
    """The day of a rep who has done so much today, at about noon."""
    now = SystemClock().now()
    timezone = find_timezone_at_noon(now)
    team = team_of(load, number)
    made = report(
        now.astimezone(ZoneInfo(timezone)).date(),
        rep=_rep(number),
        score=0,
        state="open",
        behaviours=(behaviour("Calls", count, _TARGET),),
        managers=(_manager(team),),
    )
    return made.model_copy(
        update={"team": _team(team), "timezone": timezone, "revision": count + 1, "score": Decimal(count) / 1_000}
    )


async def publish(nats: LeanClient, reports: Sequence[DayReport]) -> None:
    """As scoring does."""
    async with Publisher(nats) as publisher:
        for start in range(0, len(reports), 100):
            await publisher.store_all([make_message(each) for each in reports[start : start + 100]])


def make_message(day: DayReport) -> Outgoing:
    """The event of a report."""
    headers = event_headers(
        event_id=f"{day.rep.id}-{day.revision}",
        event_type=DAY_CHANGED.name,
        source="/scoring",
        subject=day.rep.id,
        time=SystemClock().now(),
        traceparent=continue_trace(None),
    )
    return Outgoing(subject=DAY_CHANGED.name, headers=headers, data=day.model_dump_json().encode())
