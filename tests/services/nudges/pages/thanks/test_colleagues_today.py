"""Whom a rep may thank as a colleague follows from today's roster, whatever the reports say."""

import asyncpg
import httpx
import pytest

from services.nudges.domain.roster.access import PersonToday
from shared.events import PersonId
from tests.services.nudges.builders.days import MONDAY
from tests.services.nudges.builders.people import ANA, BEN, MARA, NORTH, SOUTH
from tests.services.nudges.builders.reports import open_report
from tests.services.nudges.builders.rosters import rep_today, roster_today
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.pages.doors.visits import Visits, visiting

PAGE = "/recognise/ben/ana/-"


@pytest.fixture(autouse=True)
async def _colleagues_by_their_reports(rows: Rows) -> None:
    for rep in (ANA, BEN):
        await rows.add_day(open_report(MONDAY, rep=rep, thanks_from_colleagues=True))


async def _visit(visits: Visits) -> tuple[httpx.Response, httpx.Response]:
    """Ben's own page, and the one on which he writes to Ana."""
    browser = await visits.sign_in(BEN.id)
    return await browser.get("/you/ben/-"), await browser.get(PAGE)


async def test_whoever_is_a_colleague_today_is_offered_and_can_be_written_to(pool: asyncpg.Pool) -> None:
    async with visiting(pool) as visits:
        visits.roster.today = roster_today(rep_today(ANA), rep_today(BEN, colleagues=(ANA,)))
        own_page, writing = await _visit(visits)

    assert 'href="../../recognise/ben/ana/-">Ana Ruiz' in own_page.text
    assert "Write to Ana Ruiz" in writing.text


async def test_whoever_is_none_any_more_is_not_offered_and_cannot_be_written_to(pool: asyncpg.Pool) -> None:
    async with visiting(pool) as visits:
        visits.roster.today = roster_today(rep_today(ANA), rep_today(BEN))
        own_page, writing = await _visit(visits)

    assert own_page.status_code == 200
    assert "/recognise/" not in own_page.text
    assert writing.status_code == 404


async def test_the_inbox_of_a_manager_who_sells_offers_the_reps_whom_they_manage_and_no_colleague(pool: asyncpg.Pool) -> None:
    async with visiting(pool) as visits:
        mara = PersonToday(id=MARA.id, name=MARA.name, team=SOUTH.id, manages=(NORTH.id,), colleagues=(PersonId("dan"),))
        dan = PersonToday(id=PersonId("dan"), name="Dan Sy", team=SOUTH.id)
        visits.roster.today = roster_today(rep_today(ANA), rep_today(BEN), mara, dan)
        inbox = await (await visits.sign_in(MARA.id)).get("/inbox/mara/-")

    assert "/recognise/mara/ana/-" in inbox.text
    assert "/recognise/mara/ben/-" in inbox.text
    assert "/recognise/mara/dan/-" not in inbox.text
    assert "/recognise/mara/mara/-" not in inbox.text
