"""Where a manager finds the link to the page: in the message that asks, wherever it is read."""

import re
from datetime import date
from urllib.parse import urljoin

import asyncpg
import httpx
import pytest

from services.nudges.links import last_day_of_links
from shared.events import Nudge, NudgeKind, PossibleAbsence
from tests.services.nudges.builders.days import MONDAY, TUESDAY
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA, BEN, JON, MARA
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.pages.browser import ADDRESSES_END_ON, ANAS_PAGE, JONS_INBOX, LINKS, MARAS_INBOX

OF_ANA = PossibleAbsence(rep=ANA, first=MONDAY, last=TUESDAY)
OF_BEN = PossibleAbsence(rep=BEN, first=TUESDAY, last=TUESDAY)


def asking() -> Nudge:
    return make_nudge("silent", person=MARA, kind=NudgeKind.DIGEST, rule="digest", absences=(OF_ANA, OF_BEN))


def links_of(page: httpx.Response) -> list[tuple[str, str]]:
    """The labels with the addresses where they are answered."""
    rows = re.findall(r'<a class="quiet" href="([^"]+)">([^<]+)</a>', page.text)
    links = [(label, urljoin(str(page.url), address.replace("&amp;", "&"))) for address, label in rows]
    return [(label, address) for label, address in links if "/absence/" in address]


@pytest.mark.parametrize(
    ("address", "last_day"),
    [
        (MARAS_INBOX, ADDRESSES_END_ON),
        (LINKS.answer_url(asking().id, MARA.id), last_day_of_links(asking().send_at)),
    ],
    ids=["inbox", "page of the message"],
)
async def test_each_absence_has_its_link_for_the_manager_who_was_asked_which_ends_with_the_page(
    rows: Rows, browser: httpx.AsyncClient, address: str, last_day: date
) -> None:
    await rows.add_nudge(asking(), managers=[MARA.id])

    page = await browser.get(address)

    assert links_of(page) == [
        ("Was Ana Ruiz away?", LINKS.absence_url(MARA.id, OF_ANA, last_day=last_day)),
        ("Was Ben Ode away?", LINKS.absence_url(MARA.id, OF_BEN, last_day=last_day)),
    ]


async def test_nobody_else_has_the_link_and_nobody_once_the_message_no_longer_holds(
    rows: Rows, browser: httpx.AsyncClient, pool: asyncpg.Pool
) -> None:
    await rows.add_nudge(asking(), managers=[MARA.id, JON.id])
    assert len(links_of(await browser.get(MARAS_INBOX))) == 2
    assert links_of(await browser.get(JONS_INBOX)) == []

    await pool.execute("UPDATE nudge SET retracted_because = 'because', retracted_at = now()")
    assert links_of(await browser.get(MARAS_INBOX)) == []


async def test_messages_from_before_and_those_to_reps_have_none(
    rows: Rows, browser: httpx.AsyncClient, pool: asyncpg.Pool
) -> None:
    await rows.add_nudge(make_nudge("old", person=MARA), managers=[MARA.id])
    await rows.add_nudge(make_nudge("own", absences=(OF_ANA,)), managers=[MARA.id])
    await pool.execute("UPDATE nudge SET event = event - 'absences' WHERE id = 'old'")

    for address in (MARAS_INBOX, ANAS_PAGE):
        page = await browser.get(address)
        assert "did your plan for today" in page.text
        assert links_of(page) == []
