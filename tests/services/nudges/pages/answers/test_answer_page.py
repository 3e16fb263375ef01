"""What people answer to a nudge: over HTTP, on a real database."""

from datetime import timedelta

import httpx
import pytest

from services.nudges.metrics import NudgesMetrics
from tests.services.nudges.builders.days import NOON
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA, MARA
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.pages.browser import ANAS_PAGE, JONS_INBOX, LINKS, MARAS_INBOX, visible_text

NUDGE = make_nudge()
LINK = LINKS.answer_url(NUDGE.id, ANA.id)


@pytest.fixture(autouse=True)
async def _nudge(rows: Rows) -> None:
    """Ana has done her plan, and received a nudge about it."""
    await rows.add_nudge(NUDGE)


async def _stored(rows: Rows) -> list[tuple[str, str, str]]:
    stored = await rows.pool.fetch("SELECT person_id, answer, reason FROM answer ORDER BY person_id")
    return [tuple(row) for row in stored]


async def test_opening_the_link_of_a_message_changes_nothing(rows: Rows, browser: httpx.AsyncClient) -> None:
    page = await browser.get(LINK)

    assert page.status_code == 200
    assert ">Not useful<span" in page.text
    assert "thanked Ana" not in page.text
    assert "form-action 'self'" in page.headers["content-security-policy"]
    assert await _stored(rows) == []


async def test_the_button_stores_the_answer_once_and_the_page_shows_it(
    rows: Rows, browser: httpx.AsyncClient, metrics: NudgesMetrics
) -> None:
    first, second = await browser.post(f"{LINK}/not_useful/-"), await browser.post(f"{LINK}/not_useful/-")

    assert (first.status_code, second.status_code) == (200, 200)
    assert "Noted: not useful." in first.text
    assert await _stored(rows) == [("ana", "not_useful", "")]
    labels = {"rule": "plan_done", "answer": "not_useful"}
    assert metrics.registry.get_sample_value("daymark_nudges_answers_total", labels) == 1


async def test_what_a_rep_calls_wrong_is_shown_to_their_manager(browser: httpx.AsyncClient) -> None:
    await browser.post(f"{ANAS_PAGE}/answer/{NUDGE.id}/wrong/missing")

    inbox = visible_text(await browser.get(MARAS_INBOX))
    assert "Ana Ruiz:</span> wrong (something is missing from the records)" in inbox


async def test_a_manager_says_that_they_have_recognised_it_and_the_rep_does_not_see_that(
    rows: Rows, browser: httpx.AsyncClient
) -> None:
    page = await browser.post(f"{MARAS_INBOX}/answer/{NUDGE.id}/recognised/-")

    assert "Noted: you've already thanked Ana." in page.text
    assert await _stored(rows) == [("mara", "recognised", "")]
    assert "thanked" not in (await browser.get(ANAS_PAGE)).text


async def test_after_an_answer_the_reader_is_back_at_the_nudge(browser: httpx.AsyncClient) -> None:
    by_link = await browser.post(f"{LINK}/not_useful/-")
    on_own_page = await browser.post(f"{ANAS_PAGE}/answer/{NUDGE.id}/not_useful/-")
    in_inbox = await browser.post(f"{MARAS_INBOX}/answer/{NUDGE.id}/recognised/-")

    fragment = f"#nudge-{NUDGE.id}"
    assert [page.url for page in (by_link, on_own_page, in_inbox)] == [
        LINK + fragment,
        ANAS_PAGE + fragment,
        MARAS_INBOX + fragment,
    ]


OWN_ANSWER, INBOX_ANSWER = f"{ANAS_PAGE}/answer/{NUDGE.id}", f"{MARAS_INBOX}/answer/{NUDGE.id}"
TOKEN = LINK.rpartition("/")[2]


@pytest.mark.parametrize(
    "path",
    [
        f"{OWN_ANSWER}/recognised/-",
        f"{OWN_ANSWER}/coached/-",
        f"{INBOX_ANSWER}/coached/-",
        f"{INBOX_ANSWER}/not_useful/-",
        f"{JONS_INBOX}/answer/{NUDGE.id}/wrong/other",
        f"{OWN_ANSWER}/wrong/because",
        f"{OWN_ANSWER}/splendid/-",
        f"{ANAS_PAGE}/answer/no-such-nudge/not_useful/-",
        f"{ANAS_PAGE}x/answer/{NUDGE.id}/not_useful/-",
        f"http://pages/answer/{NUDGE.id}/mara/{TOKEN}/wrong/other",
        f"http://pages/answer/another/ana/{TOKEN}/wrong/other",
    ],
    ids=[
        "a rep does not recognise",
        "a rep does not coach",
        "a celebration is not coaching",
        "only the recipient knows whether it was useful",
        "another manager",
        "a reason that is not on the list",
        "an answer that does not exist",
        "a nudge that does not exist",
        "a wrong token",
        "somebody else's link",
        "the link of another nudge",
    ],
)
async def test_what_is_not_theirs_to_answer_is_not_stored(rows: Rows, browser: httpx.AsyncClient, path: str) -> None:
    response = await browser.post(path)

    assert response.status_code == 404
    assert await _stored(rows) == []


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", [OWN_ANSWER, INBOX_ANSWER, LINK])
async def test_an_answer_is_never_given_by_opening_its_address(
    rows: Rows, browser: httpx.AsyncClient, method: str, path: str
) -> None:
    response = await browser.request(method, f"{path}/wrong/other")

    assert response.status_code == 405
    assert await _stored(rows) == []


async def test_a_deferred_nudge_cannot_be_answered(rows: Rows, browser: httpx.AsyncClient) -> None:
    await rows.pool.execute("UPDATE nudge SET status = 'deferred'")

    assert (await browser.post(f"{OWN_ANSWER}/not_useful/-")).status_code == 404


@pytest.mark.parametrize(
    "path",
    [f"{LINK}x", LINK.replace("/ana/", "/mara/"), LINKS.answer_url(make_nudge("no-such-nudge").id, ANA.id)],
    ids=["a wrong token", "another person's", "a nudge that does not exist"],
)
async def test_without_the_right_link_there_is_no_page(browser: httpx.AsyncClient, path: str) -> None:
    assert (await browser.get(path)).status_code == 404


@pytest.mark.parametrize(("age", "status"), [(timedelta(days=14), 200), (timedelta(days=14, seconds=1), 410)])
async def test_a_link_in_a_message_works_for_fourteen_days(
    rows: Rows, browser: httpx.AsyncClient, age: timedelta, status: int
) -> None:
    await rows.pool.execute("UPDATE nudge SET send_at = $1", NOON - age)

    opened, answered = await browser.get(LINK), await browser.post(f"{LINK}/not_useful/-")

    assert (opened.status_code, answered.status_code) == (status, status)
    assert bool(await _stored(rows)) == (status == 200)
    assert ("This link has expired" in opened.text) == (status == 410)


async def test_an_old_message_can_still_be_answered_on_a_page_of_ones_own(rows: Rows, browser: httpx.AsyncClient) -> None:
    await rows.pool.execute("UPDATE nudge SET send_at = $1", NOON - timedelta(days=30))

    assert (await browser.post(f"{OWN_ANSWER}/not_useful/-")).status_code == 200
    assert await _stored(rows) == [("ana", "not_useful", "")]


async def test_a_manager_has_a_link_of_their_own_to_the_same_message(browser: httpx.AsyncClient) -> None:
    page = visible_text(await browser.get(LINKS.answer_url(NUDGE.id, MARA.id)))

    assert ">Already thanked Ana<span" in page
    assert ">Not useful<" not in page
