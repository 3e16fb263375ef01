"""Where a manager finds the way to thank a rep, and where what was said stands afterwards."""

import re
from datetime import timedelta
from urllib.parse import urljoin

import asyncpg
import httpx
import pytest

from services.nudges.pages.thanks.written_thanks import list_received_thanks, list_written
from shared.events import Nudge, NudgeKind
from tests.services.nudges.builders.days import MONDAY, NOON, TUESDAY, at
from tests.services.nudges.builders.managed_teams import lead
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA, BEN, JON, MARA
from tests.services.nudges.builders.reports import behaviour, open_report, report
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.pages.browser import (
    ADDRESSES_END_ON,
    ANAS_PAGE,
    BASE_URL,
    BENS_PAGE,
    JONS_INBOX,
    LINKS,
    MARAS_INBOX,
    OLD,
    visible_text,
)

CELEBRATION = make_nudge()
REMINDER = make_nudge("reminder", person=MARA, kind=NudgeKind.RECOGNITION, rule="recognition_due", occasion="ana:2026-03-02")
DIGEST = make_nudge("digest", person=MARA, kind=NudgeKind.DIGEST, rule="digest", text="One line.\nAnother.", reason="A.\nB.")


@pytest.fixture(autouse=True)
async def _mara_leads_ana(rows: Rows) -> None:
    await lead(rows.pool, ANA, newest_day=MONDAY)
    await rows.add_day(report(state="open", behaviours=(behaviour("Calls", 6, 6),)))


def ways_to_thank(page: httpx.Response) -> tuple[list[str], list[str]]:
    """Where the buttons post, and where the links lead."""
    buttons = re.findall(r'formaction="([^"]+)">Recognise Ana(?: for today)?<', page.text)
    links = re.findall(r'<a class="quiet" href="([^"]+)">Write to Ana…<span', page.text)
    return [urljoin(str(page.url), each) for each in buttons], [urljoin(str(page.url), each) for each in links]


@pytest.mark.parametrize("nudge", [CELEBRATION, REMINDER], ids=["celebration", "reminder"])
@pytest.mark.parametrize("is_inbox", [True, False], ids=["inbox", "page of the message"])
async def test_a_card_thanks_with_one_click_once_and_leads_to_the_page_for_words(
    rows: Rows, browser: httpx.AsyncClient, nudge: Nudge, *, is_inbox: bool
) -> None:
    await rows.add_nudge(nudge, managers=[MARA.id])
    page = await browser.get(MARAS_INBOX if is_inbox else LINKS.answer_url(nudge.id, MARA.id))
    ((button,), (link,)) = ways_to_thank(page)
    assert "Write to Ana Ruiz" in (await browser.get(link)).text

    thanked = await browser.post(button)
    again = await browser.post(button)

    for response in (thanked, again):
        assert response.status_code == 200
        assert response.url.copy_with(fragment=None) == page.url
        assert ways_to_thank(response) == ([], [])
        assert "Your thank-you to Ana is on its way." in response.text
    assert await rows.pool.fetchval("SELECT count(*) FROM nudge WHERE rule = 'thanks'") == 1
    assert await rows.pool.fetchval("SELECT nudge_id FROM recognition") == nudge.id


async def test_a_reminder_that_was_bundled_has_its_own_ways(rows: Rows, browser: httpx.AsyncClient) -> None:
    await rows.add_nudge(DIGEST, managers=[MARA.id])
    await rows.add_nudge(REMINDER.model_copy(update={"text": "Another."}), status="bundled", bundled_with=DIGEST.id)

    ((button,), (link,)) = ways_to_thank(await browser.get(MARAS_INBOX))

    assert button == f"{MARAS_INBOX}/answer/reminder/thank"
    assert link.endswith("?nudge=reminder")


async def test_no_way_is_offered_to_the_rep_nor_to_whoever_does_not_lead_them(rows: Rows, browser: httpx.AsyncClient) -> None:
    await lead(rows.pool, BEN, manager=JON, newest_day=MONDAY)
    await rows.add_day(open_report(rep=BEN, managers=(JON,)))
    await rows.add_nudge(CELEBRATION, managers=[MARA.id, JON.id])

    for address, shows_it in ((ANAS_PAGE, True), (LINKS.answer_url(CELEBRATION.id, ANA.id), True), (JONS_INBOX, False)):
        page = await browser.get(address)
        assert ("did your plan" in page.text) is shows_it
        assert ways_to_thank(page) == ([], [])
    for address in (f"{JONS_INBOX}/answer/plan-done/thank", f"{LINKS.answer_url(CELEBRATION.id, ANA.id)}/thank"):
        assert (await browser.post(address)).status_code == 404
    assert await rows.pool.fetchval("SELECT count(*) FROM recognition") == 0


