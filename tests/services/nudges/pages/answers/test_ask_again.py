"""A person asks to get a message again later today: over HTTP, on a real database."""

from datetime import datetime, time, timedelta

import httpx
import pytest

from services.nudges.decide.nudges import mark_retracted
from services.nudges.domain.feedback.preferences import Preference
from services.nudges.preferences.stored_preferences import save_preference
from shared.events import Nudge, NudgeKind
from tests.services.nudges.builders.days import MONDAY, NOON, TUESDAY, at
from tests.services.nudges.builders.managed_teams import lead
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA, MARA
from tests.services.nudges.builders.reports import report
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.conftest import Nudging
from tests.services.nudges.deliver.recorder import Recorder
from tests.services.nudges.pages.browser import LINKS, browsing, visible_text
from tests.services.nudges.pages.disputes.explanations import Scoring

NUDGE = make_nudge(send_at=at(MONDAY, "09:00"))
LINK = LINKS.answer_url(NUDGE.id, ANA.id)
BUTTON = "Send it to me again at"


@pytest.fixture(autouse=True)
async def _sent(rows: Rows) -> None:
    """Ana works today, and a message has reached her this morning."""
    await rows.add_day(report(state="open"))
    await rows.add_nudge(NUDGE)
    await rows.add_delivery(NUDGE.id, "personal", state="delivered", queued_at=at(MONDAY, "09:00"))


async def _queued(rows: Rows) -> list[tuple[str, datetime | None]]:
    stored = await rows.pool.fetch("SELECT state, again_at FROM delivery WHERE channel = 'personal'")
    return [(row["state"], row["again_at"]) for row in stored]


async def test_opening_the_message_offers_it_and_changes_nothing(rows: Rows, browser: httpx.AsyncClient) -> None:
    page = await browser.get(LINK)

    assert f"{BUTTON} 14:00" in page.text
    assert await _queued(rows) == [("delivered", None)]


async def test_it_comes_again_later_as_a_message_with_an_id_of_its_own(
    rows: Rows, browser: httpx.AsyncClient, nudging: Nudging
) -> None:
    channel = Recorder(name="personal")
    answer = await browser.post(f"{LINK}/later")
    assert "You'll get this message again later today." in visible_text(answer)
    await rows.add_channel("personal")

    nudging.now = at(MONDAY, "13:59")
    assert await nudging.deliver(channel) == 0
    nudging.now = at(MONDAY, "14:00")
    assert await nudging.deliver(channel) == 1

    (sent,) = channel.nudges
    assert (sent.id, sent.text, sent.send_at) == (NUDGE.id, NUDGE.text, at(MONDAY, "14:00"))
    assert await _queued(rows) == [("delivered", at(MONDAY, "14:00"))]


async def test_asked_again_it_moves(rows: Rows, browser: httpx.AsyncClient) -> None:
    await browser.post(f"{LINK}/later")

    async with browsing(rows.pool, Scoring().explain, now=at(MONDAY, "13:00")) as later:
        await later.post(f"{LINK}/later")

    assert await _queued(rows) == [("queued", at(MONDAY, "15:00"))]


async def test_the_button_of_a_link_that_has_ended_leads_nowhere(rows: Rows) -> None:
    async with browsing(rows.pool, Scoring().explain, now=at(MONDAY, "09:01") + timedelta(days=14)) as late:
        assert (await late.post(f"{LINK}/later", follow_redirects=False)).status_code == 410


async def test_it_comes_within_the_hours_that_the_person_wants(rows: Rows, browser: httpx.AsyncClient) -> None:
    await save_preference(rows.pool, ANA.id, Preference(not_after=time(13)), now=NOON)

    assert f"{BUTTON} 12:30" in (await browser.get(LINK)).text


async def test_a_message_that_turns_out_wrong_does_not_come_again(rows: Rows, browser: httpx.AsyncClient) -> None:
    await browser.post(f"{LINK}/later")
    async with rows.pool.acquire() as connection:
        await mark_retracted(connection, NUDGE.id, NOON, "It was wrong.")

    assert [state for state, _ in await _queued(rows)] == ["delivered"]
    assert BUTTON not in (await browser.get(LINK)).text
    assert "can't send this message again today" in visible_text(await browser.post(f"{LINK}/later"))


@pytest.mark.parametrize("state", ["queued", "sending", "failed"])
async def test_what_has_not_reached_them_is_not_sent_twice(rows: Rows, browser: httpx.AsyncClient, state: str) -> None:
    await rows.pool.execute("UPDATE delivery SET state = $1", state)

    assert BUTTON not in (await browser.get(LINK)).text
    await browser.post(f"{LINK}/later")
    assert await _queued(rows) == [(state, None)]


async def test_other_channels_and_other_messages_get_nothing_again(rows: Rows, browser: httpx.AsyncClient) -> None:
    other = make_nudge("other", occasion="other")
    await rows.add_nudge(other)
    await rows.add_delivery(other.id, "personal", state="delivered")
    await rows.add_delivery(NUDGE.id, "webhook", state="delivered")

    await browser.post(f"{LINK}/later")

    queued = await rows.pool.fetch("SELECT nudge_id, channel FROM delivery WHERE state = 'queued'")
    assert [tuple(row) for row in queued] == [(NUDGE.id, "personal")]


@pytest.mark.parametrize(
    "now", [at(MONDAY, "16:16"), at(TUESDAY, "10:00")], ids=["the day is too far gone", "it was sent on another day"]
)
async def test_it_is_not_offered_when(rows: Rows, now: datetime) -> None:
    await rows.add_day(report(TUESDAY, state="open"))
    async with browsing(rows.pool, Scoring().explain, now=now) as browser:
        assert BUTTON not in (await browser.get(LINK)).text
        await browser.post(f"{LINK}/later")

    assert await _queued(rows) == [("delivered", None)]


async def test_only_the_recipient_is_asked(rows: Rows, browser: httpx.AsyncClient) -> None:
    await lead(rows.pool, ANA, newest_day=MONDAY)
    as_manager = LINKS.answer_url(NUDGE.id, MARA.id)

    assert BUTTON not in (await browser.get(as_manager)).text
    await browser.post(f"{as_manager}/later")
    assert (await browser.post(f"{LINK[:-1]}x/later")).status_code == 404

    assert await _queued(rows) == [("delivered", None)]


async def test_a_manager_gets_the_morning_message_again(rows: Rows, browser: httpx.AsyncClient) -> None:
    digest = _digest()
    await lead(rows.pool, ANA, newest_day=MONDAY)
    await rows.add_nudge(digest)
    await rows.add_delivery(digest.id, "personal", state="delivered")

    assert f"{BUTTON} 14:00" in (await browser.get(LINKS.answer_url(digest.id, MARA.id))).text


async def test_it_is_not_offered_to_somebody_whose_day_is_not_known(rows: Rows, browser: httpx.AsyncClient) -> None:
    await rows.pool.execute("DELETE FROM day")

    assert BUTTON not in (await browser.get(LINK)).text


def _digest() -> Nudge:

    return make_nudge("digest", person=MARA, kind=NudgeKind.DIGEST, rule="digest", send_at=at(MONDAY, "09:00"))
