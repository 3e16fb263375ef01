"""Undoing an answer: over HTTP, by the server's clock, on a real database."""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import urljoin

import httpx
import pytest

from services.nudges.domain.feedback.answers import Answer, WrongReason
from services.nudges.pages.answers.record_answer import record_answer
from services.nudges.pages.answers.undo_answer import undo_answer
from shared.events import NudgeKind
from tests.services.nudges.builders.days import MONDAY, NOON
from tests.services.nudges.builders.managed_teams import lead
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA, JON, MARA
from tests.services.nudges.builders.reports import behaviour, open_report
from tests.services.nudges.builders.rosters import EVERYBODY_TODAY
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.pages.browser import visible_text
from tests.services.nudges.pages.doors.visits import Visits, field_of

NUDGE = make_nudge()
REMINDER = make_nudge("due", person=MARA, kind=NudgeKind.RECOGNITION, rule="recognition_due", occasion=f"ana:{MONDAY}")
SECOND = timedelta(seconds=1)
DONE, TOO_LATE = "Undone. It's as if you hadn't pressed the button.", "It's too late to undo this"


@pytest.fixture(autouse=True)
async def _ana_has_done_her_plan(rows: Rows) -> None:
    await lead(rows.pool, ANA, newest_day=MONDAY)
    await rows.add_day(open_report(MONDAY, behaviours=(behaviour("Calls", 6, 6),)))
    await rows.add_nudge(NUDGE)
    await rows.add_nudge(REMINDER)


async def _press(browser: httpx.AsyncClient, shown: httpx.Response, action: str, **fields: str) -> httpx.Response:
    """Press a button of a page as a browser does, and follow where it leads."""
    data = {"csrf": field_of(shown), **fields} if 'name="csrf"' in shown.text else fields
    return await browser.post(urljoin(str(shown.url), unescape(action)), data=data, follow_redirects=True)


async def _press_undo(browser: httpx.AsyncClient, page: httpx.Response) -> httpx.Response:
    ((value, action),) = re.findall(r'name="undo" value="([^"]+)" formaction="([^"]+)"', page.text)
    return await _press(browser, page, action, undo=value, **({"page": "today"} if page.url.path == "/today" else {}))


async def _stored(rows: Rows) -> list[tuple[str, str, str]]:
    return [tuple(row) for row in await rows.pool.fetch("SELECT person_id, answer, reason FROM answer ORDER BY person_id")]


@pytest.mark.parametrize(("seconds", "is_undone"), [(9, True), (10, False)])
@pytest.mark.parametrize("person", ["mara", "ana"])
async def test_for_ten_seconds_an_answer_can_be_undone_as_if_it_had_not_been_given(
    visits: Visits, rows: Rows, person: str, seconds: int, *, is_undone: bool
) -> None:
    home, answer = {"mara": ("/inbox/mara/-", "recognised"), "ana": ("/you/ana/-", "not_useful")}[person]
    browser = await visits.sign_in(person)
    before = await browser.get(home)
    answered = await _press(browser, before, f"-/answer/{NUDGE.id}/{answer}/-")
    assert answered.url.fragment == f"nudge-{NUDGE.id}"
    assert len(await _stored(rows)) == 1

    visits.pass_time(seconds * SECOND)
    undone = await _press_undo(browser, answered)

    assert ((DONE in visible_text(undone)), (TOO_LATE in visible_text(undone))) == (is_undone, not is_undone)
    assert undone.url.fragment == f"nudge-{NUDGE.id}"
    assert len(await _stored(rows)) == (not is_undone)
    assert (f"answer/{NUDGE.id}/{answer}/-" in undone.text) is is_undone


async def test_the_page_of_a_message_undoes_too(visits: Visits, rows: Rows) -> None:
    link = visits.links.answer_url(NUDGE.id, ANA.id)
    async with visits.browser() as browser:
        answered = await browser.post(f"{link}/wrong/missing", follow_redirects=True)
        undone = await _press_undo(browser, answered)

    assert DONE in visible_text(undone)
    assert await _stored(rows) == []


async def test_undo_keeps_what_was_chosen_on_the_page(visits: Visits) -> None:
    browser = await visits.sign_in("mara")
    page = await browser.get("/inbox/mara/-?rep=ana&kind=celebration")
    (action,) = re.findall(r'formaction="([^"]+/recognised/-[^"]*)"', page.text)

    answered = await _press(browser, page, action)
    undone = await _press_undo(browser, answered)

    assert answered.url.query == b"rep=ana&kind=celebration"
    assert undone.url.query == f"rep=ana&kind=celebration&undone={NUDGE.id}".encode()


