"""The page of a manager's teams, over HTTP on a real database."""

import re
from dataclasses import replace

import asyncpg

from services.nudges.domain.roster.access import PersonToday
from shared.events import Presence
from tests.services.nudges.builders.days import MONDAY, at, working_days
from tests.services.nudges.builders.people import ANA, BEN, JON, MARA, NORTH, SOUTH, make_rep
from tests.services.nudges.builders.reports import open_report, report
from tests.services.nudges.builders.rosters import rep_today, roster_today
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.pages.browser import visible_text
from tests.services.nudges.pages.doors.visits import Visits, visiting

ZOE = make_rep("zoe", "Zoe <b>Zed</b>")


async def _two_teams(visits: Visits, rows: Rows) -> None:
    """Mara manages both. Ana is behind what is usual, Zoe is done, and Ben, of South, is away."""
    for day in working_days(5, until=MONDAY):
        await rows.add_day(report(day, score=80))
        await rows.add_day(report(day, rep=ZOE))
    await visits.pool.execute('UPDATE day SET score_by_quarter_hour = \'{"40": "50"}\'')
    await rows.add_day(report(score=40, count=4, state="open"))
    await rows.add_day(report(rep=ZOE, score=100, state="open"))
    await rows.add_day(open_report(rep=BEN, team=SOUTH, presence=Presence.ABSENT))
    mara = PersonToday(id=MARA.id, name=MARA.name, manages=(NORTH.id, SOUTH.id))
    visits.roster.today = roster_today(rep_today(ZOE), rep_today(ANA), rep_today(BEN, SOUTH.id), mara)


def _names(page: str) -> list[str]:
    return re.findall(r'href="/people/(\w+)"', page)


async def test_each_team_is_a_section_with_a_row_for_each_rep(visits: Visits, rows: Rows) -> None:
    await _two_teams(visits, rows)
    browser = await visits.sign_in("mara")

    response = await browser.get("/today")
    page = visible_text(response)

    assert re.findall(r'<h2 id="team-\w+">(\w+)</h2>', page) == ["North", "South"]
    assert "Monday 2 March, 12:00" in page
    assert "1 done · 1 could use a hand" in page
    assert "1 away" in page
    assert _names(page) == ["ana", "zoe", "ben"]
    assert '4/10</span><span class="unseen">4 of 10</span>' in page
    assert "Zoe &lt;b&gt;Zed" in response.text
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'; style-src 'self';" in policy
    assert policy.endswith("; script-src 'self'; connect-src 'self'")
    assert "script-src" not in (await browser.get("/wins")).headers["content-security-policy"]
    assert not re.search(r" style=| on\w+=", response.text)


async def test_whoever_could_use_a_hand_comes_first_if_wanted_and_nobody_is_ranked(visits: Visits, rows: Rows) -> None:
    await _two_teams(visits, rows)
    await rows.add_day(report(rep=BEN, score=10, state="open"))
    visits.roster.today = roster_today(
        rep_today(ANA), rep_today(BEN), rep_today(ZOE), PersonToday(id=MARA.id, name=MARA.name, manages=(NORTH.id,))
    )
    await visits.pool.execute("UPDATE day SET report = jsonb_set(report, '{score}', '\"90\"') WHERE rep_id = 'ana'")
    await visits.pool.execute(
        "UPDATE day SET report = jsonb_set(report, '{score}', '\"40\"') WHERE rep_id = 'zoe' AND day = $1", MONDAY
    )
    browser = await visits.sign_in("mara")

    assert _names((await browser.get("/today")).text) == ["ana", "ben", "zoe"]
    assert _names((await browser.get("/today?sort=hand")).text) == ["zoe", "ana", "ben"]


async def test_a_silent_feed_stands_in_the_rows_of_its_team_only(visits: Visits, rows: Rows) -> None:
    await _two_teams(visits, rows)
    await visits.pool.execute(
        "INSERT INTO silent_feed (team_id, team_name, behaviour, label, since, because) VALUES ($1, 'North', '', '', $2, '')",
        NORTH.id,
        at(MONDAY, "09:10"),
    )
    browser = await visits.sign_in("mara")

    page = visible_text(await browser.get("/today"))

    assert page.count("No data since 09:10, so this may be incomplete.") == 2
    assert "1 done · 1 on the way" in page


async def test_a_manager_sees_their_own_teams_and_a_team_without_anybody_says_what_comes_next(
    visits: Visits, rows: Rows
) -> None:
    await rows.add_day(open_report())
    browser = await visits.sign_in("jon")

    page = visible_text(await browser.get("/today"))

    assert _names(page) == ["ben"]
    assert "No data for today yet." in page
    without_reps = roster_today(PersonToday(id=JON.id, name=JON.name, manages=(SOUTH.id,)))
    visits.roster.today = replace(without_reps, team_names={SOUTH.id: "South by West"})
    page = visible_text(await browser.get("/today"))
    assert "South by West</h2>" in page
    assert "Once the roster lists reps in this team" in page


async def test_while_the_database_is_down_the_page_asks_to_come_back(visits: Visits, unreachable_pool: asyncpg.Pool) -> None:
    browser = await visits.sign_in("mara")
    async with visiting(unreachable_pool) as down, down.browser() as other:
        other.cookies.update(browser.cookies)

        assert (await other.get("/today")).status_code == 503
