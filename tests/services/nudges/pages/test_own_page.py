"""A rep's own page, over HTTP on a real database."""

from datetime import date, timedelta
from decimal import Decimal

import asyncpg
import httpx
import pytest

from shared.event_types import PLAYBOOK_ACKNOWLEDGED
from shared.events import GoalKey, ManagerId, Presence, Rep
from shared.playbook.phrases import PlaybookPhrases
from tests.services.nudges.builders.announcements import announcement, defined, goal_definition
from tests.services.nudges.builders.days import MONDAY, NOON, at
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA
from tests.services.nudges.builders.reports import goal, report
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.pages.browser import ANAS_PAGE, OLD, browsing, visible_text
from tests.services.nudges.pages.disputes.explanations import Scoring

PATH = ANAS_PAGE.removeprefix("http://pages")
ON_MONDAYS = (Decimal(12), *[Decimal(0)] * 6)
NEXT_MONDAY = MONDAY + timedelta(days=7)


async def test_the_version_in_force_and_the_coming_one_are_shown_whole(rows: Rows, browser: httpx.AsyncClient) -> None:
    counted = {"counts": "demo, of at least 600 s", "targets": ON_MONDAYS, "weight": Decimal(35), "cap": Decimal(2)}
    demos = defined("Demos", "12 on Monday").model_copy(update=counted)
    await rows.add_announcement(announcement(1, revises="a slip"))
    phrases = PlaybookPhrases(
        counts=("demo, de al menos 600 s",),
        asks=("12 los lunes",),
        goal_counts=("llamada",),
        unverified=(),
        changes=("Nuevo: Demos, 12 los lunes.",),
    )
    await rows.add_announcement(
        announcement(
            2,
            NEXT_MONDAY,
            behaviours=(demos,),
            goals=(goal_definition(),),
            follows=date(2026, 1, 1),
            changes=("New: Demos, 12 on Monday.",),
            revises="it came too late for others",
            translations={"es": phrases},
        )
    )

    page = visible_text(await browser.get(PATH))
    spanish = visible_text(await browser.get(PATH, headers={"Accept-Language": "es"}))

    assert page.index("In force since Thursday 1 January 2026") < page.index("Starting Monday 9 March 2026")
    for shown in (
        "Calls this month, steps of 30, counted afresh each month",
        "New: Demos, 12 on Monday.",
        "Demo, of at least 600 s",
        "Weight 35 of 35, counts up to 2 times the target",
        "<td>12 on Monday</td>",
        "It also applies to earlier days. The reason: a slip.",
    ):
        assert shown in page, shown
    for shown in ("Demo, de al menos 600 s", "<td>12 los lunes</td>", "<li>Nuevo: Demos, 12 los lunes.</li>", "Lo he leído"):
        assert shown in spanish, shown
    assert "too late for others" not in page
    assert page.count("I've read this") == 2


async def test_a_version_without_changes_says_so(rows: Rows, browser: httpx.AsyncClient) -> None:
    await rows.add_announcement(announcement(2, follows=date(2025, 12, 1)))

    assert "Everything counts as it did in the playbook from Monday 1 December 2025." in visible_text(await browser.get(PATH))


async def test_steps_that_follow_the_reps_own_weeks_are_explained(rows: Rows, browser: httpx.AsyncClient) -> None:
    adaptive = goal_definition().model_copy(update={"step_min": 10, "step_max": 60})
    await rows.add_announcement(announcement(1, goals=(adaptive,)))

    page = visible_text(await browser.get(PATH))

    steps = "steps of 30 at first, then 10 to 60 depending on your recent weeks; counted afresh each month"
    assert f"Calls this month, {steps}" in page


