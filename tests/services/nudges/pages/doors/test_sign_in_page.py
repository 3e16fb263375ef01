"""Signing in: from the name that somebody types to the session, and out again."""

import asyncio
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest

from services.nudges.access.operators import Operator, add_operator
from services.nudges.access.sessions import SESSION_IDLE_MAX, Origin, list_sessions
from services.nudges.access.sign_in_links import LINK_AGE_MAX, MESSAGES_MAX, SignInLink, add_sign_in_link
from services.nudges.deliver.personal.contact_states import list_contact_states
from shared.events import PersonId
from shared.reach import ContactPoint
from shared.service.http.limits import HttpLimits
from tests.services.nudges.builders.days import NOON
from tests.services.nudges.builders.people import ANA, MARA
from tests.services.nudges.pages.browser import visible_text
from tests.services.nudges.pages.doors.visits import HTTPS, Visits, field_of, visiting
from tests.serving import served

ON_ITS_WAY = "If we know you, a link is on its way."


async def test_somebody_signs_in_with_a_link_in_their_own_mail_and_comes_to_their_page(visits: Visits) -> None:
    async with visits.browser() as browser:
        asked = await browser.post("/sign-in", data={"typed": "ana@example.com"})
        ((address, message),) = visits.mail.sent
        link = await browser.get(message.url)
        pressed = await browser.post(message.url)
        home = await browser.get("/")
        page = await browser.get(home.headers["location"])

    assert ON_ITS_WAY in visible_text(asked)
    assert address == "ana@example.com"
    assert (message.subject, message.stop_url, message.is_binding) == ("Sign in to Daymark", "", True)
    assert "<h1>Sign in as Ana Ruiz?</h1>" in link.text
    assert (pressed.status_code, pressed.headers["location"]) == (303, "/")
    assert home.headers["location"] == "/you/ana/-"
    assert page.status_code == 200
    assert "Sign out Ana Ruiz" in page.text
    assert [state.transport for state in await list_contact_states(visits.pool)] == ["mail"]
    assert (visits.count("link_sent"), visits.count("signed_in")) == (1, 1)


async def test_the_answer_does_not_tell_who_is_in_the_roster(visits: Visits) -> None:
    async with visits.browser() as browser:
        answers = [
            await browser.post("/sign-in", data={"typed": typed})
            for typed in ("ana@example.com", "Ana Ruiz", "nils@example.com", "", "x" * 255, "Ana\0Ruiz")
        ]

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert {answer.headers["connection"] for answer in answers} == {"close"}
    assert [address for address, _ in visits.mail.sent] == ["ana@example.com"] * 2
    assert visits.count("not_listed") == 4
    assert visits.roster.typed == ["ana@example.com", "Ana Ruiz", "nils@example.com"]


@pytest.mark.parametrize("typed", ["ana%40example.com", "nils%40example.com"])
async def test_the_answer_and_the_end_of_its_connection_do_not_wait_for_the_message(visits: Visits, typed: str) -> None:
    visits.mail.open.clear()
    async with served(visits.app, limits=HttpLimits(head_timeout_s=1_000)) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        form = f"typed={typed}".encode()
        head = b"POST /sign-in HTTP/1.1\r\nHost: pages\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: "
        writer.write(head + b"%d\r\n\r\n" % len(form) + form)
        answer = await reader.read()
        visits.mail.open.set()
        writer.close()

    assert answer.startswith(b"HTTP/1.1 200")


async def test_opening_a_link_uses_nothing_up_and_pressing_its_button_does(visits: Visits) -> None:
    async with visits.browser() as scanner, visits.browser() as browser, visits.browser() as thief:
        await browser.post("/sign-in", data={"typed": "ana@example.com"})
        link = visits.mail.newest_link
        opened = [await scanner.get(link) for _ in range(3)]
        assert await list_sessions(visits.pool, None, now=NOON) == []
        first, again = await browser.post(link), await thief.post(link)
        opened_again = await thief.get(link)

    assert [page.status_code for page in opened] == [200, 200, 200]
    assert "set-cookie" not in opened[0].headers
    assert first.status_code == 303
    assert (again.status_code, opened_again.status_code) == (410, 410)
    assert "set-cookie" not in again.headers
    assert len(await list_sessions(visits.pool, None, now=NOON)) == 1


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_link_ends_after_a_quarter_of_an_hour_and_looks_like_one_that_never_was(visits: Visits, method: str) -> None:
    async with visits.browser() as browser:
        await browser.post("/sign-in", data={"typed": "ana@example.com"})
        visits.pass_time(LINK_AGE_MAX)
        ended = await browser.request(method, visits.mail.newest_link)
        forged = await browser.request(method, f"/sign-in/{'x' * 43}")

    assert (ended.status_code, forged.status_code) == (410, 410)
    assert ended.text == forged.text


