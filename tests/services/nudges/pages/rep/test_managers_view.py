"""The page of a rep as a manager of the rep opens it, over HTTP on a real database."""

from typing import Final

import asyncpg
import pytest

from services.nudges.domain.feedback.disputes import DisputeReason
from services.nudges.pages.disputes.dispute_activity import dispute_activity
from services.nudges.pages.rep.day_chart import DAYS_SHOWN
from shared.events import Rep
from tests.services.nudges.builders.announcements import announcement
from tests.services.nudges.builders.days import MONDAY, NOON, at
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA, BEN
from tests.services.nudges.builders.reports import open_report, worked_days
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.pages.browser import visible_text
from tests.services.nudges.pages.disputes.disputing import COUNTED_ID
from tests.services.nudges.pages.disputes.explanations import COUNTED, explain_activities
from tests.services.nudges.pages.doors.visits import Visits, field_of, visiting

ANAS: Final = "/people/ana"


@pytest.fixture(autouse=True)
async def _ana(rows: Rows) -> None:
    for day in (*worked_days(*[60.0] * 24), open_report()):
        await rows.add_day(day)
    await rows.add_announcement(announcement(1), delivered_at=at(MONDAY, "09:00"))
    thanks = await rows.add_thanks(ANA, text="Great save on Monday")
    await rows.add_nudge(thanks)
    await rows.add_nudge(await rows.add_thanks(ANA, BEN, text="Between us", is_from_colleague=True))
    await rows.add_nudge(make_nudge())


async def test_a_manager_sees_what_the_rep_sees_without_what_only_the_rep_can_do(pool: asyncpg.Pool) -> None:
    await dispute_activity(pool, explain_activities(COUNTED), COUNTED_ID, DisputeReason.NOT_MINE, now=NOON)
    async with visiting(pool) as visits:
        ana, mara = await visits.sign_in("ana"), await visits.sign_in("mara")
        own, page = visible_text(await ana.get("/you/ana/-")), visible_text(await mara.get(ANAS))
        own_day = visible_text(await ana.get(f"/you/ana/-/day/{MONDAY}"))
        day = visible_text(await mara.get(f"{ANAS}/day/{MONDAY}"))

    for shown in ("Scores of the last 20 worked days", "Left: 10 calls.", "No streak right now.", "Great save on Monday"):
        assert shown in own, shown
        assert shown in page, shown
    for address in (f"{ANAS}/day/{MONDAY}", "/recognise/mara/ana/-", "/absence/mara/ana/-"):
        assert f'href="{address}"' in page, address
    assert "Not confirmed as read yet. Announced on Monday 2 March at 09:00." in page
    for only_own in ("Between us", "I've read this", "Your days", "Choose which messages you get"):
        assert only_own in own, only_own
        assert only_own not in page, only_own
    assert 'formaction="/inbox/mara/-/answer/' in page
    assert "You:</span> it was somebody else's work" in own_day
    assert f"{ANA.name}:</span> it was somebody else's work" in day
    assert ("Something's wrong" in own_day, "Something's wrong" in day) == (True, False)
    assert 'href="/inbox/mara/-"' in day


async def test_an_answer_of_the_manager_is_stored_from_the_page_of_the_rep(visits: Visits) -> None:
    browser = await visits.sign_in("mara")
    page = await browser.get(ANAS)

    answered = await browser.post(f"/inbox/mara/-/answer/{make_nudge().id}/recognised/-", data={"csrf": field_of(page)})

    assert answered.status_code == 303
    assert await visits.pool.fetchval("SELECT person_id FROM answer") == "mara"


@pytest.mark.parametrize(("asked", "shown"), [("", 20), ("?days=60", 25), ("?days=61", 20), ("?days=x", 20)])
async def test_the_reader_chooses_how_many_days_are_shown(visits: Visits, asked: str, shown: int) -> None:
    page = visible_text(await (await visits.sign_in("mara")).get(f"{ANAS}{asked}"))

    assert page.count('<th scope="row"><a href="/people/ana/day/') == shown
    current = DAYS_SHOWN[1] if asked == "?days=60" else DAYS_SHOWN[0]
    assert f'href="?days={current}#scores" aria-current="true"' in page


async def test_a_rep_gets_to_their_own_page_and_whoever_is_not_signed_in_to_signing_in(visits: Visits) -> None:
    places = [
        (await browser.get(f"{ANAS}?days=60")).headers["location"]
        for browser in (await visits.sign_in("ana"), visits.browser())
    ]

    assert places == ["/you/ana/-", "/sign-in?next=%2Fpeople%2Fana%3Fdays%3D60"]


async def test_names_are_escaped_and_a_rep_without_a_day_has_a_page(visits: Visits, rows: Rows) -> None:
    await rows.pool.execute("DELETE FROM day")
    browser = await visits.sign_in("mara")

    assert "No messages in the last two weeks." not in (empty := await browser.get(ANAS)).text
    assert empty.status_code == 200
    assert "No day has begun yet." in empty.text
    assert "<svg" not in empty.text

    await rows.add_day(open_report(rep=Rep(id=ANA.id, name="<b>Ana</b>")))
    day = await browser.get(f"{ANAS}/day/{MONDAY}")
    assert "<b>Ana" not in day.text
    assert "&lt;b&gt;Ana" in day.text


@pytest.mark.parametrize("day", ["2026-03-05", "x"])
async def test_a_day_that_is_not_there_is_not_found(visits: Visits, day: str) -> None:
    assert (await (await visits.sign_in("mara")).get(f"{ANAS}/day/{day}")).status_code == 404


async def test_while_scoring_is_down_nothing_is_shown(visits: Visits) -> None:
    browser = await visits.sign_in("mara")
    visits.roster.is_down = True

    assert (await browser.get(ANAS)).status_code == 503