@pytest.mark.parametrize(
    "path",
    [
        f"{MARAS_INBOX}/answer/gone/thank",
        f"{MARAS_INBOX}/answer/%00/thank",
        f"{MARAS_INBOX[:-1]}/answer/plan-done/thank",
        f"{LINKS.answer_url(CELEBRATION.id, JON.id).replace('/jon/', '/mara/')}/thank",
    ],
    ids=["no such nudge", "no id", "forged inbox", "somebody else's link"],
)
async def test_one_click_needs_the_link_and_the_nudge(rows: Rows, browser: httpx.AsyncClient, path: str) -> None:
    await rows.add_nudge(CELEBRATION)

    assert (await browser.post(path)).status_code == 404
    assert await rows.pool.fetchval("SELECT count(*) FROM recognition") == 0


async def test_a_link_in_a_message_that_has_ended_thanks_nobody(rows: Rows, browser: httpx.AsyncClient) -> None:
    sent_at = NOON - timedelta(days=14, seconds=1)
    await rows.add_nudge(make_nudge(send_at=sent_at))
    await rows.add_nudge(make_nudge("reminder", person=MARA, send_at=NOON - timedelta(days=14)))

    ended = await browser.post(f"{LINKS.answer_url(CELEBRATION.id, MARA.id)}/thank")

    assert ended.status_code == 410
    assert "This link has expired" in ended.text
    assert await rows.pool.fetchval("SELECT count(*) FROM recognition") == 0
    assert (await browser.post(f"{MARAS_INBOX}/answer/plan-done/thank")).status_code == 200


async def test_the_inbox_leads_to_everybody_whom_the_manager_leads_without_any_nudge(
    rows: Rows, browser: httpx.AsyncClient
) -> None:
    await lead(rows.pool, BEN, newest_day=MONDAY)
    await rows.add_day(open_report(rep=BEN, managers=(JON,)))

    page = await browser.get(MARAS_INBOX)

    links = re.findall(r'<a class="quiet" href="([^"]+)">([^<]+)<', page.text)
    assert [(urljoin(str(page.url), address), name) for address, name in links] == [
        (f"{BASE_URL}/recognise/{LINKS.recognise_path(MARA.id, ANA.id, last_day=ADDRESSES_END_ON)}", "Ana Ruiz")
    ]


async def test_the_reps_page_says_who_wrote_what_when_and_what_for_and_not_a_second_time_below(
    rows: Rows, browser: httpx.AsyncClient
) -> None:
    await rows.add_nudge(CELEBRATION)
    await rows.add_nudge(await rows.add_thanks(ANA, nudge_id=CELEBRATION.id))
    await rows.pool.execute("UPDATE recognition SET about_day = $1, facts = '6 of 6 calls'", MONDAY)

    text = visible_text(await browser.get(ANAS_PAGE))

    assert "Messages from your managers" in text
    assert '<span class="rep">Mara Lind</span> <span class="time">Today</span>' in text
    assert "“Great save”" in text
    assert "About:</span> Today: 6 of 6 calls" in text
    assert text.count("Great save") == 1
    assert "Messages from your managers" not in visible_text(await browser.get(BENS_PAGE))


async def test_older_words_fold_behind_the_newest_three(rows: Rows, browser: httpx.AsyncClient) -> None:
    for number in range(5):
        written_at = NOON - timedelta(days=number)
        await rows.add_nudge(await rows.add_thanks(ANA, text=f"word {number}", written_at=written_at))

    shown, _, folded = visible_text(await browser.get(ANAS_PAGE)).partition("Earlier (2)")

    assert [number for number in range(5) if f"“word {number}”" in shown] == [0, 1, 2]
    assert folded.index("“word 3”") < folded.index("“word 4”")


async def test_only_what_was_sent_stands_on_the_reps_page(rows: Rows, pool: asyncpg.Pool) -> None:
    for number, status in enumerate(("sent", "deferred", "suppressed")):
        thanks = await rows.add_thanks(ANA, written_at=NOON + timedelta(minutes=number))
        await rows.add_nudge(thanks, status=status)
    await rows.add_nudge(await rows.add_thanks(BEN))

    assert [received.recognition.written_at for received in await list_received_thanks(pool, ANA.id)] == [NOON]