async def test_nobody_who_has_left_signs_in_with_a_link_from_before(visits: Visits) -> None:
    async with visits.browser() as browser:
        await browser.post("/sign-in", data={"typed": "ana@example.com"})
        visits.roster.without(ANA.id)
        opened, pressed = await browser.get(visits.mail.newest_link), await browser.post(visits.mail.newest_link)

    assert (opened.status_code, pressed.status_code) == (410, 410)
    assert await list_sessions(visits.pool, None, now=NOON) == []


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(pool: asyncpg.Pool, visits: Visits) -> None:
    async with visiting(pool, base_url=HTTPS) as secure:
        cookies = []
        for pages in (visits, secure):
            async with pages.browser() as browser:
                await browser.post("/sign-in", data={"typed": "ana@example.com"})
                cookies.append((await browser.post(pages.mail.newest_link)).headers["set-cookie"])

    plain, encrypted = ({part.strip() for part in cookie.split(";")} for cookie in cookies)
    assert {"HttpOnly", "SameSite=lax", "Path=/", "Max-Age=2592000"} <= plain & encrypted
    assert "Secure" in encrypted - plain
    assert not any(part.startswith("Domain") for part in plain | encrypted)
    assert cookies[0].startswith("daymark-session=")
    assert cookies[1].startswith("__Host-daymark-session=")


async def test_a_manager_comes_to_today_and_one_who_sells_finds_their_own_page_there(visits: Visits) -> None:
    mara, jon = await visits.sign_in("mara"), await visits.sign_in("jon")

    assert (await mara.get("/")).headers["location"] == "/today"
    today = await jon.get((await jon.get("/")).headers["location"])
    assert 'href="/you/jon/-"' in today.text
    assert 'href="/you/mara/-"' not in (await mara.get("/today")).text


async def test_an_operator_outside_of_the_roster_signs_in_with_their_email(visits: Visits) -> None:
    contact = ContactPoint(transport="mail", address="olga@example.com")
    olga = Operator(id=PersonId("olga@example.com"), name="olga@example.com", contacts=(contact,))
    await add_operator(visits.pool, olga, now=NOON)

    browser = await visits.sign_in("olga")

    assert (await browser.get("/")).headers["location"] == "/delivery"


async def test_an_operator_whom_the_roster_no_longer_lists_is_sent_nothing(visits: Visits) -> None:
    await add_operator(visits.pool, Operator(id=PersonId("nils"), name="Nils", contacts=()), now=NOON)

    async with visits.browser() as browser:
        await browser.post("/sign-in", data={"typed": "nils"})

    assert visits.mail.sent == []


async def test_whoever_is_not_signed_in_comes_to_the_sign_in_page_and_then_to_where_they_wanted(visits: Visits) -> None:
    async with visits.browser() as browser:
        home = await browser.get("/")
        wanted = await browser.get("/recognise/mara/ana/-?nudge=n1")
        form = await browser.get(wanted.headers["location"])
        await browser.post("/sign-in", data={"typed": "mara@example.com", "next": field_of(form, "next")})
        signed_in = await browser.post(visits.mail.newest_link)

    assert home.headers["location"] == "/sign-in"
    assert parse_qs(urlsplit(wanted.headers["location"]).query) == {"next": ["/recognise/mara/ana/-?nudge=n1"]}
    assert signed_in.headers["location"] == "/recognise/mara/ana/-?nudge=n1"


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
async def test_nobody_is_redirected_to_another_site(visits: Visits, address: str) -> None:
    async with visits.browser() as browser:
        form = await browser.get("/sign-in", params={"next": address})
        await browser.post("/sign-in", data={"typed": "ana@example.com", "next": address})
        signed_in = await browser.post(visits.mail.newest_link)

    assert "evil" not in form.text
    assert signed_in.headers["location"] == "/"


async def test_so_many_links_go_to_one_person_and_nobody_learns_that_no_more_do(visits: Visits) -> None:
    async with visits.browser() as browser:
        answers = {(await browser.post("/sign-in", data={"typed": "ana@example.com"})).text for _ in range(MESSAGES_MAX + 2)}
        await browser.post("/sign-in", data={"typed": "mara@example.com"})

    assert len(answers) == 1
    assert [address for address, _ in visits.mail.sent].count("ana@example.com") == MESSAGES_MAX
    assert visits.mail.sent[-1][0] == "mara@example.com"
    assert visits.count("too_many") == 2


