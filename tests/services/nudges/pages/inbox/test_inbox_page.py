"""A manager's inbox, over HTTP on a real database."""

import re

import asyncpg
import httpx
import pytest

from shared.events import NudgeKind, Rep
from tests.services.nudges.builders.announcements import announcement
from tests.services.nudges.builders.days import MONDAY, NOON, at
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA, BEN
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.pages.browser import JONS_INBOX, MARAS_INBOX, browsing, visible_text
from tests.services.nudges.pages.disputes.explanations import Scoring


async def test_a_manager_sees_what_their_team_received_with_names_escaped(rows: Rows, browser: httpx.AsyncClient) -> None:
    await rows.add_nudge(make_nudge(person=Rep(id=ANA.id, name="<script>alert(1)</script>")))

    page = await browser.get(MARAS_INBOX)

    assert page.status_code == 200
    assert "Plan done" in page.text
    assert "&lt;script&gt;" in page.text
    assert re.findall("<script[^>]*>", page.text) == ['<script src="/static/inbox.js" defer>']
    assert "default-src 'none'" in page.headers["content-security-policy"]


async def test_another_manager_sees_nothing_of_it(rows: Rows, browser: httpx.AsyncClient) -> None:
    await rows.add_nudge(make_nudge())

    page = await browser.get(JONS_INBOX)

    assert page.status_code == 200
    assert "Ana" not in page.text
    assert "Nothing yet" in page.text


@pytest.mark.parametrize("path", ["/inbox/mara/wrong", "/inbox/mara", JONS_INBOX.replace("/jon/", "/mara/"), "/nope"])
async def test_without_the_right_link_there_is_no_page(browser: httpx.AsyncClient, path: str) -> None:
    page = await browser.get(path)

    assert page.status_code == 404
    assert "Page not found" in page.text


async def test_while_postgres_is_down_the_inbox_says_so(unreachable_pool: asyncpg.Pool, scoring: Scoring) -> None:
    async with browsing(unreachable_pool, scoring.explain) as browser:
        page = await browser.get(MARAS_INBOX)

    assert (page.status_code, page.headers["retry-after"]) == (503, "2")


async def test_a_nudge_is_shown_with_its_reason_its_time_and_its_channels(rows: Rows, browser: httpx.AsyncClient) -> None:
    await rows.add_nudge(make_nudge(text="Ana, you did your plan.", reason="Calls 10 of 10."))
    for channel in ("inbox", "webhook"):
        await rows.add_delivery(make_nudge().id, channel, state="delivered")

    page = visible_text(await browser.get(MARAS_INBOX))

    for shown in (
        '<p class="day">Today</p>',
        '<span class="rep">Ana Ruiz</span>',
        "sent at 12:00 Madrid time",
        "Ana, you did your plan.",
        "Why:</span> Calls 10 of 10.",
        "Also sent through:</span> webhook<",
    ):
        assert shown in page, shown


async def test_a_deferred_nudge_says_when_it_will_be_sent_and_cannot_be_answered(
    rows: Rows, browser: httpx.AsyncClient
) -> None:
    nudge = make_nudge(send_at=at(MONDAY, "17:30"))
    await rows.add_nudge(nudge, status="deferred", because="after working hours")

    page = visible_text(await browser.get(MARAS_INBOX))

    assert "To be checked again at 17:30 Madrid time" in page
    assert "Waiting:</span> after working hours" in page
    assert "formaction" not in page


async def test_a_retracted_nudge_is_struck_through_with_the_reason(rows: Rows, browser: httpx.AsyncClient) -> None:
    await rows.add_nudge(make_nudge(text="Ana, you did your plan."), retracted_because="late data")

    page = visible_text(await browser.get(MARAS_INBOX))

    assert "<s>Ana, you did your plan.</s>" in page
    assert "No longer true:</span> late data" in page


async def test_a_retracted_part_is_struck_through_and_the_rest_of_the_message_is_not(
    rows: Rows, browser: httpx.AsyncClient
) -> None:
    await rows.add_nudge(make_nudge("n1", text="first\nsecond", reason="one\ntwo"))
    part = make_nudge("n2", text="second", reason="two")
    await rows.add_nudge(part, status="bundled", bundled_with=make_nudge("n1").id, retracted_because="late data")

    page = visible_text(await browser.get(MARAS_INBOX))

    assert '<p class="text">first</p>' in page
    assert "<s>second</s>" in page
    assert "part of this message would not have been sent" in page


async def test_an_announcement_of_the_same_version_is_one_card_with_who_acknowledged_it(
    rows: Rows, browser: httpx.AsyncClient
) -> None:
    for rep, version in ((ANA, 3), (BEN, 3), (ANA, 4)):
        nudge_id = f"{rep.id}-{version}"
        text = f"{rep.name.split(' ')[0]}, from Tuesday on your plan is different."
        announced = make_nudge(
            nudge_id, person=rep, kind=NudgeKind.ANNOUNCEMENT, rule="playbook", occasion=f"{version}", text=text
        )
        await rows.add_nudge(announced)
        is_read = rep is BEN
        await rows.add_announcement(
            announcement(version, rep=rep), nudge_id=nudge_id, acknowledged_at=NOON if is_read else None
        )

    page = visible_text(await browser.get(MARAS_INBOX))

    assert page.count('class="card announcement"') == 2
    assert '<span class="rep">Ana Ruiz, Ben Ode</span>' in page
    assert ">From Tuesday on your plan is different.<" in page
    assert "Confirmed by:</span> Ben Ode" in page
    assert page.count("Not confirmed yet by:</span> Ana Ruiz") == 2
    assert ">Ana, from Tuesday on your plan is different.<" in page


async def test_the_home_page_names_the_commands_that_make_a_link(browser: httpx.AsyncClient) -> None:
    page = visible_text(await browser.get("/"))

    assert "daymark inbox MANAGER" in page
    assert "daymark you REP" in page


async def test_the_style_sheet_is_served(browser: httpx.AsyncClient) -> None:
    assert (await browser.get("/static/pages.css")).status_code == 200
