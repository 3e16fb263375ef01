"""The one thing that today asks of a manager, and what becomes of it, over HTTP."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import httpx
import pytest

from services.nudges.domain.feedback.answers import Answer
from services.nudges.domain.roster.access import PersonToday
from shared.events import Nudge, NudgeId, NudgeKind
from tests.services.nudges.builders.days import MONDAY, NOON, at
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA, BEN, JON, MARA, NORTH, SOUTH
from tests.services.nudges.builders.reports import open_report
from tests.services.nudges.builders.rosters import rep_today, roster_today
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.pages.browser import visible_text
from tests.services.nudges.pages.doors.visits import Visits, field_of
from tests.services.nudges.pages.today.reminders import ASKED, REMINDER

NEWER = 5
POST = "/inbox/mara/-/answer/reminder"


def _reminder(occasion: str) -> Nudge:
    return REMINDER.model_copy(update={"id": NudgeId(occasion), "occasion": f"{ANA.id}:{occasion}"})


async def _press(browser: httpx.AsyncClient, path: str) -> httpx.Response:
    """Press a button of the page, and go where it leads."""
    data = {"csrf": field_of(await browser.get("/today")), "page": "today"}
    return await browser.post(path, data=data, follow_redirects=True)


async def test_a_manager_is_asked_one_thing_and_can_say_that_it_is_not_needed(visits: Visits, rows: Rows) -> None:
    await rows.add_day(open_report())
    await rows.add_nudge(
        REMINDER.model_copy(update={"id": NudgeId("older"), "occasion": "ana:before", "text": "An older one."})
    )
    await rows.add_nudge(REMINDER)
    for number in range(NEWER):
        of_jon = {"id": NudgeId(f"jon-{number}"), "person": JON, "occasion": f"ana:{number}"}
        praise = {"id": NudgeId(f"praise-{number}"), "rule": "digest", "occasion": f"ana:{number}"}
        await rows.add_nudge(REMINDER.model_copy(update=of_jon))
        await rows.add_nudge(REMINDER.model_copy(update=praise))
        await rows.add_nudge(_reminder(f"withheld-{number}"), status="withheld")
        await rows.add_nudge(_reminder(f"false-{number}"), retracted_because="It was Ben.")
    browser = await visits.sign_in("mara")

    page = await browser.get("/today")
    answered = await _press(browser, f"{POST}/not_useful/-")

    assert ASKED in page.text
    assert "Nine days without." in page.text
    assert 'href="/recognise/mara/ana/-?nudge=reminder">Recognise Ana…</a>' in page.text
    assert f'formaction="{POST}/not_useful/-"' in page.text
    assert "Later" not in page.text
    assert (answered.url.path, ASKED in answered.text, "An older one." in answered.text) == ("/today", False, True)


async def test_it_can_be_put_off_until_later_today(visits: Visits, rows: Rows) -> None:
    await rows.add_nudge(REMINDER)
    await rows.add_delivery(REMINDER.id, "personal", state="delivered", queued_at=at(MONDAY, "09:00"))
    browser = await visits.sign_in("mara")

    offered = await browser.get("/today")
    put_off = await _press(browser, f"{POST}/later")
    visits.pass_time(timedelta(hours=4))
    again = await browser.get("/today")

    assert f'formaction="{POST}/later">Later, at 1' in offered.text
    assert "You'll get this message again later today." in visible_text(put_off)
    assert [ASKED in page.text for page in (offered, put_off, again)] == [True, False, True]


async def test_what_cannot_come_again_is_refused_in_words_on_the_page_of_the_button(visits: Visits, rows: Rows) -> None:
    await rows.add_nudge(REMINDER)
    visits.pass_time(timedelta(days=15))
    browser = await visits.sign_in("mara")
    csrf = {"csrf": field_of(await browser.get("/today"))}

    refused = await _press(browser, f"{POST}/later")
    from_inbox = await browser.post(f"{POST}/later", data=csrf)
    unknown = await browser.post("/inbox/mara/-/answer/unknown/later", data=csrf)

    assert "We can't send this message again today." in visible_text(refused)
    assert from_inbox.headers["location"] == "../../../-?later=no"
    assert unknown.status_code == 404


@pytest.mark.parametrize(("newer", "is_shown"), [(4, True), (5, False)])
async def test_the_newest_five_are_looked_at(visits: Visits, rows: Rows, newer: int, *, is_shown: bool) -> None:
    await rows.add_nudge(REMINDER)
    for number in range(newer):
        of_ben = {"id": NudgeId(f"ben-{number}"), "occasion": f"{BEN.id}:{number}"}
        await rows.add_nudge(REMINDER.model_copy(update=of_ben))
    browser = await visits.sign_in("mara")

    assert (ASKED in (await browser.get("/today")).text) is is_shown


@pytest.mark.parametrize(
    ("put_off", "until", "is_shown"),
    [
        ("morning", NOON, True),
        ("morning", NOON + timedelta(minutes=1), False),
        ("reminder", NOON + timedelta(minutes=1), True),
    ],
)
async def test_what_is_part_of_a_message_is_put_off_with_it(
    visits: Visits, rows: Rows, put_off: str, until: datetime, *, is_shown: bool
) -> None:
    """The reminder has no delivery of its own that could be put off."""
    await rows.add_nudge(make_nudge("morning", person=MARA, kind=NudgeKind.DIGEST, rule="digest"))
    await rows.add_nudge(REMINDER, status="bundled", bundled_with=NudgeId("morning"))
    await rows.add_delivery(NudgeId(put_off), "personal", state="queued", queued_at=NOON)
    await rows.pool.execute("UPDATE delivery SET again_at = $1", until)
    browser = await visits.sign_in("mara")

    assert ("One thing" in (await browser.get("/today")).text) is is_shown


async def _other_rule(rows: Rows) -> None:
    await rows.add_nudge(REMINDER.model_copy(update={"rule": "could_use_a_hand", "kind": NudgeKind.DIGEST}))


async def _other_manager(rows: Rows) -> None:
    await rows.add_nudge(REMINDER.model_copy(update={"person": JON}))


async def _retracted(rows: Rows) -> None:
    await rows.add_nudge(REMINDER, retracted_because="It was Ben.")


async def _deferred(rows: Rows) -> None:
    await rows.add_nudge(REMINDER, status="deferred")


async def _eight_days_old(rows: Rows) -> None:
    await rows.add_nudge(REMINDER.model_copy(update={"day": MONDAY - timedelta(days=8)}))


async def _answered(rows: Rows) -> None:
    await rows.add_nudge(REMINDER)
    await rows.add_answer(REMINDER.id, MARA.id, Answer.RECOGNISED)


async def _thanked(rows: Rows) -> None:
    await rows.add_nudge(REMINDER)
    await rows.add_thanks(ANA, nudge_id=REMINDER.id)


async def _about_somebody_elses_rep(rows: Rows) -> None:
    await rows.add_nudge(REMINDER.model_copy(update={"occasion": f"{BEN.id}:{MONDAY}"}))


@pytest.mark.parametrize(
    "plant",
    [
        _other_rule,
        _other_manager,
        _retracted,
        _deferred,
        _eight_days_old,
        _answered,
        _thanked,
        _about_somebody_elses_rep,
    ],
)
async def test_what_is_not_open_is_not_asked(visits: Visits, rows: Rows, plant: Callable[[Rows], Awaitable[None]]) -> None:
    await plant(rows)
    browser = await visits.sign_in("mara")

    assert "One thing" not in (await browser.get("/today")).text


@pytest.mark.parametrize("days", [0, 7])
async def test_a_part_of_the_morning_message_stays_open_for_a_week_whatever_others_answer(
    visits: Visits, rows: Rows, days: int
) -> None:
    morning = make_nudge("morning", person=MARA, kind=NudgeKind.DIGEST, rule="digest", text=f"Good morning.\n{ASKED}")
    await rows.add_nudge(morning.model_copy(update={"reason": "It is nine.\nNine days without."}))
    part = REMINDER.model_copy(update={"day": MONDAY - timedelta(days=days)})
    await rows.add_nudge(part, status="bundled", bundled_with=morning.id)
    await rows.add_answer(REMINDER.id, JON.id, Answer.WRONG)
    await rows.add_delivery(REMINDER.id, "webhook", state="delivered", queued_at=NOON)
    await rows.add_thanks(ANA, JON, nudge_id=REMINDER.id)
    await rows.add_thanks(ANA, nudge_id=REMINDER.id, undone_at=NOON)
    await rows.add_thanks(ANA, nudge_id=morning.id, written_at=NOON + timedelta(hours=1))
    visits.roster.today = roster_today(rep_today(ANA), PersonToday(id=MARA.id, name=MARA.name, manages=(NORTH.id, SOUTH.id)))
    browser = await visits.sign_in("mara")

    page = visible_text(await browser.get("/today"))

    assert f'<p class="text">{ASKED}</p>' in page
    assert "Good morning" not in page
