"""What somebody opens while they are signed in has reached them: over HTTP, on a real database."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import asyncpg
import httpx
import pytest

from services.nudges.access.sessions import Origin, open_session
from shared.event_types import ANNOUNCEMENT_DELIVERED
from shared.events import AnnouncementDelivered, NudgeKind, PersonId, VersionNumber
from tests.services.nudges.builders.announcements import announcement
from tests.services.nudges.builders.days import MONDAY, NOON
from tests.services.nudges.builders.managed_teams import lead
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA, MARA
from tests.services.nudges.builders.reports import report
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.pages.browser import ANAS_PAGE, BASE_URL, MARAS_INBOX, browsing
from tests.services.nudges.pages.disputes.explanations import Scoring

OWN_PAGE = f"{BASE_URL}/you/{ANA.id}/-"
INBOX = f"{BASE_URL}/inbox/{MARA.id}/-"


@pytest.fixture(autouse=True)
async def _messages(rows: Rows) -> None:
    """Ana has a message and an announcement; Mara, who leads her, has a message as well."""
    await rows.add_day(report(state="open"))
    await lead(rows.pool, ANA, newest_day=MONDAY)
    await rows.add_nudge(make_nudge("to-ana"))
    await rows.add_nudge(make_nudge("to-mara", person=MARA, kind=NudgeKind.DIGEST, rule="digest"))
    await rows.add_announcement(announcement(1))


@pytest.fixture
async def browser(pool: asyncpg.Pool) -> AsyncIterator[httpx.AsyncClient]:
    async with browsing(pool, Scoring().explain) as visitor:
        yield visitor


async def _sign_in(browser: httpx.AsyncClient, pool: asyncpg.Pool, person_id: PersonId) -> None:
    async with pool.acquire() as connection:
        browser.cookies.set("daymark-session", await open_session(connection, person_id, Origin.MESSAGE, now=NOON))


async def _opened(pool: asyncpg.Pool) -> dict[str, datetime]:
    rows = await pool.fetch("SELECT id, opened_at FROM nudge WHERE opened_at IS NOT NULL")
    return {row["id"]: row["opened_at"] for row in rows}


async def test_what_stands_on_their_page_has_reached_a_rep_who_opens_it(browser: httpx.AsyncClient, rows: Rows) -> None:
    await _sign_in(browser, rows.pool, ANA.id)

    for _ in range(2):
        assert (await browser.get(OWN_PAGE)).status_code == 200

    assert await _opened(rows.pool) == {"to-ana": NOON}
    (event,) = await rows.outbox(ANNOUNCEMENT_DELIVERED.name)
    assert AnnouncementDelivered.model_validate_json(event) == AnnouncementDelivered(
        rep_id=ANA.id, version=VersionNumber(1), delivered_at=NOON
    )


async def test_the_first_time_counts(browser: httpx.AsyncClient, rows: Rows) -> None:
    earlier = NOON - timedelta(hours=1)
    await rows.pool.execute("UPDATE nudge SET opened_at = $1 WHERE id = 'to-ana'", earlier)
    await rows.pool.execute("UPDATE announcement SET delivered_at = $1", earlier)
    await _sign_in(browser, rows.pool, ANA.id)

    await browser.get(OWN_PAGE)

    assert await _opened(rows.pool) == {"to-ana": earlier}
    assert await rows.outbox(ANNOUNCEMENT_DELIVERED.name) == []


async def test_a_manager_opens_their_own_messages_and_not_those_of_their_reps(browser: httpx.AsyncClient, rows: Rows) -> None:
    await _sign_in(browser, rows.pool, MARA.id)

    for page in (INBOX, f"{BASE_URL}/people/{ANA.id}"):
        assert (await browser.get(page)).status_code == 200

    assert await _opened(rows.pool) == {"to-mara": NOON}
    assert await rows.outbox(ANNOUNCEMENT_DELIVERED.name) == []


async def test_nothing_is_noted_of_whoever_comes_by_a_link_or_of_a_page_that_is_loaded_in_advance(
    browser: httpx.AsyncClient, rows: Rows
) -> None:
    for page in (ANAS_PAGE, MARAS_INBOX):
        assert (await browser.get(page)).status_code == 200
    await _sign_in(browser, rows.pool, ANA.id)
    assert (await browser.get(OWN_PAGE, headers={"sec-purpose": "prefetch;prerender"})).status_code == 200

    assert await _opened(rows.pool) == {}
    assert await rows.outbox(ANNOUNCEMENT_DELIVERED.name) == []