async def test_a_page_that_is_older_undoes_no_newer_answer(visits: Visits, rows: Rows) -> None:
    browser = await visits.sign_in("mara")
    first_tab = await _press(browser, await browser.get("/inbox/mara/-"), f"-/answer/{NUDGE.id}/recognised/-")
    visits.pass_time(SECOND)
    await _press(browser, first_tab, f"-/answer/{NUDGE.id}/wrong/other")

    assert TOO_LATE in visible_text(await _press_undo(browser, first_tab))
    assert await _stored(rows) == [("mara", "wrong", "other")]


async def test_the_answer_before_counts_again_and_cannot_be_undone_as_well(rows: Rows) -> None:
    for seconds, answer in enumerate((Answer.NOT_USEFUL, Answer.WRONG, Answer.NOT_USEFUL)):
        reason = WrongReason.TWICE if answer is Answer.WRONG else None
        now = NOON + seconds * SECOND
        await record_answer(rows.pool, NUDGE.id, ANA.id, answer, reason=reason, today=EVERYBODY_TODAY, now=now)

    undone = [
        await undo_answer(rows.pool, NUDGE.id, ANA.id, given_at=NOON + seconds * SECOND, now=NOON + 3 * SECOND)
        for seconds in (2, 1)
    ]

    assert undone == [True, False]
    (stored,) = await rows.pool.fetch("SELECT answer, reason, answered_at, first_answer FROM answer")
    assert tuple(stored) == ("wrong", "twice", NOON + SECOND, "not_useful")


@pytest.mark.parametrize("has_answer_before", [False, True])
async def test_only_the_answer_of_that_person_to_that_nudge_at_that_time_is_undone(
    rows: Rows, *, has_answer_before: bool
) -> None:
    await rows.add_nudge(make_nudge("other"))
    for nudge, person in ((NUDGE.id, ANA), (NUDGE.id, MARA), (make_nudge("other").id, ANA)):
        if has_answer_before:
            await rows.add_answer(nudge, person.id, Answer.NOT_USEFUL, now=NOON - SECOND)
        await record_answer(
            rows.pool, nudge, person.id, Answer.WRONG, reason=WrongReason.OTHER, today=EVERYBODY_TODAY, now=NOON
        )
    earlier = NOON - SECOND

    assert not await undo_answer(rows.pool, NUDGE.id, JON.id, given_at=NOON, now=NOON)
    assert not await undo_answer(rows.pool, NUDGE.id, ANA.id, given_at=earlier, now=NOON)
    assert not await undo_answer(rows.pool, NUDGE.id, ANA.id, given_at=NOON, now=NOON + 10 * SECOND)
    assert await undo_answer(rows.pool, NUDGE.id, ANA.id, given_at=NOON, now=NOON + 9 * SECOND)

    left = await rows.pool.fetchval("SELECT count(*) FROM answer WHERE answer = 'wrong'")
    assert left == 2


async def test_a_thank_you_with_one_click_can_be_undone_before_it_goes_out(visits: Visits, rows: Rows) -> None:
    browser = await visits.sign_in("mara")
    page = await browser.get("/inbox/mara/-")
    assert ">Thank Ana for today</button>" in page.text

    thanked = await _press(browser, page, "-/answer/due/thank")
    undone = await _press_undo(browser, thanked)

    assert "Your thank-you to Ana will be sent shortly" in thanked.text
    assert DONE in visible_text(undone)
    assert undone.text.count("/answer/due/thank") == 1
    assert await rows.pool.fetchval("SELECT count(*) FROM nudge WHERE rule = 'thanks'") == 0

    sent = await _press(browser, undone, "-/answer/due/thank")
    await rows.pool.execute("UPDATE nudge SET status = 'sent' WHERE rule = 'thanks'")
    assert TOO_LATE in visible_text(await _press_undo(browser, sent))
    assert await rows.pool.fetchval("SELECT count(*) FROM nudge WHERE rule = 'thanks'") == 1


async def test_what_is_answered_on_today_is_undone_there(visits: Visits, rows: Rows) -> None:
    browser = await visits.sign_in("mara")
    today = await browser.get("/today")
    assert "One thing" in today.text

    answered = await _press(browser, today, "/inbox/mara/-/answer/due/not_useful/-", page="today")
    assert "Noted: not useful." in answered.text
    assert "One thing" not in answered.text
    undone = await _press_undo(browser, answered)

    assert undone.url.path == "/today"
    assert DONE in visible_text(undone)
    assert "One thing" in undone.text
    assert await _stored(rows) == []


@pytest.mark.parametrize("undo", ["", "soon", "2026-03-02T12:00:00", "thanks"])
@pytest.mark.parametrize("nudge", [NUDGE.id, "due", "gone", "%00"])
async def test_a_form_that_says_nothing_of_use_undoes_nothing(visits: Visits, nudge: str, undo: str) -> None:
    browser = await visits.sign_in("mara")
    page = await browser.get("/inbox/mara/-")

    answer = await _press(browser, page, f"-/answer/{nudge}/undo", undo=undo)

    assert answer.status_code == (404 if nudge in {"gone", "%00"} else 200)
    assert DONE not in visible_text(answer)
