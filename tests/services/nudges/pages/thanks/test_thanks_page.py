"""A manager writes to a rep, or just says thank you: over HTTP, on a real database."""

import re
from urllib.parse import urljoin

import asyncpg
import httpx
import pytest

from services.nudges.metrics import NudgesMetrics
from shared.event_types import NUDGE_DECIDED
from shared.events import NudgeId
from tests.services.nudges.builders.days import MONDAY, TUESDAY, at
from tests.services.nudges.builders.managed_teams import lead
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA, BEN, JON, MARA
from tests.services.nudges.builders.reports import behaviour, open_report, report
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.pages.browser import BASE_URL, OLD, browsing, visible_text
from tests.services.nudges.pages.disputes.explanations import Scoring
from tests.services.nudges.pages.old_addresses import OldAddresses

PAGE = OLD.recognise_url(MARA.id, ANA.id)
TOKEN = PAGE.rpartition("/")[2]
SENTENCE = "Great save on Acme."


@pytest.fixture(autouse=True)
async def _mara_leads_ana(rows: Rows) -> None:
    await lead(rows.pool, ANA, newest_day=MONDAY)
    await rows.add_day(report(state="open", behaviours=(behaviour("Calls", 6, 6),)))
    await rows.add_nudge(make_nudge())


def fields_of(page: httpx.Response) -> dict[str, str]:
    """The hidden fields of the form."""
    return dict(re.findall(r'type="hidden" name="([a-z]+)" value="([^"]*)"', page.text))


async def send(browser: httpx.AsyncClient, page: httpx.Response, **typed: str) -> httpx.Response:
    """Press a button of the form as a browser does."""
    ((action,),) = [re.findall(r'action="([^"]+/send)"', page.text)]
    return await browser.post(urljoin(str(page.url), action), data={**fields_of(page), "text": "", **typed})


async def texts(pool: asyncpg.Pool) -> list[str]:
    return [row["text"] for row in await pool.fetch("SELECT text FROM nudge WHERE rule = 'thanks' ORDER BY seq")]


async def test_opening_the_page_sends_nothing_and_shows_the_facts_and_what_the_rep_would_read(
    browser: httpx.AsyncClient, pool: asyncpg.Pool
) -> None:
    page = await browser.get(f"{PAGE}?nudge=plan-done")

    text = visible_text(page)
    assert page.status_code == 200
    assert "<h1>Write to Ana Ruiz</h1>" in text
    assert "About “Plan done”:</span> 6 of 6 calls" in text
    assert "Mara Lind says thank you for today: 6 of 6 calls." in text
    assert "script" not in text
    assert page.headers["Content-Security-Policy"].count("form-action 'self'") == 1
    assert await texts(pool) == []


async def test_a_sentence_is_sent_and_the_page_says_so(pool: asyncpg.Pool, scoring: Scoring, metrics: NudgesMetrics) -> None:
    woken: list[None] = []
    async with browsing(pool, scoring.explain, metrics=metrics, on_decided=lambda: woken.append(None)) as browser:
        sent = await send(browser, await browser.get(PAGE), text=SENTENCE)

    text = visible_text(sent)
    assert sent.request.method == "GET"
    assert f'role="status">“{SENTENCE}” Sent today at 12:00 Madrid time.' in text
    assert "Messages you've written to Ana" in text
    assert "Take it back" not in text
    assert await texts(pool) == [f"Mara Lind wrote to you: “{SENTENCE}”"]
    assert len(woken) == 1
    assert metrics.decided.labels("thanks", "sent")._value.get() == 1


async def test_one_click_sends_thanks_for_the_nudge(browser: httpx.AsyncClient, pool: asyncpg.Pool) -> None:
    sent = await send(browser, await browser.get(f"{PAGE}?nudge=plan-done"), say="thanks")

    assert 'role="status">Thank you for today: 6 of 6 calls. Sent today' in visible_text(sent)
    assert await texts(pool) == ["Mara Lind says thank you for today: 6 of 6 calls."]
    assert await pool.fetchval("SELECT nudge_id FROM recognition") == "plan-done"


