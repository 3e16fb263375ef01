"""Today in a real browser, open while what it asks for and who is on the team change."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import pytest

from services.nudges.access.sessions import Origin, open_session
from services.nudges.domain.roster.access import PersonToday
from services.nudges.pages.today import live_teams
from tests.browsers.chromium import Chromium, needs_chromium, running_chromium
from tests.services.nudges.builders.days import NOON
from tests.services.nudges.builders.people import ANA, BEN, MARA, NORTH
from tests.services.nudges.builders.reports import open_report
from tests.services.nudges.builders.rosters import rep_today, roster_today
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.pages.doors.visits import Visits
from tests.services.nudges.pages.today.reminders import ASKED, REMINDER
from tests.serving import served

pytestmark = needs_chromium
MANAGER: Final = PersonToday(id=MARA.id, name=MARA.name, manages=(NORTH.id,))
READ: Final = (
    "const focused = document.activeElement;"
    "return [document.getElementById('news').textContent, focused.id || focused.textContent.trim(),"
    " Array.from(document.querySelectorAll('.row'), (row) => row.id).join(' '), window.isSamePage]"
)


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_teams, "_CHECK_EVERY_S", 0.05)
    monkeypatch.setattr(live_teams, "_ROSTER_EVERY_S", 0.05)


@asynccontextmanager
async def _served(visits: Visits) -> AsyncIterator[str]:
    """The address of the pages, which are kept up to date."""
    stopping = asyncio.Event()
    live = asyncio.create_task(visits.live.run(stopping))
    async with served(visits.app, before_shutdown=visits.live.close) as port:
        yield f"http://127.0.0.1:{port}"
        stopping.set()
    await live


async def test_what_is_asked_and_who_is_on_the_team_change_without_a_reload(visits: Visits, rows: Rows) -> None:
    visits.roster.today = roster_today(rep_today(ANA), rep_today(BEN), MANAGER)
    for rep in (ANA, BEN):
        await rows.add_day(open_report(rep=rep))
    async with visits.pool.acquire() as connection:
        token = await open_session(connection, MARA.id, Origin.MESSAGE, now=NOON)

    async with _served(visits) as address:
        with running_chromium() as chromium:
            await asyncio.to_thread(_open, chromium, address, token)
            seen = []

            await rows.add_nudge(REMINDER)
            await asyncio.to_thread(chromium.wait_for, "document.getElementById('one-thing') !== null")
            seen.append(chromium.run(READ))
            chromium.run("document.querySelector('.one-thing button').focus()")
            await visits.pool.execute("UPDATE nudge SET retracted_at = $1", NOON)
            await asyncio.to_thread(chromium.wait_for, "document.getElementById('one-thing') === null")
            seen.append(chromium.run(READ))
            chromium.run("document.querySelector('#rep-ana a').focus()")
            visits.roster.today, visits.roster.version = roster_today(rep_today(ANA), MANAGER), 2
            await asyncio.to_thread(chromium.wait_for, "document.getElementById('rep-ben') === null")
            seen.append(chromium.run(READ))
            visits.roster.today, visits.roster.version = roster_today(rep_today(ANA), rep_today(BEN), MANAGER), 3
            await asyncio.to_thread(chromium.wait_for, "document.getElementById('rep-ben') !== null")
            seen.append(chromium.run(READ))

    done = "The reminder is gone: nothing is left to do here."
    assert seen == [
        [ASKED, "Ana Ruiz", "rep-ana rep-ben", True],
        [done, "main", "rep-ana rep-ben", True],
        [done, "Ana Ruiz", "rep-ana", True],
        [done, "Ana Ruiz", "rep-ana rep-ben", True],
    ]


def _open(chromium: Chromium, address: str, token: str) -> None:
    """Open the page, go to a rep with the keyboard, and wait until it is live."""
    chromium.command("Network.setCookie", {"name": "daymark-session", "value": token, "url": address})
    chromium.open(f"{address}/today")
    chromium.run("window.isSamePage = true; document.querySelector('#rep-ana a').focus()")
    chromium.wait_for("document.getElementById('live').classList.contains('on')")
