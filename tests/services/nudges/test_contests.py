"""What a rep says of single activities: over HTTP, on a real database."""

from datetime import timedelta

import httpx
import pytest

from services.nudges.domain.disputes import Reason
from services.nudges.pages.disputes.dispute_activity import id_of
from services.nudges.pages.disputes.list_disputes import list_contests
from services.nudges.requests.erase_person import forget_person
from shared.events import Manager
from shared.requests.nudges import DisputeQuery
from tests.services.nudges.conftest import KEY, Nudging, browsing
from tests.services.nudges.contesting import (
    ANA,
    ID,
    JON,
    MARA,
    THE_DAY,
    ana_and_ben,
    kept,
    words_of,
)
from tests.services.nudges.explaining import COUNTED, SHORT, Scoring
from tests.services.nudges.reports import MONDAY, report


@pytest.fixture(autouse=True)
async def known(nudging: Nudging) -> None:
    await ana_and_ben(nudging)


async def test_a_day_opens_from_the_reps_page_and_shows_what_counted_and_what_did_not(
    nudging: Nudging, browser: httpx.AsyncClient
) -> None:
    own = await browser.get(ANA)
    assert f'href="{ANA.rpartition("/")[2]}/day/{MONDAY}">Monday 2 March</a> <span class="when">score 60.00</span>' in own.text

    page = await browser.get(THE_DAY)

    said = words_of(page)
    assert page.status_code == 200
    for words in (
        "Monday 2 March 2026",
        "Score 50.00",
        "<td>1 of 2</td>",
        "100 x (1 x min(1/2, 1.5)) / (1) = 50.00",
        '<span class="kind">Calls</span>',
        "10:08",
        "1 min 49 s",
        "acme, c/1",
        "Calls: duration 5.0 s is not 60 s or more",
        "begun within 5 s of an earlier one",
        "Connected, 20000.00 EUR",
        "acme, 7, c2",
        "that changes no score",
    ):
        assert words in said, words
    assert said.index("acme, 7, c2") < said.index("acme, c/1")
    for hidden in ("hush", "kind call is not demo", "Demos"):
        assert hidden not in said, hidden
    assert page.text.count("This is not right") == 2
    assert await kept(nudging) == []


async def test_pressing_twice_contests_once_and_marks_it_for_rep_and_manager(
    nudging: Nudging, browser: httpx.AsyncClient
) -> None:
    pressed = [await browser.post(f"{THE_DAY}/activity/{ID}/not_mine") for _ in range(2)]

    assert await kept(nudging) == [("ana", "c/1", "not_mine", "")]
    assert nudging.metrics.registry.get_sample_value("daymark_nudges_contests_total", {"reason": "not_mine"}) == 1
    assert [page.url for page in pressed] == [f"{THE_DAY}#activity-{ID}"] * 2
    assert "You</span> Monday 2 March: it belongs to somebody else" in pressed[1].text
    assert "Take back" in pressed[1].text
    assert "1 contested" in (await browser.get(ANA)).text

    inbox = words_of(await browser.get(MARA))
    assert "Contested by your team" in inbox
    assert "Ana Ruiz: call" in inbox
    assert "Monday 2 March at 10:08" in inbox
    assert "Ana Ruiz</span> Monday 2 March: it belongs to somebody else" in inbox
    assert "1 min 49 s" in inbox
    assert "acme, c/1" in inbox
    assert "Ana Ruiz" not in (await browser.get(JON)).text


async def test_the_last_reason_counts(nudging: Nudging, browser: httpx.AsyncClient) -> None:
    for reason in Reason:
        await browser.post(f"{THE_DAY}/activity/{ID}/{reason.value}")

    assert await kept(nudging) == [("ana", "c/1", "details", "")]


async def test_what_was_contested_can_be_taken_back_until_it_is_settled(nudging: Nudging, browser: httpx.AsyncClient) -> None:
    await browser.post(f"{THE_DAY}/activity/{ID}/time")
    page = [await browser.post(f"{THE_DAY}/activity/{ID}/withdraw") for _ in range(2)][1]
    assert await kept(nudging) == []
    assert page.text.count("This is not right") == 2

    await browser.post(f"{THE_DAY}/activity/{ID}/time")
    await browser.post(f"{MARA}/contest/{ID}/stands")
    await browser.post(f"{THE_DAY}/activity/{ID}/withdraw")

    assert await kept(nudging) == [("ana", "c/1", "time", "stands")]


