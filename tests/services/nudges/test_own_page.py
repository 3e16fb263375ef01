"""A rep's own page, over HTTP on a real database."""

from datetime import date, timedelta
from decimal import Decimal

import asyncpg
import httpx
import pytest

from services.nudges.decide.announce import withdraw_definition
from shared.events import PLAYBOOK_ACKNOWLEDGED, BehaviourDefinition, GoalDefinition, Person, PlaybookWithdrawn
from tests.services.nudges.conftest import LINKS, NOON, Nudging, browsing
from tests.services.nudges.explaining import Scoring
from tests.services.nudges.reports import MONDAY, announcement, at, goal, report

PATH = LINKS.of_rep("ana").removeprefix("http://pages")
MONDAYS = (Decimal(12), *[Decimal(0)] * 6)
NEXT = MONDAY + timedelta(days=7)


async def test_what_is_in_force_and_what_is_coming_is_shown_whole(nudging: Nudging, browser: httpx.AsyncClient) -> None:
    demos = BehaviourDefinition(
        key="demos",
        label="Demos",
        counts="demo, of at least 600 s",
        asks="12 on Monday",
        targets=MONDAYS,
        weight=Decimal(35),
        cap=Decimal(2),
    )
    goal = GoalDefinition(key="month", label="Calls this month", counts="call", period="month", step=30)
    changes = ("New: Demos, 12 on Monday.",)
    await nudging.hear_of(
        announcement(1),
        announcement(2, NEXT, behaviours=(demos,), goals=(goal,), follows=date(2026, 1, 1), changes=changes, revises="a slip"),
    )

    page = (await browser.get(PATH)).text

    assert page.index("In force since Thursday 1 January 2026") < page.index("From Monday 9 March 2026 on")
    for said in (
        "Calls this month, in steps of 30 a month",
        "New: Demos, 12 on Monday.",
        "demo, of at least 600 s",
        "weight 35 of 35; counts up to 2 times the target",
        "<td>12 on Monday</td>",
        "because: a slip",
    ):
        assert said in page, said
    assert page.count("I have read this") == 2


async def test_the_page_shows_the_next_step_of_each_goal_and_how_large_steps_are(
    nudging: Nudging, browser: httpx.AsyncClient
) -> None:
    assert "Your next steps" not in (await browser.get(PATH)).text
    month, week = goal(0), goal(0, key="week", label="Calls this week", period_start=MONDAY, step_min=None, step_max=None)
    await nudging.take_in(report(state="open", goals=(month, week)))
    later = (month.model_copy(update={"count": 31}), week.model_copy(update={"count": 4}))
    await nudging.take_in(report(state="open", goals=later, revision=2))

    page = " ".join((await browser.get(PATH)).text.split())

    assert "Calls this month: 31 so far, and the next step is 60" in page
    assert "a step of 30; steps follow what your last weeks held, at most a tenth larger each time, and stay between 10" in page
    assert "Calls this week: 4 so far, and the next step is 30" in page
    assert "in steps of 30<" in page


async def test_what_will_not_come_to_that_is_not_shown(nudging: Nudging, browser: httpx.AsyncClient) -> None:
    await nudging.hear_of(announcement(1), announcement(2, NEXT, changes=("older",)), announcement(3, NEXT, changes=("newer",)))
    withdrawn = PlaybookWithdrawn(rep_id="ana", version=2, times=1, withdrawn_at=NOON)
    await withdraw_definition(nudging.pool, withdrawn)

    page = (await browser.get(PATH)).text

    assert "newer" in page
    assert "older" not in page
    assert (await browser.post(f"{PATH}/read/2")).status_code == 404


async def test_a_day_begins_on_the_reps_own_clock(nudging: Nudging, browser: httpx.AsyncClient) -> None:
    """At noon in Madrid it is Tuesday in Kiritimati."""
    tuesday = MONDAY + timedelta(days=1)
    await nudging.hear_of(announcement(1), announcement(2, tuesday))
    await nudging.take_in(report(tuesday, state="open", timezone="Pacific/Kiritimati"))

    assert "In force since Tuesday 3 March 2026" in (await browser.get(PATH)).text