async def test_a_form_that_is_sent_twice_sends_one_message(browser: httpx.AsyncClient, pool: asyncpg.Pool) -> None:
    opened = await browser.get(PAGE)

    answers = [await send(browser, opened, text=SENTENCE) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].url == answers[1].url
    assert len(await texts(pool)) == 1


async def test_other_words_from_the_same_form_are_not_lost_and_can_be_sent_after_all(
    browser: httpx.AsyncClient, pool: asyncpg.Pool
) -> None:
    opened = await browser.get(PAGE)
    await send(browser, opened, text=SENTENCE)

    refused = await send(browser, opened, text="And one more thing.")
    assert refused.status_code == 409
    assert "Not sent yet: you have sent another message from this form." in visible_text(refused)
    assert ">And one more thing.</textarea>" in refused.text
    assert len(await texts(pool)) == 1

    await send(browser, refused, text="And one more thing.")
    assert len(await texts(pool)) == 2


async def test_words_and_the_button_for_thanks_alone_send_nothing(browser: httpx.AsyncClient, pool: asyncpg.Pool) -> None:
    refused = await send(browser, await browser.get(PAGE), text="Half a sent", say="thanks")

    assert refused.status_code == 409
    assert "Nothing was sent." in visible_text(refused)
    assert ">Half a sent</textarea>" in refused.text
    assert await texts(pool) == []


async def test_a_text_that_is_too_long_comes_back_to_be_shortened(browser: httpx.AsyncClient, pool: asyncpg.Pool) -> None:
    refused = await send(browser, await browser.get(f"{PAGE}?nudge=plan-done"), text="x" * 5_000)

    assert refused.status_code == 409
    assert "Nothing was sent. Your message is 5000 characters long; the limit is 500." in visible_text(refused)
    assert "x" * 5_000 in refused.text
    assert fields_of(refused)["nudge"] == "plan-done"
    assert await texts(pool) == []


async def test_markup_is_shown_as_it_was_typed(browser: httpx.AsyncClient, rows: Rows) -> None:
    hostile = '"><script>alert(1)</script></textarea><img src=x onerror=alert(1)>'

    sent = await send(browser, await browser.get(PAGE), text=hostile)
    refused = await send(browser, sent, text=hostile * 20)
    for page in (sent, refused, await browser.get(OLD.own_page_url(ANA.id)), await browser.get(OLD.inbox_url(MARA.id))):
        assert "<script>" not in page.text
        assert "<img" not in page.text
        assert "&lt;script&gt;" in page.text


async def test_after_hours_it_waits_and_can_be_undone(pool: asyncpg.Pool, scoring: Scoring) -> None:
    async with browsing(pool, scoring.explain, now=at(MONDAY, "18:00")) as browser:
        waiting = await send(browser, await browser.get(PAGE), text=SENTENCE)
        assert "Waiting: after working hours. It goes out tomorrow at 09:00 Madrid time." in visible_text(waiting)
        (action,) = re.findall(r'formaction="([^"]+)">Take it back<', waiting.text)

        undone = await browser.post(urljoin(str(waiting.url), action))
        again = await browser.post(urljoin(str(waiting.url), action))

    assert "You took it back. Ana hasn't seen it." in visible_text(undone)
    assert "It's too late to take this back" in visible_text(again)
    assert SENTENCE not in undone.text
    assert await texts(pool) == []