async def test_the_next_step_of_each_goal_is_shown(rows: Rows, browser: httpx.AsyncClient) -> None:
    assert "Steps towards each goal" not in (await browser.get(PATH)).text
    month, week = (
        goal(31),
        goal(4, key=GoalKey("week"), label="Calls this week", period_start=MONDAY, step_min=None, step_max=None),
    )
    await rows.add_day(report(state="open", goals=(month, week)))
    await rows.add_ladder(ANA.id, month.key, month.period_start, reached=30)
    await rows.add_ladder(ANA.id, week.key, week.period_start)
    await rows.add_ladder(ANA.id, GoalKey("week"), MONDAY - timedelta(days=7), reached=90)

    page = visible_text(await browser.get(PATH))

    month_at, week_at = page.index("Calls this month: 31 so far"), page.index("Calls this week: 4 so far")
    assert '<span class="figure">60</span> <span class="reason">next: 29 to go</span>' in page[month_at:week_at]
    assert '<span class="figure">30</span> <span class="reason">reached</span>' in page[month_at:week_at]
    assert '<span class="figure">30</span> <span class="reason">next: 26 to go</span>' in page[week_at:]
    assert page.count("to go</span>") == 2


async def test_withdrawn_and_superseded_versions_are_not_shown(rows: Rows, browser: httpx.AsyncClient) -> None:
    await rows.add_announcement(announcement(1))
    await rows.add_announcement(announcement(2, NEXT_MONDAY, changes=("withdrawn",)), withdrawn_at=NOON)
    await rows.add_announcement(announcement(3, NEXT_MONDAY, changes=("coming",)))

    page = (await browser.get(PATH)).text

    assert "coming" in page
    assert "withdrawn" not in page
    assert (await browser.post(f"{PATH}/read/2")).status_code == 404


async def test_a_day_begins_in_the_reps_own_time_zone(rows: Rows, browser: httpx.AsyncClient) -> None:
    """At noon in Madrid it is Tuesday in Kiritimati."""
    tuesday = MONDAY + timedelta(days=1)
    await rows.add_announcement(announcement(1))
    await rows.add_announcement(announcement(2, tuesday))
    await rows.add_day(report(tuesday, state="open", timezone="Pacific/Kiritimati"))

    assert "In force since Tuesday 3 March 2026" in (await browser.get(PATH)).text


async def test_confirming_a_version_is_stored_once_and_shown(rows: Rows, scoring: Scoring) -> None:
    wakings: list[bool] = []
    await rows.add_announcement(announcement(1))

    async with browsing(rows.pool, scoring.explain, on_acknowledged=lambda: wakings.append(True)) as browser:
        await browser.post(f"{PATH}/read/1")
        page = await browser.post(f"{PATH}/read/1")

    assert (page.status_code, page.url.path) == (200, PATH)
    assert "You confirmed on Monday 2 March at 12:00 that you've read this." in visible_text(page)
    assert "I've read this" not in visible_text(page)
    assert len(await rows.outbox(PLAYBOOK_ACKNOWLEDGED.name)) == 1
    assert wakings


async def test_opening_the_page_confirms_nothing(rows: Rows, browser: httpx.AsyncClient) -> None:
    await rows.add_announcement(announcement(1))

    for path in (PATH, f"{PATH}/read/1"):
        await browser.get(path)

    assert await rows.outbox(PLAYBOOK_ACKNOWLEDGED.name) == []
    assert await rows.pool.fetchval("SELECT count(*) FROM announcement WHERE delivered_at IS NOT NULL") == 0


async def test_the_time_of_an_announcement_is_in_the_reps_own_time_zone(rows: Rows, browser: httpx.AsyncClient) -> None:
    await rows.add_announcement(announcement(1), delivered_at=at(date(2026, 1, 2), "09:00"))

    assert "Announced to you on Friday 2 January at 09:00." in visible_text(await browser.get(PATH))


async def test_without_a_playbook_the_page_says_what_will_be_there(browser: httpx.AsyncClient) -> None:
    page = await browser.get(PATH)

    assert (page.status_code, "Nothing yet" in page.text) == (200, True)