async def test_the_newest_hundred_stand_on_the_reps_page(rows: Rows, pool: asyncpg.Pool) -> None:
    for number in range(101):
        await rows.add_nudge(await rows.add_thanks(ANA, written_at=NOON - timedelta(minutes=number)))

    written_at = [received.recognition.written_at for received in await list_received_thanks(pool, ANA.id)]

    assert written_at == [NOON - timedelta(minutes=number) for number in range(100)]


async def test_a_manager_finds_what_they_wrote_newest_first_to_one_rep_or_all(rows: Rows, pool: asyncpg.Pool) -> None:
    await rows.ignore_indexes()
    for rep, manager, hour in ((ANA, MARA, "10:00"), (ANA, JON, "10:10"), (BEN, MARA, "10:30"), (ANA, MARA, "10:20")):
        await rows.add_nudge(await rows.add_thanks(rep, manager, written_at=at(MONDAY, hour)))
    await rows.add_thanks(ANA, MARA, written_at=at(MONDAY, "10:40"), undone_at=NOON)

    of_all, of_ana = await list_written(pool, MARA.id), await list_written(pool, MARA.id, ANA.id)

    written_at = [written.recognition.written_at for written in of_all]
    assert written_at == [at(MONDAY, hour) for hour in ("10:30", "10:20", "10:00")]
    assert [written.rep_name for written in of_all] == ["Ben Ode", "Ana Ruiz", "Ana Ruiz"]
    assert [written.recognition.written_at for written in of_ana] == [at(MONDAY, "10:20"), at(MONDAY, "10:00")]


async def test_the_inbox_shows_the_last_twenty_to_their_writer_alone(rows: Rows, browser: httpx.AsyncClient) -> None:
    for number in range(21):
        thanks = await rows.add_thanks(ANA, text=f"word {number}.", written_at=NOON - timedelta(minutes=number))
        await rows.add_nudge(thanks, managers=[])
    await lead(rows.pool, ANA, manager=JON, newest_day=MONDAY)
    await rows.add_day(report(state="open", managers=(MARA, JON)))

    text = visible_text(await browser.get(MARAS_INBOX))

    assert "Messages you've written (20)" in text
    assert ("word 19." in text, "word 20." in text) == (True, False)
    assert "word 1" not in (await browser.get(JONS_INBOX)).text


@pytest.mark.parametrize(
    ("status", "because", "state"),
    [
        ("sent", "", "Sent today at 12:00 Madrid time."),
        ("deferred", "on leave", "Waiting until Ana is at work again (on leave)."),
        ("deferred", "Daymark hasn't opened the rep's day yet", "Waiting. It goes out once Ana's day has begun."),
        ("suppressed", "no day of the rep is opened any more", "Not sent: no day of the rep is opened any more."),
    ],
)
async def test_the_manager_sees_what_has_become_of_it(
    rows: Rows, browser: httpx.AsyncClient, status: str, because: str, state: str
) -> None:
    thanks = await rows.add_thanks(ANA)
    send_at = at(MONDAY + timedelta(days=7), "09:00") if because == "on leave" else NOON
    await rows.add_nudge(thanks.model_copy(update={"send_at": send_at}), status=status, because=because)

    for address in (MARAS_INBOX, OLD.recognise_url(MARA.id, ANA.id)):
        assert state in visible_text(await browser.get(address))


async def test_what_a_restore_gave_up_is_shown_as_not_sent(rows: Rows, browser: httpx.AsyncClient) -> None:
    thanks = await rows.add_thanks(ANA)
    await rows.add_nudge(thanks)
    await rows.add_delivery(thanks.id)
    await rows.pool.execute("UPDATE delivery SET state = 'failed', last_error = unsent_reason()")

    for address in (MARAS_INBOX, OLD.recognise_url(MARA.id, ANA.id)):
        text = visible_text(await browser.get(address))
        assert "Not sent again: Daymark was restored from a backup, and this may already have gone out." in text
        assert "Sent today at 12:00" not in text


async def test_what_was_written_on_another_day_is_dated(rows: Rows, browser: httpx.AsyncClient) -> None:
    await rows.add_day(open_report(TUESDAY))
    await rows.add_nudge(await rows.add_thanks(ANA, text="", written_at=NOON - timedelta(days=10)))

    text = visible_text(await browser.get(ANAS_PAGE))

    assert '<span class="time">Friday 20 February</span>' in text
    assert "Thank you." in text
