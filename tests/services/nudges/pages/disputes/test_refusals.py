"""What cannot be disputed, and what happens while servers are down: over HTTP, on a real database."""

from datetime import timedelta

import asyncpg
import httpx
import pytest

from services.nudges.pages.disputes.dispute_activity import dispute_id_of
from shared.requests.client import NoResponder, Refused
from tests.services.nudges.builders.days import MONDAY
from tests.services.nudges.builders.people import ANA
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.pages.browser import ANAS_PAGE, BENS_PAGE, MARAS_INBOX, browsing
from tests.services.nudges.pages.disputes.disputing import (
    COUNTED_ID,
    DAY_PAGE,
    SHORT_ID,
    activity_path,
    add_ana_and_ben,
    resolution_path,
    stored_disputes,
)
from tests.services.nudges.pages.disputes.explanations import COUNTED, Scoring


@pytest.fixture(autouse=True)
async def _ana_and_ben(rows: Rows) -> None:
    await add_ana_and_ben(rows)


@pytest.mark.parametrize(
    "path",
    [
        f"{DAY_PAGE}/activity/{COUNTED_ID}/because",
        f"{DAY_PAGE}/activity/{'0' * 32}/time",
        f"{ANAS_PAGE}/day/{MONDAY + timedelta(days=1)}/activity/{COUNTED_ID}/time",
        f"{ANAS_PAGE}/day/monday/activity/{COUNTED_ID}/time",
        f"{BENS_PAGE}/day/{MONDAY}/activity/{COUNTED_ID}/time",
        f"{BENS_PAGE.rpartition('/')[0]}/{ANAS_PAGE.rpartition('/')[2]}/day/{MONDAY}/activity/{COUNTED_ID}/time",
        f"{MARAS_INBOX}/dispute/{COUNTED_ID}/because",
        f"{ANAS_PAGE}x/day/{MONDAY}/activity/{COUNTED_ID}/withdraw",
        f"{MARAS_INBOX}x/dispute/{COUNTED_ID}/stands",
        f"{MARAS_INBOX}x/contest/{COUNTED_ID}/stands",
    ],
    ids=[
        "a reason that is not on the list",
        "an activity that does not exist",
        "a day that is not known",
        "a day that is not a date",
        "another rep's activity",
        "another rep's page with this rep's token",
        "a resolution that is not on the list",
        "a wrong token of a rep",
        "a wrong token of a manager",
        "a wrong token of a manager, with the former address",
    ],
)
async def test_nothing_but_what_the_page_offers_is_accepted(pool: asyncpg.Pool, browser: httpx.AsyncClient, path: str) -> None:
    assert (await browser.post(path)).status_code == 404
    assert await stored_disputes(pool) == []


async def test_another_rep_cannot_withdraw_a_dispute(pool: asyncpg.Pool, browser: httpx.AsyncClient) -> None:
    await browser.post(activity_path(COUNTED_ID, "time"))

    await browser.post(f"{BENS_PAGE}/day/{MONDAY}/activity/{COUNTED_ID}/withdraw")

    assert len(await stored_disputes(pool)) == 1


@pytest.mark.parametrize(
    "path",
    [f"{ANAS_PAGE}/day/2026-03-03", f"{ANAS_PAGE}/day/x", f"{ANAS_PAGE}x/day/{MONDAY}", f"{BENS_PAGE}x/day/{MONDAY}"],
)
async def test_an_unknown_day_and_a_wrong_link_have_no_page(browser: httpx.AsyncClient, path: str) -> None:
    assert (await browser.get(path)).status_code == 404


@pytest.mark.parametrize("failure", [NoResponder("score.explain.v1"), Refused("NoSuchRep: of all people, ana")])
async def test_while_scoring_is_down_the_page_says_so_and_stores_nothing(
    pool: asyncpg.Pool, browser: httpx.AsyncClient, scoring: Scoring, failure: Exception
) -> None:
    await browser.post(activity_path(SHORT_ID, "time"))
    scoring.failure = failure

    responses = [await browser.get(DAY_PAGE), await browser.post(activity_path(COUNTED_ID, "time"))]

    assert [(response.status_code, response.headers["retry-after"]) for response in responses] == [(503, "2")] * 2
    assert all("it wasn't saved" in response.text for response in responses)
    assert all("NoSuchRep" not in response.text for response in responses)
    assert [reason for _, _, reason, _ in await stored_disputes(pool)] == ["time"]
    assert (await browser.get(ANAS_PAGE)).status_code == 200


async def test_while_no_day_can_be_explained_a_dispute_can_be_resolved_and_withdrawn(
    pool: asyncpg.Pool, browser: httpx.AsyncClient, scoring: Scoring
) -> None:
    for dispute_id in (COUNTED_ID, SHORT_ID):
        await browser.post(activity_path(dispute_id, "time"))
    scoring.failure = NoResponder("score.explain.v1")

    await browser.post(resolution_path(COUNTED_ID, "stands"))
    await browser.post(activity_path(SHORT_ID, "withdraw"))

    assert await stored_disputes(pool) == [("ana", "c/1", "time", "stands")]


async def test_while_postgres_is_down_the_page_says_so(unreachable_pool: asyncpg.Pool, scoring: Scoring) -> None:
    posts = [
        activity_path(COUNTED_ID, "time"),
        activity_path(COUNTED_ID, "withdraw"),
        resolution_path(COUNTED_ID, "stands"),
    ]

    async with browsing(unreachable_pool, scoring.explain) as browser:
        responses = [await browser.get(DAY_PAGE), *[await browser.post(path) for path in posts]]

    assert [response.status_code for response in responses] == [503] * 4


async def test_everything_that_a_sender_wrote_is_escaped(browser: httpx.AsyncClient, scoring: Scoring) -> None:
    evil = "<script>alert(1)</script>"
    started_at = "2026-03-02T09:00:00+00:00"
    facts = {"started_at": started_at, "outcome": evil, "stage": evil, "deal_id": evil, "currency": evil, "amount": "1"}
    changes = {"facts": facts, "activity_id": evil, "source": evil, "account": evil, "unverified": (evil,)}
    scoring.activities = (COUNTED.model_copy(update=changes),)
    await browser.post(activity_path(dispute_id_of(ANA.id, scoring.activities[0]), "time"))

    pages = (await browser.get(DAY_PAGE)).text, (await browser.get(MARAS_INBOX)).text

    for page in pages:
        assert "<script>" not in page
        assert page.count("&lt;script&gt;alert(1)") >= 6