async def test_a_manager_settles_it_and_the_rep_sees_who_said_what(nudging: Nudging, browser: httpx.AsyncClient) -> None:
    await browser.post(f"{THE_DAY}/activity/{ID}/not_mine")

    inbox = [await browser.post(f"{MARA}/contest/{ID}/stands") for _ in range(2)][1]

    assert inbox.url == f"{MARA}#contested"
    assert "Mara Lind</span> it stands as recorded" in inbox.text
    assert f"/contest/{ID}/put_right" in inbox.text
    assert f"/contest/{ID}/stands" not in inbox.text
    assert "Mara Lind</span> it stands as recorded" in (await browser.get(THE_DAY)).text

    await browser.post(f"{MARA}/contest/{ID}/put_right")
    assert "Mara Lind</span> put right in the CRM" in (await browser.get(THE_DAY)).text

    await browser.post(f"{THE_DAY}/activity/{ID}/not_mine")
    assert await kept(nudging) == [("ana", "c/1", "not_mine", "")]


async def test_what_was_settled_leaves_the_inbox_after_two_weeks_and_what_is_open_stays(
    nudging: Nudging, browser: httpx.AsyncClient, scoring: Scoring
) -> None:
    for activity in (COUNTED, SHORT):
        await browser.post(f"{THE_DAY}/activity/{id_of('ana', activity)}/time")
    await browser.post(f"{MARA}/contest/{ID}/stands")
    nudging.now += timedelta(days=14, seconds=1)

    async with browsing(nudging, scoring.explain) as later:
        inbox = (await later.get(MARA)).text

    assert ("acme, c/1" in inbox, "acme, 7, c2" in inbox) == (False, True)


async def test_whoever_leads_the_rep_now_sees_it_and_nobody_else_settles_it(
    nudging: Nudging, browser: httpx.AsyncClient
) -> None:
    await browser.post(f"{THE_DAY}/activity/{ID}/not_mine")
    assert (await browser.post(f"{JON}/contest/{ID}/stands")).status_code == 200
    assert (await browser.post(f"{MARA}x/contest/{ID}/stands")).status_code == 404
    assert await kept(nudging) == [("ana", "c/1", "not_mine", "")]

    jon = Manager(id="jon", name="Jon Bee", timezone=None)
    await nudging.take_in(report(MONDAY + timedelta(days=1), managers=(jon,)))

    assert "acme, c/1" in (await browser.get(JON)).text
    assert "acme, c/1" not in (await browser.get(MARA)).text
    await browser.post(f"{MARA}/contest/{ID}/stands")
    assert await kept(nudging) == [("ana", "c/1", "not_mine", "")]


async def test_what_is_no_longer_on_the_day_is_still_shown_as_contested(browser: httpx.AsyncClient, scoring: Scoring) -> None:
    await browser.post(f"{THE_DAY}/activity/{ID}/not_done")
    scoring.activities = (SHORT,)

    page = words_of(await browser.get(THE_DAY))

    assert "No longer on this day" in page
    assert "it did not happen" in page
    assert (await browser.post(f"{THE_DAY}/activity/{ID}/time")).status_code == 404


async def test_who_is_forgotten_leaves_no_contest_and_a_manager_no_name(nudging: Nudging, browser: httpx.AsyncClient) -> None:
    for day in (MONDAY, MONDAY + timedelta(days=1)):
        await nudging.take_in(report(day, revision=9))
    await browser.post(f"{THE_DAY}/activity/{ID}/time")
    await browser.post(f"{MARA}/contest/{ID}/stands")

    await forget_person(nudging.pool, None, "mara", forget_key=KEY, now=nudging.now)
    (row,) = (await list_contests(nudging.pool, DisputeQuery(rep="ana", day=MONDAY))).rows
    assert (row.activity_id, row.reason, row.settled, row.settled_by) == ("c/1", "time", "stands", "")
    assert "A manager</span> it stands as recorded" in (await browser.get(THE_DAY)).text

    await forget_person(nudging.pool, None, "ana", forget_key=KEY, now=nudging.now)
    assert await kept(nudging) == []
    assert (await browser.post(f"{THE_DAY}/activity/{ID}/time")).status_code == 404
    assert await kept(nudging) == []
