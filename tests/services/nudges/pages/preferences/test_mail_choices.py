"""How a person stops mail, and gets it again: over HTTP, on a real database."""

import asyncpg
import httpx
import pytest

from services.nudges.deliver.personal.mail_stops import has_stopped_mail
from tests.services.nudges.builders.people import ANA, BEN
from tests.services.nudges.pages.browser import LINKS, visible_text

ANAS_MAIL = LINKS.mail_url(ANA.id)


async def test_opening_the_page_changes_nothing(pool: asyncpg.Pool, browser: httpx.AsyncClient) -> None:
    page = await browser.get(ANAS_MAIL)

    assert "Turn mail off" in page.text
    assert not await has_stopped_mail(pool, ANA.id)


async def test_a_mailbox_unsubscribes_its_owner_with_one_request(pool: asyncpg.Pool, browser: httpx.AsyncClient) -> None:
    answers = [await browser.post(ANAS_MAIL, data={"List-Unsubscribe": "One-Click"}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert await has_stopped_mail(pool, ANA.id)
    assert not await has_stopped_mail(pool, BEN.id)
    assert "Mail is off." in visible_text(await browser.get(ANAS_MAIL))


async def test_the_buttons_stop_mail_and_send_it_again(pool: asyncpg.Pool, browser: httpx.AsyncClient) -> None:
    stopped = await browser.post(f"{ANAS_MAIL}/stop")
    assert "Turn mail back on" in stopped.text
    assert await has_stopped_mail(pool, ANA.id)

    resumed = await browser.post(f"{ANAS_MAIL}/resume")

    assert "Turn mail off" in resumed.text
    assert not await has_stopped_mail(pool, ANA.id)


@pytest.mark.parametrize("path", ["", "/stop", "/resume"])
async def test_nobody_stops_the_mail_of_somebody_else(pool: asyncpg.Pool, browser: httpx.AsyncClient, path: str) -> None:
    forged = ANAS_MAIL.replace(f"/{ANA.id}/", f"/{BEN.id}/")

    assert (await browser.post(f"{forged}{path}")).status_code == 404
    assert (await browser.get(forged)).status_code == 404
    assert not await has_stopped_mail(pool, BEN.id)


async def test_an_unknown_choice_is_not_found(browser: httpx.AsyncClient) -> None:
    assert (await browser.post(f"{ANAS_MAIL}/all")).status_code == 404