@pytest.mark.parametrize(
    "path",
    [
        f"/recognise/{JON.id}/{ANA.id}/{TOKEN}",
        f"/recognise/{MARA.id}/{BEN.id}/{TOKEN}",
        f"/recognise/{ANA.id}/{MARA.id}/{TOKEN}",
        f"/recognise/{MARA.id}/{ANA.id}/{OLD.inbox_url(MARA.id).rpartition('/')[2]}",
        f"/recognise/{MARA.id}/{ANA.id}/{'0' * 32}",
        OldAddresses(base_url=BASE_URL, secret="of last year").recognise_url(MARA.id, ANA.id).removeprefix(BASE_URL),
    ],
    ids=["another manager", "another rep", "the wrong way round", "of the inbox", "forged", "of a secret that was replaced"],
)
async def test_nothing_opens_and_nothing_is_sent_without_the_signature(
    browser: httpx.AsyncClient, pool: asyncpg.Pool, path: str
) -> None:
    typed = {"form": "0123456789", "text": SENTENCE}

    responses = [
        await browser.get(path),
        await browser.post(f"{path}/send", data=typed),
        await browser.post(f"{path}/undo/0123"),
    ]

    assert [response.status_code for response in responses] == [404] * 3
    assert await texts(pool) == []


async def test_a_manager_who_no_longer_leads_the_rep_sends_nothing_from_a_page_that_was_open(
    browser: httpx.AsyncClient, rows: Rows
) -> None:
    opened = await browser.get(PAGE)
    await rows.add_day(open_report(TUESDAY, managers=(JON,)))

    assert (await send(browser, opened, text=SENTENCE)).status_code == 404
    assert (await browser.get(PAGE)).status_code == 404
    assert await texts(rows.pool) == []


async def test_it_does_not_open_for_a_rep_who_was_erased(browser: httpx.AsyncClient, pool: asyncpg.Pool) -> None:
    await pool.execute("DELETE FROM day")

    assert (await browser.get(PAGE)).status_code == 404


@pytest.mark.parametrize("form", ["", "short token\x00", "../..", "a" * 65])
async def test_what_is_no_form_of_the_page_sends_nothing(browser: httpx.AsyncClient, pool: asyncpg.Pool, form: str) -> None:
    response = await browser.post(f"{PAGE}/send", data={"form": form, "text": SENTENCE})

    assert response.status_code == 404
    assert await texts(pool) == []


@pytest.mark.parametrize("nudge", ["bens", "gone", "\x00", "a" * 500, "<b>"])
async def test_a_nudge_that_is_no_reason_to_thank_the_rep_is_left_out(
    browser: httpx.AsyncClient, rows: Rows, nudge: str
) -> None:
    await rows.add_nudge(make_nudge("bens", person=BEN))

    page = await browser.get(PAGE, params={"nudge": nudge})
    sent = await browser.post(f"{PAGE}/send", data={"form": "0123456789", "text": "", "nudge": nudge})

    assert "About “" not in page.text
    assert fields_of(page).keys() == {"form"}
    assert sent.status_code == 200
    assert await texts(rows.pool) == ["Mara Lind says thank you."]


async def test_while_the_database_is_down_nothing_is_promised(
    browser: httpx.AsyncClient, unreachable_pool: asyncpg.Pool, scoring: Scoring
) -> None:
    opened = await browser.get(PAGE)
    async with browsing(unreachable_pool, scoring.explain) as other:
        responses = [
            await other.get(PAGE),
            await send(other, opened, text=SENTENCE),
            await other.post(f"{PAGE}/undo/0123"),
            await other.post(f"{OLD.inbox_url(MARA.id)}/answer/plan-done/thank"),
        ]

    assert [response.status_code for response in responses] == [503] * 4
    assert all("it wasn't saved" in response.text for response in responses)


async def test_the_words_stand_in_the_message_alone_and_in_no_log(
    browser: httpx.AsyncClient, rows: Rows, capfd: pytest.CaptureFixture[str]
) -> None:
    await send(browser, await browser.get(PAGE), text=SENTENCE)

    output = capfd.readouterr()
    assert "Acme" not in output.out + output.err
    (body,) = await rows.outbox(NUDGE_DECIDED.name)
    assert SENTENCE in body
    assert await rows.pool.fetchval("SELECT count(*) FROM outbox") == 1
    assert await rows.pool.fetchval("SELECT id FROM nudge WHERE rule = 'thanks'") != NudgeId("plan-done")
