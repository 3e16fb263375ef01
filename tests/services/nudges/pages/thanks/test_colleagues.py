"""A rep thanks a colleague from their own page: over HTTP, on a real database."""

import re
from urllib.parse import urljoin

import asyncpg
import httpx
import pytest

from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA, BEN, MARA
from tests.services.nudges.builders.reports import behaviour, open_report, report
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.pages.browser import ADDRESSES_END_ON, ANAS_PAGE, BENS_PAGE, LINKS, MARAS_INBOX, visible_text
from tests.services.nudges.pages.thanks.test_thanks_page import send

PAGE = LINKS.recognise_url(BEN.id, ANA.id, last_day=ADDRESSES_END_ON)


@pytest.fixture(autouse=True)
async def _ana_and_ben_are_colleagues(rows: Rows) -> None:
    await rows.add_day(report(state="open", behaviours=(behaviour("Calls", 6, 6),), thanks_from_colleagues=True))
    await rows.add_day(open_report(rep=BEN, thanks_from_colleagues=True))


def _ways(page: httpx.Response) -> dict[str, str]:
    """Where the links to colleagues lead, by name."""
    links = re.findall(r'<a class="quiet" href="([^"]+/recognise/[^"]+)">([^<]+)<', page.text)
    return {name: urljoin(str(page.url), address) for address, name in links}


async def test_the_own_page_leads_to_each_colleague(browser: httpx.AsyncClient) -> None:
    assert _ways(await browser.get(BENS_PAGE)) == {"Ana Ruiz": PAGE}
    assert _ways(await browser.get(ANAS_PAGE)) == {"Ben Ode": LINKS.recognise_url(ANA.id, BEN.id, last_day=ADDRESSES_END_ON)}


async def test_where_the_team_does_not_allow_it_no_way_is_offered_and_no_link_opens(
    rows: Rows, browser: httpx.AsyncClient
) -> None:
    page = await browser.get(PAGE)
    for rep in (ANA, BEN):
        await rows.add_day(open_report(rep=rep, revision=2))

    assert "Thank a colleague" not in (await browser.get(BENS_PAGE)).text
    assert (await browser.get(PAGE)).status_code == 404
    assert (await send(browser, page, text="Great save")).status_code == 404
    assert await rows.pool.fetchval("SELECT count(*) FROM recognition") == 0


async def test_a_colleague_writes_and_the_rep_reads_it_on_their_page(browser: httpx.AsyncClient, pool: asyncpg.Pool) -> None:
    page = await browser.get(PAGE)
    assert "Ben Ode says thank you." in visible_text(page)

    sent = visible_text(await send(browser, page, text="Great save on Acme."))

    assert "Messages you've written to Ana" in sent
    assert await pool.fetchval("SELECT text FROM nudge WHERE rule = 'thanks'") == "Ben Ode wrote to you: “Great save on Acme.”"
    anas = visible_text(await browser.get(ANAS_PAGE))
    assert "Messages from your managers and colleagues" in anas
    assert '<span class="rep">Ben Ode</span>' in anas
    assert "“Great save on Acme.”" in anas
    assert "“Great save on Acme.”" not in (await browser.get(MARAS_INBOX)).text


async def test_a_colleague_sees_and_sends_nothing_of_the_reps_nudges(rows: Rows, browser: httpx.AsyncClient) -> None:
    celebration = make_nudge()
    await rows.add_nudge(celebration)

    page = await browser.get(f"{PAGE}?nudge={celebration.id}")

    text = visible_text(page)
    assert "6 of 6" not in text
    assert "Plan done" not in text
    forged = {"form": "f1", "text": "Great save", "nudge": celebration.id}
    assert (await browser.post(f"{PAGE}/send", data=forged)).status_code == 404
    sent = await browser.post(f"{LINKS.answer_url(celebration.id, BEN.id)}/thank")
    assert sent.status_code == 404
    assert await rows.pool.fetchval("SELECT count(*) FROM recognition") == 0


async def test_a_link_of_one_colleague_does_not_write_for_another(browser: httpx.AsyncClient) -> None:
    token = PAGE.rpartition("/")[2]

    for path in (f"/recognise/ana/ben/{token}", f"/recognise/ben/{MARA.id}/{token}", f"/recognise/ben/ana/{token[:-1]}0x"):
        assert (await browser.get(path)).status_code == 404


async def test_what_managers_alone_wrote_stands_under_their_name(rows: Rows, browser: httpx.AsyncClient) -> None:
    await rows.add_nudge(await rows.add_thanks(ANA))

    text = visible_text(await browser.get(ANAS_PAGE))

    assert "Messages from your managers<" in text


async def test_whoever_writes_too_often_is_asked_to_wait_and_keeps_the_words(browser: httpx.AsyncClient, rows: Rows) -> None:
    for _ in range(3):
        await send(browser, await browser.get(PAGE), text="Great save")

    refused = await send(browser, await browser.get(PAGE), text="One more thing")

    assert refused.status_code == 409
    assert "You have written to this colleague 3 times within a day" in visible_text(refused)
    assert ">One more thing</textarea>" in refused.text
    assert await rows.pool.fetchval("SELECT count(*) FROM recognition") == 3