async def test_saying_that_it_was_read_is_kept_once_and_shown(nudging: Nudging, scoring: Scoring) -> None:
    woken: list[bool] = []
    await nudging.hear_of(announcement(1))

    async with browsing(nudging, scoring.explain, on_acknowledged=lambda: woken.append(True)) as browser:
        for _ in range(2):
            answer = await browser.post(f"{PATH}/read/1")

    assert (answer.status_code, answer.url.path) == (200, PATH)
    assert "You said on Monday 2 March at 12:00 that you have read this." in answer.text
    assert "I have read this" not in answer.text
    assert len(await nudging.events(PLAYBOOK_ACKNOWLEDGED)) == 1
    assert woken


async def test_looking_at_the_page_says_nothing(nudging: Nudging, browser: httpx.AsyncClient) -> None:
    await nudging.hear_of(announcement(1))

    for path in (PATH, f"{PATH}/read/1"):
        await browser.get(path)

    assert await nudging.events(PLAYBOOK_ACKNOWLEDGED) == []
    assert await nudging.pool.fetchval("SELECT count(*) FROM announcement WHERE told_at IS NOT NULL") == 0


async def test_when_the_rep_was_told_is_said_in_their_own_time(nudging: Nudging, browser: httpx.AsyncClient) -> None:
    await nudging.know(announcement(1), delivered_at=at(date(2026, 1, 2), "09:00"))

    assert "You were told of it on Friday 2 January at 09:00." in (await browser.get(PATH)).text


async def test_without_a_playbook_the_page_says_what_will_be_there(browser: httpx.AsyncClient) -> None:
    answer = await browser.get(PATH)

    assert (answer.status_code, "Nothing yet" in answer.text) == (200, True)


@pytest.mark.parametrize(
    "path",
    [
        "/you/ana/wrong",
        PATH.replace("/ana/", "/ben/"),
        LINKS.of_manager("ana").removeprefix("http://pages").replace("/inbox/", "/you/"),
        PATH.replace("/you/", "/inbox/"),
    ],
    ids=["a wrong token", "another rep's", "a manager's of the same id", "the inbox of a manager of the same id"],
)
async def test_without_the_right_link_there_is_no_page_and_nothing_is_noted(
    nudging: Nudging, browser: httpx.AsyncClient, path: str
) -> None:
    await nudging.hear_of(announcement(1))

    seen, sent = await browser.get(path), await browser.post(f"{path}/read/1")

    assert (seen.status_code, sent.status_code) == (404, 404)
    assert "There is no page here" in seen.text
    assert await nudging.events(PLAYBOOK_ACKNOWLEDGED) == []


@pytest.mark.parametrize("version", ["2", "x", "99999999999"])
async def test_only_what_was_announced_to_the_rep_can_be_acknowledged(
    nudging: Nudging, browser: httpx.AsyncClient, version: str
) -> None:
    await nudging.hear_of(announcement(1))

    assert (await browser.post(f"{PATH}/read/{version}")).status_code == 404


async def test_the_page_may_send_its_form_to_itself_and_nothing_else(nudging: Nudging, browser: httpx.AsyncClient) -> None:
    own, home = await browser.get(PATH), await browser.get("/")

    assert "form-action 'self'" in own.headers["content-security-policy"]
    assert "form-action 'none'" in home.headers["content-security-policy"]
    for header in ("frame-ancestors 'none'", "default-src 'none'"):
        assert header in own.headers["content-security-policy"]
    assert own.headers["cache-control"] == "no-store"


async def test_what_people_wrote_is_escaped(nudging: Nudging, browser: httpx.AsyncClient) -> None:
    evil = "<script>alert(1)</script>"
    await nudging.hear_of(announcement(1, rep=Person(id="ana", name=evil), changes=(evil,), revises=evil, unverified=(evil,)))

    page = (await browser.get(PATH)).text

    assert "<script" not in page
    assert page.count("&lt;script&gt;alert(1)") >= 4


async def test_while_postgres_is_away_it_says_so_and_notes_nothing(nudging: Nudging, scoring: Scoring) -> None:
    pool = await asyncpg.create_pool(nudging.url.replace("/test_", "/gone_"), min_size=0)

    async with browsing(nudging, scoring.explain, pool=pool) as browser:
        answers = [await browser.get(PATH), await browser.post(f"{PATH}/read/1")]

    assert [(answer.status_code, answer.headers["retry-after"]) for answer in answers] == [(503, "2")] * 2
    assert all("Please try again in a minute" in answer.text for answer in answers)
    await pool.close()
