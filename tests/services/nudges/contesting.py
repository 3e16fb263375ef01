"""Two reps, what scoring says of a day of theirs, and the pages on which they contest it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from decimal import Decimal
from typing import Any

import asyncpg
import httpx
from starlette.applications import Starlette

from services.nudges.contest_activity import id_of
from services.nudges.contest_page import ContestPage, Explain
from services.nudges.own_page import OwnPage
from services.nudges.pages import Pages
from services.nudges.rendering import Renderer
from shared.events import Manager, Person
from shared.score_requests import ExplainedActivity, ExplainedLine, Explanation
from tests.services.nudges.conftest import LINKS, Nudging
from tests.services.nudges.reports import MONDAY, report

ANA, BEN = LINKS.of_rep("ana"), LINKS.of_rep("ben")
MARA, JON = LINKS.of_manager("mara"), LINKS.of_manager("jon")
THE_DAY = f"{ANA}/day/{MONDAY}"
COUNTED = ExplainedActivity(
    source="acme",
    account="",
    activity_id="c/1",
    kind="call",
    facts={"actor": "7", "started_at": "2026-03-02T09:08:36+00:00", "duration_s": 109.2, "contact_key": "hush", "x": "hush"},
    counts_for=("calls",),
    fails={"demos": "kind call is not demo"},
)
SHORT = ExplainedActivity(
    source="acme",
    account="7",
    activity_id="c2",
    kind="call",
    facts={"started_at": "2026-03-02T08:00:00+00:00", "amount": "20000.00", "currency": "EUR", "outcome": "connected"},
    counts_for=(),
    fails={"calls": "duration 5.0 s is not 60 s or more", "demos": "kind call is not demo"},
    unverified=("begun within 5 s of an earlier one",),
)
ID = id_of("ana", COUNTED)


def explained(*activities: ExplainedActivity, day: date = MONDAY, rep: str = "ana") -> Explanation:
    line: dict[str, Any] = {"weight": Decimal(1), "cap": Decimal("1.5")}
    calls = ExplainedLine(key="calls", label="Calls", count=1, target=Decimal(2), points=Decimal(50), **line)
    demos = ExplainedLine(key="demos", label="Demos", count=0, target=Decimal(0), points=Decimal(0), **line)
    return Explanation(
        rep=rep,
        day=day,
        timezone="Europe/Madrid",
        presence="working",
        playbook_from=date(2026, 1, 1),
        score=Decimal("50.00"),
        arithmetic="100 x (1 x min(1/2, 1.5)) / (1) = 50.00",
        lines=(calls, demos),
        activities=activities,
    )


class Scoring:
    """Answers as scoring would."""

    def __init__(self) -> None:
        self.activities: tuple[ExplainedActivity, ...] = (COUNTED, SHORT)
        self.fails: Exception | None = None

    async def explain(self, rep: str, day: date) -> Explanation:
        if self.fails is not None:
            raise self.fails
        return explained(*self.activities, day=day, rep=rep)


@asynccontextmanager
async def browsing(nudging: Nudging, explain: Explain, pool: asyncpg.Pool | None = None) -> AsyncIterator[httpx.AsyncClient]:
    renderer, clock, pool = Renderer(), nudging.clock(), pool or nudging.pool
    pages = Pages(pool, LINKS, renderer, clock)
    own = OwnPage(pool, LINKS, renderer, clock, on_acknowledged=lambda: None)
    contests = ContestPage(pool, LINKS, renderer, clock, nudging.metrics, explain=explain)
    routes = [*pages.routes(), *own.routes(), *contests.routes()]
    app = Starlette(routes=routes, exception_handlers={404: pages.not_found})
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), follow_redirects=True) as client:
        yield client


async def ana_and_ben(nudging: Nudging) -> None:
    """Ana has a day, and so has Ben, whom somebody else leads."""
    jon = Manager(id="jon", name="Jon Bee", timezone="Europe/Madrid")
    await nudging.take_in(report(), report(rep=Person(id="ben", name="Ben Ode"), managers=(jon,)))


async def kept(nudging: Nudging) -> list[tuple[str, str, str, str]]:
    rows = await nudging.pool.fetch("SELECT rep_id, activity_id, reason, settled FROM contest ORDER BY contested_at, id")
    return [tuple(row) for row in rows]


def words_of(page: httpx.Response) -> str:
    return " ".join(page.text.split())
