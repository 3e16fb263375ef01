"""The page of wins, over HTTP on a real database."""

from datetime import date

import httpx
import pytest

from services.nudges.domain.roster.access import PersonToday
from services.nudges.pages.wins.wins_view import NOT_SHOWN_TO_COLLEAGUES, SHOWN_TO_COLLEAGUES
from services.nudges.rules.catalogue import REP_RULES
from shared.events import NudgeKind
from tests.services.nudges.builders.days import MONDAY, at
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA, BEN, JON, MARA, NORTH, SOUTH
from tests.services.nudges.builders.reports import report
from tests.services.nudges.builders.rosters import rep_today, roster_today
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.pages.browser import visible_text
from tests.services.nudges.pages.doors.visits import Visits, field_of

WINS = "/wins"
FRIDAY = date(2026, 2, 27)


@pytest.fixture(autouse=True)
async def _wins(rows: Rows, visits: Visits) -> None:
    """Ana and Ben sell in North, which Mara manages; Jon manages South. Ana came back, is on a streak and was thanked twice."""
    visits.roster.today = roster_today(
        rep_today(ANA),
        rep_today(BEN),
        PersonToday(id=MARA.id, name=MARA.name, manages=(NORTH.id,)),
        PersonToday(id=JON.id, name=JON.name, manages=(SOUTH.id,)),
    )
    for rep in (ANA, BEN):
        await rows.add_day(report(rep=rep))
    for rule, day in (("comeback", FRIDAY), ("streak", MONDAY)):
        text = f"{rule} with 6 of 6 calls"
        await rows.add_nudge(make_nudge(rule, rule=rule, day=day, text=text, send_at=at(day, "11:00")))
    await rows.add_nudge(await rows.add_thanks(ANA, text="Great save, <b>Ana</b>"))
    await rows.add_nudge(await rows.add_thanks(ANA, text="", written_at=at(MONDAY, "10:00")))
    await rows.pool.execute("UPDATE recognition SET about_day = $1, facts = '6 of 6 calls' WHERE text = ''", FRIDAY)


async def _open(visits: Visits, person: str) -> httpx.Response:
    return await (await visits.sign_in(person)).get(WINS)


@pytest.mark.parametrize("person", ["ana", "mara"])
async def test_a_rep_and_their_managers_read_what_was_written(visits: Visits, person: str) -> None:
    page = visible_text(await _open(visits, person))

    places = [
        page.index(text)
        for text in (
            '<h2 id="day-1">Today</h2>',
            "“Great save, &lt;b&gt;Ana&lt;/b&gt;”",
            '<p class="text">streak with 6 of 6 calls</p>',
            "Thank you for Friday: 6 of 6 calls.",
            '<h2 id="day-2">Friday</h2>',
            '<p class="text">comeback with 6 of 6 calls</p>',
        )
    ]
    assert places == sorted(places)
    assert page.count('<span class="label">From:</span> Mara Lind') == 2
    assert page.count('<a href="/people/ana">Ana Ruiz</a>') == 4


async def test_a_colleague_sees_no_numbers_no_slow_days_and_nothing_that_managers_wrote(visits: Visits) -> None:
    page = visible_text(await _open(visits, "ben")).partition("Who sees your wins")[0]

    assert "Ana is on a streak." in page
    assert page.count("Mara Lind thanked Ana.") == 2
    for hidden in ("6 of 6", "Great save", "omeback", "Friday", "/people/"):
        assert hidden not in page, hidden


async def test_a_manager_of_another_team_sees_none_of_it(visits: Visits) -> None:
    jons = await _open(visits, "jon")

    assert "Nothing yet." in jons.text
    assert "Hide my wins" not in jons.text


async def test_a_rep_hides_their_wins_and_shows_them_again(visits: Visits) -> None:
    ana = await visits.sign_in("ana")
    csrf = {"csrf": field_of(await ana.get(WINS))}

    assert (await ana.post(f"{WINS}/hide", data={})).status_code == 403
    hidden = await ana.post(f"{WINS}/hide", data=csrf)
    assert (hidden.status_code, hidden.headers["location"]) == (303, "/wins#yours")
    assert "Nothing yet." in (await _open(visits, "mara")).text
    own = visible_text(await ana.get(WINS))
    assert ("Great save" in own, "Show my wins" in own) == (True, True)

    await ana.post(f"{WINS}/show", data=csrf)
    assert "Great save" in (await _open(visits, "mara")).text


def test_every_celebration_is_shown_to_colleagues_or_left_out_for_a_reason() -> None:
    celebrations = {name for name, rule in REP_RULES.items() if rule.kind is NudgeKind.CELEBRATION}

    assert celebrations == SHOWN_TO_COLLEAGUES.keys() | NOT_SHOWN_TO_COLLEAGUES.keys()
    assert not SHOWN_TO_COLLEAGUES.keys() & NOT_SHOWN_TO_COLLEAGUES.keys()
