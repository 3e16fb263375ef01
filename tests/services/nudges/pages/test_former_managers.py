"""Pages and links of managers who no longer lead."""

from datetime import timedelta

import httpx
import pytest

from shared.events import NudgeKind, Rep
from tests.services.nudges.builders.days import MONDAY
from tests.services.nudges.builders.managed_teams import lead
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA, BEN, JON, MARA
from tests.services.nudges.builders.reports import open_report
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.pages.browser import JONS_INBOX, LINKS, MARAS_INBOX
from tests.services.nudges.pages.disputes.disputing import COUNTED_ID

TUESDAY = MONDAY + timedelta(days=1)
TO_ANA = make_nudge()
TO_MARA = make_nudge("brief", rule="weekly_brief", kind=NudgeKind.DIGEST, person=Rep(id=MARA.id, name="Mara Lind"))


@pytest.fixture(autouse=True)
async def _mara_manages_ana_on_monday(rows: Rows) -> None:
    await lead(rows.pool, ANA, newest_day=MONDAY)
    await rows.add_day(open_report(MONDAY, managers=(MARA,)))
    await rows.add_nudge(TO_ANA)
    await rows.add_nudge(TO_MARA)


async def _end(rows: Rows) -> None:
    """Jon leads Ana from Tuesday on."""
    await rows.add_day(open_report(TUESDAY, managers=(JON,)))


@pytest.mark.parametrize(
    "path",
    [MARAS_INBOX, LINKS.answer_url(TO_ANA.id, MARA.id), LINKS.answer_url(TO_MARA.id, MARA.id)],
    ids=["inbox", "a rep's nudge", "a manager's nudge"],
)
async def test_an_address_of_a_manager_opens_nothing_after_their_last_day(
    rows: Rows, browser: httpx.AsyncClient, path: str
) -> None:
    before = await browser.get(path)

    await _end(rows)

    assert (before.status_code, (await browser.get(path)).status_code) == (200, 404)


@pytest.mark.parametrize(
    "path",
    [
        f"{MARAS_INBOX}/answer/{TO_ANA.id}/recognised/-",
        f"{LINKS.answer_url(TO_ANA.id, MARA.id)}/recognised/-",
        f"{LINKS.answer_url(TO_MARA.id, MARA.id)}/not_useful/-",
        f"{MARAS_INBOX}/dispute/{COUNTED_ID}/stands",
    ],
    ids=["from the inbox", "by link", "to their own nudge", "to a dispute"],
)
async def test_no_answer_of_a_manager_is_taken_after_their_last_day(rows: Rows, browser: httpx.AsyncClient, path: str) -> None:
    await _end(rows)

    response = await browser.post(path)

    assert response.status_code == 404
    assert await rows.pool.fetchval("SELECT count(*) FROM answer") == 0


async def test_the_rep_and_the_next_manager_still_open_theirs(rows: Rows, browser: httpx.AsyncClient) -> None:
    await lead(rows.pool, ANA, manager=JON, newest_day=TUESDAY)
    await _end(rows)

    pages = [await browser.get(path) for path in (LINKS.answer_url(TO_ANA.id, ANA.id), JONS_INBOX)]

    assert [page.status_code for page in pages] == [200, 200]


async def test_a_manager_who_still_leads_somebody_else_opens_their_inbox(rows: Rows, browser: httpx.AsyncClient) -> None:
    await lead(rows.pool, BEN, newest_day=TUESDAY)
    await rows.add_day(open_report(TUESDAY, rep=BEN, managers=(MARA,)))
    await _end(rows)

    assert (await browser.get(MARAS_INBOX)).status_code == 200