@pytest.mark.parametrize(("age_days", "is_shown"), [(14, True), (15, False)])
async def test_days_and_messages_of_the_last_two_weeks_are_shown(
    rows: Rows, browser: httpx.AsyncClient, age_days: int, is_shown: bool
) -> None:
    day = MONDAY - timedelta(days=age_days)
    await rows.add_day(report(MONDAY, state="open"))
    await rows.add_day(report(day, score=77))
    await rows.add_nudge(make_nudge(text="You did it.", day=day, send_at=at(day, "12:00")))

    page = visible_text(await browser.get(PATH))

    assert (f'href="{PATH.rpartition("/")[2]}/day/{day}"' in page.partition('id="days"')[2]) is is_shown
    assert ("You did it." in page) is is_shown
    assert ("No messages in the last two weeks." in page) is not is_shown


async def test_the_score_of_an_open_day_is_that_so_far_and_a_day_off_has_none(rows: Rows, browser: httpx.AsyncClient) -> None:
    await rows.add_day(report(MONDAY, score=60, state="open"))
    await rows.add_day(report(MONDAY - timedelta(days=1), score=None, presence=Presence.DAY_OFF, count=0))

    page = visible_text(await browser.get(PATH))

    assert '<span class="time">Score <span class="score" title="60.00">60</span> so far' in page
    assert '<span class="time">No target, so no score' in page


@pytest.mark.parametrize(
    "path",
    [
        "/you/ana/wrong",
        PATH.replace("/ana/", "/ben/"),
        OLD.inbox_url(ManagerId(ANA.id)).removeprefix("http://pages").replace("/inbox/", "/you/"),
        PATH.replace("/you/", "/inbox/"),
    ],
    ids=["a wrong token", "another rep's", "a manager's of the same id", "the inbox of a manager of the same id"],
)
async def test_without_the_right_link_there_is_no_page_and_nothing_is_stored(
    rows: Rows, browser: httpx.AsyncClient, path: str
) -> None:
    await rows.add_announcement(announcement(1))

    opened, posted = await browser.get(path), await browser.post(f"{path}/read/1")

    assert (opened.status_code, posted.status_code) == (404, 404)
    assert "Page not found" in opened.text
    assert await rows.outbox(PLAYBOOK_ACKNOWLEDGED.name) == []


@pytest.mark.parametrize("version", ["2", "x", "99999999999"])
async def test_only_a_version_that_was_announced_to_the_rep_can_be_confirmed(
    rows: Rows, browser: httpx.AsyncClient, version: str
) -> None:
    await rows.add_announcement(announcement(1))

    assert (await browser.post(f"{PATH}/read/{version}")).status_code == 404


async def test_the_page_can_send_its_form_to_itself_and_nowhere_else(browser: httpx.AsyncClient) -> None:
    own, elsewhere = await browser.get(PATH), await browser.get("/elsewhere")

    assert "form-action 'self'" in own.headers["content-security-policy"]
    assert "form-action 'none'" in elsewhere.headers["content-security-policy"]
    for directive in ("frame-ancestors 'none'", "default-src 'none'"):
        assert directive in own.headers["content-security-policy"]
    assert own.headers["cache-control"] == "no-store"


async def test_everything_that_people_wrote_is_escaped(rows: Rows, browser: httpx.AsyncClient) -> None:
    evil = "<script>alert(1)</script>"
    named = Rep(id=ANA.id, name=evil)
    await rows.add_announcement(announcement(1, rep=named, changes=(evil,), revises=evil, unverified=(evil,)))

    page = (await browser.get(PATH)).text

    assert page.count("<script") == 1
    assert page.count("&lt;script&gt;alert(1)") >= 4


async def test_while_postgres_is_down_the_page_says_so_and_stores_nothing(
    unreachable_pool: asyncpg.Pool, scoring: Scoring
) -> None:
    async with browsing(unreachable_pool, scoring.explain) as browser:
        responses = [await browser.get(PATH), await browser.post(f"{PATH}/read/1")]

    assert [(response.status_code, response.headers["retry-after"]) for response in responses] == [(503, "2")] * 2
    assert all("Please try again in a minute" in response.text for response in responses)
