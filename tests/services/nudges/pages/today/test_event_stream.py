"""The stream of an open page, behind the real HTTP server."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import asyncpg
import httpx

from services.nudges.access.sessions import list_sessions
from services.nudges.preferences.stored_preferences import save_language
from tests.services.nudges.builders.days import NOON
from tests.services.nudges.builders.people import MARA
from tests.services.nudges.builders.reports import open_report
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.pages.doors.visits import Visits, visiting
from tests.services.nudges.pages.today.reminders import ASKED, REMINDER
from tests.serving import served

EVENTS = "/today/events"


@dataclass
class Event:
    name: str
    id: str
    data: str


async def _events(response: httpx.Response) -> AsyncIterator[Event]:
    """As a browser reads them."""
    lines: list[str] = []
    async for line in response.aiter_lines():
        if line:
            lines.append(line)
            continue
        fields = [line.partition(": ")[::2] for line in lines]
        lines = []
        values = {name: "\n".join(value for other, value in fields if other == name) for name, _ in fields}
        if "event" in values:
            yield Event(name=values["event"], id=values.get("id", ""), data=values["data"])


@asynccontextmanager
async def _signed_in(visits: Visits) -> AsyncIterator[httpx.AsyncClient]:
    """A browser of Mara's in front of a real server, which ends while its streams are open."""
    cookies = (await visits.sign_in("mara")).cookies
    async with (
        httpx.AsyncClient(trust_env=False, timeout=30) as browser,
        served(visits.app, before_shutdown=visits.live.close) as port,
    ):
        browser.base_url = f"http://127.0.0.1:{port}"
        browser.cookies.update(dict(cookies.items()))
        yield browser


async def test_a_page_is_sent_what_differs_and_names_the_last_event_when_it_connects_again(visits: Visits, rows: Rows) -> None:
    await rows.add_day(open_report())
    async with _signed_in(visits) as browser:
        async with browser.stream("GET", EVENTS, params={"since": "old"}) as response:
            events = _events(response)
            beat, sent = await anext(events), await anext(events)
        async with browser.stream("GET", EVENTS, params={"since": "old"}, headers={"Last-Event-ID": sent.id}) as again:
            events = _events(again)
            first = await anext(events)
            visits.live.close()
            rest = [event.name async for event in events]

    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.headers["cache-control"] == "no-store"
    assert (beat.name, beat.id, beat.data) == ("beat", "", '<p id="time-north" class="when">Monday 2 March, 12:00</p>')
    assert (sent.name, "0 of 10" in sent.data, 'id="summary-north"' in sent.data) == ("rows", True, True)
    assert (first.name, rest) == ("beat", [])
    assert visits.live.page_count == 0


async def test_a_stream_is_in_the_language_that_its_reader_has_chosen(visits: Visits, rows: Rows) -> None:
    await rows.add_day(open_report())
    await save_language(rows.pool, MARA.id, "es", now=NOON)
    async with _signed_in(visits) as browser, browser.stream("GET", EVENTS, headers={"Accept-Language": "en"}) as response:
        events = _events(response)
        beat, sent = await anext(events), await anext(events)

    assert beat.data == '<p id="time-north" class="when">Lunes 2 de marzo, 12:00</p>'
    assert ("0 de 10" in sent.data, "0 of 10" in sent.data) == (True, False)


async def test_an_open_page_is_no_use_of_its_session_and_gets_nothing_without_one(visits: Visits) -> None:
    async with _signed_in(visits) as browser:
        visits.pass_time(timedelta(hours=11))
        async with browser.stream("GET", EVENTS) as response:
            assert response.status_code == 200
        (session,) = await list_sessions(visits.pool, None, now=NOON)
        visits.pass_time(timedelta(hours=1))
        ended = await browser.get(EVENTS)

    assert session.last_used_at == NOON
    assert ended.status_code == 303


async def test_a_page_that_has_to_be_read_anew_learns_it_and_its_parts_are_no_use_of_its_session(
    visits: Visits, rows: Rows
) -> None:
    await rows.add_day(open_report())
    await rows.add_nudge(REMINDER)
    async with _signed_in(visits) as browser:
        async with browser.stream("GET", EVENTS) as response:
            events = _events(response)
            await anext(events)
            for opened in visits.live._pages:
                opened.end(is_outdated=True)
            names = [event.name async for event in events]
        page = await browser.get("/today")
        visits.pass_time(timedelta(hours=1))
        parts = await browser.get("/today/parts")
        (session,) = await list_sessions(visits.pool, None, now=NOON)
        (fingerprint,) = re.findall(r'data-fingerprint="([^"]+)"', parts.text)
        async with browser.stream("GET", EVENTS, params={"since": fingerprint}) as response:
            first = await anext(_events(response))
            assert [opened.reminders for opened in visits.live._pages] == [fingerprint.partition("~")[2]]

    assert names[-1] == "outdated"
    assert (first.name, fingerprint in page.text, ASKED in parts.text) == ("beat", True, True)
    assert ("<html" in parts.text, session.last_used_at) == (False, NOON)


async def test_the_server_ends_although_a_page_is_open(visits: Visits) -> None:
    async with _signed_in(visits) as browser:
        request = browser.build_request("GET", EVENTS)
        response = await browser.send(request, stream=True)
        events = _events(response)
        await anext(events)

    await response.aclose()
    assert visits.live.page_count == 0


async def test_a_stream_ends_by_itself_before_the_server_would_cut_it_off(pool: asyncpg.Pool) -> None:
    async with visiting(pool, stream_s=0.01) as visits, _signed_in(visits) as browser:
        response = await browser.get(EVENTS)

    assert response.is_success
    assert "signed-out" not in response.text


async def test_a_page_whose_visitor_is_signed_out_learns_it(visits: Visits) -> None:
    async with _signed_in(visits) as browser, browser.stream("GET", EVENTS) as response:
        events = _events(response)
        await anext(events)
        for page in visits.live._pages:
            page.end(is_signed_out=True)

        assert [event.name async for event in events][-1] == "signed-out"
