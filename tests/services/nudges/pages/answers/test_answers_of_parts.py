"""What people answer to one nudge in a message of several: over HTTP, on a real database."""

from typing import Final

import httpx
import pytest

from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.pages.browser import ANAS_PAGE, BASE_URL, LINKS, MARAS_INBOX

FIRST: Final = make_nudge("n1", rule="comeback", text="You're back on plan.", reason="Two slow days before.")
SECOND: Final = make_nudge("n2", text="You did your plan.", reason="Calls 10 of 10.")
FIRST_LINK, SECOND_LINK = (LINKS.answer_url(nudge.id, ANA.id) for nudge in (FIRST, SECOND))


@pytest.fixture(autouse=True)
async def _message(rows: Rows) -> None:
    """A comeback and a plan done that went out as one message."""
    text, reason = f"{FIRST.text}\n{SECOND.text}", f"{FIRST.reason}\n{SECOND.reason}"
    await rows.add_nudge(FIRST.model_copy(update={"text": text, "reason": reason}))
    await rows.add_nudge(SECOND, status="bundled", bundled_with=FIRST.id)


async def _stored(rows: Rows) -> list[tuple[str, str]]:
    stored = await rows.pool.fetch("SELECT nudge_id, answer FROM answer ORDER BY nudge_id")
    return [tuple(row) for row in stored]


async def test_every_page_has_buttons_for_each_part(browser: httpx.AsyncClient) -> None:
    for page in (ANAS_PAGE, MARAS_INBOX):
        text = (await browser.get(page)).text
        token = page.rsplit("/", 1)[1]
        assert all(f'formaction="{token}/answer/{nudge.id}/wrong/missing"' in text for nudge in (FIRST, SECOND))


async def test_the_link_of_a_part_shows_the_message_and_answers_that_part_alone(rows: Rows, browser: httpx.AsyncClient) -> None:
    page = await browser.get(SECOND_LINK)
    answered = await browser.post(f"{SECOND_LINK}/not_useful/-")

    assert "back on plan." in page.text
    assert SECOND.text in page.text
    assert page.text.count(">Not useful<span") == 2
    assert answered.url.fragment == f"nudge-{SECOND.id}"
    assert answered.text.count(">Not useful<span") == 1
    assert await _stored(rows) == [("n2", "not_useful")]


async def test_on_the_page_of_the_message_each_part_is_answered_under_its_own_signature(
    rows: Rows, browser: httpx.AsyncClient
) -> None:
    page = await browser.get(FIRST_LINK)

    path = SECOND_LINK.removeprefix(f"{BASE_URL}/answer/")
    assert f'formaction="../../{path}/not_useful/-"' in page.text
    forged = SECOND_LINK.rsplit("/", 1)[0] + "/" + FIRST_LINK.rsplit("/", 1)[1]

    assert (await browser.post(f"{forged}/not_useful/-")).status_code == 404
    assert (await browser.post(httpx.URL(FIRST_LINK).join(f"../../{path}/not_useful/-"))).status_code == 200
    assert await _stored(rows) == [("n2", "not_useful")]


async def test_what_a_manager_answers_to_a_part_is_stored_for_that_part(rows: Rows, browser: httpx.AsyncClient) -> None:
    page = await browser.post(f"{MARAS_INBOX}/answer/{SECOND.id}/recognised/-")

    assert page.text.count("Noted: you've already thanked Ana.") == 1
    assert await _stored(rows) == [("n2", "recognised")]
