"""What cannot be contested, and what happens while servers are away: over HTTP, on a real database."""

from datetime import timedelta

import asyncpg
import httpx
import pytest

from services.nudges.pages.disputes.dispute_activity import id_of
from shared.requests.client import NoResponder, Refused
from tests.services.nudges.conftest import Nudging, browsing
from tests.services.nudges.contesting import (
    ANA,
    BEN,
    ID,
    MARA,
    THE_DAY,
    ana_and_ben,
    kept,
)
from tests.services.nudges.explaining import COUNTED, SHORT, Scoring
from tests.services.nudges.reports import MONDAY


@pytest.fixture(autouse=True)
async def known(nudging: Nudging) -> None:
    await ana_and_ben(nudging)


@pytest.mark.parametrize(
    "path",
    [
        f"{THE_DAY}/activity/{ID}/because",
        f"{THE_DAY}/activity/{'0' * 32}/time",
        f"{ANA}/day/{MONDAY + timedelta(days=1)}/activity/{ID}/time",
        f"{ANA}/day/monday/activity/{ID}/time",
        f"{BEN}/day/{MONDAY}/activity/{ID}/time",
        f"{BEN.rpartition('/')[0]}/{ANA.rpartition('/')[2]}/day/{MONDAY}/activity/{ID}/time",
        f"{MARA}/contest/{ID}/because",
        f"{ANA}x/day/{MONDAY}/activity/{ID}/withdraw",
        f"{MARA}x/contest/{ID}/stands",
    ],
)
async def test_only_what_the_page_offers_can_be_said(nudging: Nudging, browser: httpx.AsyncClient, path: str) -> None:
    assert (await browser.post(path)).status_code == 404
    assert await kept(nudging) == []


async def test_another_rep_takes_nothing_back(nudging: Nudging, browser: httpx.AsyncClient) -> None:
    await browser.post(f"{THE_DAY}/activity/{ID}/time")

    await browser.post(f"{BEN}/day/{MONDAY}/activity/{ID}/withdraw")

    assert len(await kept(nudging)) == 1


@pytest.mark.parametrize("path", [f"{ANA}/day/2026-03-03", f"{ANA}/day/x", f"{ANA}x/day/{MONDAY}", f"{BEN}x/day/{MONDAY}"])
async def test_a_day_that_nobody_knows_and_a_wrong_link_have_no_page(browser: httpx.AsyncClient, path: str) -> None:
    assert (await browser.get(path)).status_code == 404


@pytest.mark.parametrize("failing", [NoResponder("score.explain.v1"), Refused("NoSuchRep: of all people, ana")])
async def test_while_scoring_is_away_it_says_so_and_notes_nothing(
    nudging: Nudging, browser: httpx.AsyncClient, scoring: Scoring, failing: Exception
) -> None:
    await browser.post(f"{THE_DAY}/activity/{id_of('ana', SHORT)}/time")
    scoring.fails = failing

    answers = [await browser.get(THE_DAY), await browser.post(f"{THE_DAY}/activity/{ID}/time")]

    assert [(one.status_code, one.headers["retry-after"]) for one in answers] == [(503, "2")] * 2
    assert all("nothing was noted" in one.text and "NoSuchRep" not in one.text for one in answers)
    assert [reason for _, _, reason, _ in await kept(nudging)] == ["time"]
    assert (await browser.get(ANA)).status_code == 200


async def test_while_postgres_is_away_it_says_so(nudging: Nudging, scoring: Scoring) -> None:
    pool = await asyncpg.create_pool(nudging.url.replace("/test_", "/gone_"), min_size=0)
    posts = [f"{THE_DAY}/activity/{ID}/time", f"{THE_DAY}/activity/{ID}/withdraw", f"{MARA}/contest/{ID}/stands"]

    async with browsing(nudging, scoring.explain, pool=pool) as browser:
        answers = [await browser.get(THE_DAY), *[await browser.post(path) for path in posts]]

    assert [answer.status_code for answer in answers] == [503] * 4
    await pool.close()


async def test_what_a_sender_wrote_is_escaped(browser: httpx.AsyncClient, scoring: Scoring) -> None:
    evil = "<script>alert(1)</script>"
    facts = {"started_at": "2026-03-02T09:00:00+00:00", "outcome": evil, "stage": evil, "deal_id": evil, "currency": evil}
    given = {"facts": {**facts, "amount": "1"}, "activity_id": evil, "source": evil, "account": evil, "unverified": (evil,)}
    scoring.activities = (COUNTED.model_copy(update=given),)
    known_as = id_of("ana", scoring.activities[0])
    await browser.post(f"{THE_DAY}/activity/{known_as}/time")

    pages = (await browser.get(THE_DAY)).text, (await browser.get(MARA)).text

    for page in pages:
        assert "<script" not in page
        assert page.count("&lt;script&gt;alert(1)") >= 6