async def test_an_address_that_asks_too_often_waits_for_ten_minutes(pool: asyncpg.Pool) -> None:
    async with visiting(pool, asked_max=2) as visits, visits.browser() as browser:
        statuses = [(await browser.post("/sign-in", data={"typed": "nils"})).status_code for _ in range(3)]
        refused = await browser.post("/sign-in", data={"typed": "ana@example.com"})
        visits.pass_time(timedelta(minutes=10))
        later = await browser.post("/sign-in", data={"typed": "ana@example.com"})

    assert statuses == [200, 200, 429]
    assert refused.headers["retry-after"] == "600"
    assert "try again in ten minutes" in visible_text(refused)
    assert (later.status_code, len(visits.mail.sent)) == (200, 1)


async def test_a_link_that_cannot_be_sent_is_seen_by_operators_and_not_by_whoever_asks(visits: Visits) -> None:
    visits.mail.refuses = True
    async with visits.browser() as browser:
        assert ON_ITS_WAY in visible_text(await browser.post("/sign-in", data={"typed": "ana@example.com"}))

    (state,) = await list_contact_states(visits.pool)
    assert (state.person_id, state.failures) == (ANA.id, 1)
    assert visits.count("unreachable") == 1


async def test_without_mail_and_slack_the_page_says_whom_to_ask(pool: asyncpg.Pool) -> None:
    async with visiting(pool, can_send=False) as visits, visits.browser() as browser:
        page = await browser.get("/sign-in")
        asked = await browser.post("/sign-in", data={"typed": "ana@example.com"})

    assert "daymark you REP" in page.text
    assert "<form" not in page.text
    assert asked.status_code == 404


async def test_while_scoring_is_down_nobody_signs_in_and_no_link_is_used_up(visits: Visits) -> None:
    async with visits.browser() as browser:
        await browser.post("/sign-in", data={"typed": "ana@example.com"})
        link = visits.mail.newest_link
        visits.roster.is_down = True
        refused = [
            await browser.post("/sign-in", data={"typed": "ana@example.com"}),
            await browser.get(link),
            await browser.post(link),
        ]
        visits.roster.is_down = False
        signed_in = await browser.post(link)
        visits.roster.is_down = True
        refused.append(await browser.get("/"))

    assert [page.status_code for page in refused] == [503, 503, 503, 503]
    assert signed_in.status_code == 303


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_a_form_of_another_site_asks_for_no_link_and_uses_none(visits: Visits, site: str) -> None:
    headers = {"Sec-Fetch-Site": site}
    async with visits.browser() as browser:
        await browser.post("/sign-in", data={"typed": "ana@example.com"})
        link = visits.mail.newest_link
        asked = await browser.post("/sign-in", data={"typed": "ana@example.com"}, headers=headers)
        pressed = await browser.post(link, headers=headers)
        own = await browser.post(link, headers={"Sec-Fetch-Site": "same-origin"})

    assert (asked.status_code, pressed.status_code, own.status_code) == (404, 404, 303)
    assert len(visits.mail.sent) == 1


async def test_signing_out_ends_the_session_and_needs_the_token_of_its_own_form(visits: Visits) -> None:
    browser = await visits.sign_in("ana")
    page = await browser.get("/you/ana/-")
    forged = await browser.post("/sign-out", data={"csrf": "0" * 64})
    still_in = await browser.get("/you/ana/-")
    cookie = dict(browser.cookies)

    signed_out = await browser.post("/sign-out", data={"csrf": field_of(page)})

    assert (forged.status_code, still_in.status_code) == (403, 200)
    assert (signed_out.status_code, signed_out.headers["location"]) == (303, "/sign-in")
    assert not browser.cookies
    assert await list_sessions(visits.pool, None, now=NOON) == []
    async with visits.browser() as thief:
        assert (await thief.get("/you/ana/-", cookies=cookie)).status_code == 303
        assert (await thief.post("/sign-out")).status_code == 303


async def test_signing_in_anew_ends_the_session_that_the_browser_had(visits: Visits) -> None:
    browser = await visits.sign_in("ana")
    async with visits.pool.acquire() as connection:
        link = SignInLink(person_id=MARA.id, origin=Origin.COMMAND, next_path="/inbox/mara/-")
        token = await add_sign_in_link(connection, link, now=NOON)

    response = await browser.post(f"/sign-in/{token}")

    (session,) = await list_sessions(visits.pool, None, now=NOON)
    assert response.headers["location"] == "/inbox/mara/-"
    assert (session.person_id, session.origin) == (MARA.id, Origin.COMMAND)


async def test_a_session_ends_after_twelve_idle_hours(visits: Visits) -> None:
    browser = await visits.sign_in("ana")
    visits.pass_time(SESSION_IDLE_MAX - timedelta(seconds=1))
    assert (await browser.get("/you/ana/-")).status_code == 200
    visits.pass_time(SESSION_IDLE_MAX)

    assert (await browser.get("/you/ana/-")).status_code == 303
