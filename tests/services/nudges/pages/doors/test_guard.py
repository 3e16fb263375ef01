"""The guard at every page: sessions, and addresses from before."""

import re
from datetime import timedelta

import asyncpg
import pytest

from services.nudges.access.sessions import list_sessions, revoke_session
from services.nudges.links import last_day_of_links
from services.nudges.pages.rendering import FOLDER
from shared.events import PossibleAbsence
from tests.services.nudges.builders.announcements import announcement
from tests.services.nudges.builders.days import MONDAY, NOON
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA, MARA
from tests.services.nudges.builders.reports import report
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.pages.browser import visible_text
from tests.services.nudges.pages.doors.visits import HTTP, Visits, field_of
from tests.services.nudges.pages.old_addresses import OldAddresses

OLD = OldAddresses(base_url=HTTP, secret="signs links")
CELEBRATION = make_nudge()
NOT_USEFUL = f"/you/ana/-/answer/{CELEBRATION.id}/not_useful/-"


async def _answers(visits: Visits) -> int:
    count: int = await visits.pool.fetchval("SELECT count(*) FROM answer")
    return count


async def _end_addresses(visits: Visits) -> None:
    await visits.pool.execute("UPDATE page_address_end SET ends_at = $1", NOON)


@pytest.fixture(autouse=True)
async def _ana_has_done_her_plan(rows: Rows) -> None:
    await rows.add_day(report())
    await rows.add_nudge(CELEBRATION)
    await rows.pool.execute("UPDATE page_address_end SET ends_at = $1", NOON + timedelta(days=30))


async def test_everything_on_a_page_works_in_a_session_with_the_token_of_its_form(visits: Visits, rows: Rows) -> None:
    await rows.add_announcement(announcement(1))
    browser = await visits.sign_in("ana")
    page = await browser.get("/you/ana/-")
    csrf = {"csrf": field_of(page)}

    answered = await browser.post(NOT_USEFUL, data=csrf)
    confirmed = await browser.post("/you/ana/-/read/1", data=csrf)
    day = await browser.get(f"/you/ana/-/day/{MONDAY}")

    assert "-/read/1" in page.text
    assert [response.status_code for response in (answered, confirmed, day)] == [303, 303, 200]
    assert await _answers(visits) == 1
    assert answered.headers["location"] == f"../../../../-#nudge-{CELEBRATION.id}"


@pytest.mark.parametrize(
    "data", [{}, {"csrf": ""}, {"csrf": "0" * 64}, {"csrf": "é"}], ids=["none", "empty", "forged", "no hex"]
)
async def test_nothing_is_changed_without_the_token_of_a_form(visits: Visits, data: dict[str, str]) -> None:
    browser = await visits.sign_in("ana")

    refused = await browser.post(NOT_USEFUL, data=data)

    assert refused.status_code == 403
    assert "Nothing was saved" in refused.text
    assert await _answers(visits) == 0


async def test_the_token_of_one_session_is_none_in_another(visits: Visits) -> None:
    first, second = await visits.sign_in("ana"), await visits.sign_in("ana")
    csrf = field_of(await first.get("/you/ana/-"))

    assert (await second.post(NOT_USEFUL, data={"csrf": csrf})).status_code == 403
    assert (await first.post(NOT_USEFUL, data={"csrf": csrf})).status_code == 303


def test_every_form_of_a_page_carries_the_token() -> None:
    open_to_everybody = {"sign_in.html", "sign_in_link.html", "welcome.html"}
    forms = {
        path.name: re.findall(r'<form method="post"[^>]*>(.{0,25})', path.read_text(encoding="utf-8"))
        for path in (FOLDER / "templates").glob("*.html")
        if path.name not in open_to_everybody
    }

    assert sum(map(len, forms.values())) > 8
    assert {following for starts in forms.values() for following in starts} == {"{{ csrf_field(entrance) }"}


async def test_a_session_opens_the_pages_of_its_person_and_of_nobody_else(visits: Visits) -> None:
    browser = await visits.sign_in("ana")

    for path in ("/you/ben/-", "/inbox/ana/-", "/inbox/mara/-", "/mail/mara/-", "/recognise/mara/ana/-", "/absence/mara/ana/-"):
        assert (await browser.get(path)).status_code == 404
    assert (await browser.get("/mail/ana/-")).status_code == 200


async def test_whoever_leaves_the_roster_sees_nothing_from_the_next_request_on(visits: Visits) -> None:
    browser = await visits.sign_in("ana")
    csrf = {"csrf": field_of(await browser.get("/you/ana/-"))}
    visits.roster.without(ANA.id)

    seen = [await browser.get("/you/ana/-"), await browser.get("/"), await browser.post(NOT_USEFUL, data=csrf)]

    assert [page.headers["location"].partition("?")[0] for page in seen] == ["/sign-in"] * 3
    assert await _answers(visits) == 0


async def test_a_session_that_was_revoked_opens_nothing_more(visits: Visits) -> None:
    browser = await visits.sign_in("ana")
    (session,) = await list_sessions(visits.pool, None, now=NOON)

    await revoke_session(visits.pool, session.id)

    assert (await browser.get("/you/ana/-")).headers["location"] == "/sign-in?next=%2Fyou%2Fana%2F-"


async def test_what_is_posted_after_a_session_has_ended_leads_back_to_its_page(visits: Visits) -> None:
    async with visits.browser() as browser:
        own = await browser.post(NOT_USEFUL)
        inbox = await browser.post(f"/inbox/mara/-/answer/{CELEBRATION.id}/recognised/-")
        absence = await browser.post("/absence/mara/ana/-/enter")

    assert own.headers["location"] == "/sign-in?next=%2Fyou%2Fana%2F-"
    assert inbox.headers["location"] == "/sign-in?next=%2Finbox%2Fmara%2F-"
    assert absence.headers["location"] == "/sign-in"
    assert await _answers(visits) == 0


async def test_while_scoring_is_down_no_page_opens_but_mail_can_be_stopped(visits: Visits) -> None:
    browser = await visits.sign_in("ana")
    visits.roster.is_down = True

    closed = [
        await browser.get(path)
        for path in ("/you/ana/-", OLD.own_page_url(ANA.id), visits.links.answer_url(CELEBRATION.id, ANA.id))
    ]
    stopped = await browser.post(visits.links.mail_url(ANA.id))

    assert [page.status_code for page in closed] == [503, 503, 503]
    assert stopped.status_code == 200
    assert await visits.pool.fetchval("SELECT count(*) FROM mail_stop") == 1


async def test_an_address_from_before_says_on_its_page_when_it_ends(visits: Visits) -> None:
    async with visits.browser() as browser:
        own, inbox = await browser.get(OLD.own_page_url(ANA.id)), await browser.get(OLD.inbox_url(MARA.id))
        answered = await browser.post(f"{OLD.own_page_url(ANA.id)}/answer/{CELEBRATION.id}/not_useful/-")
        by_message = await browser.get(visits.links.answer_url(CELEBRATION.id, ANA.id))

    for page in (own, inbox):
        assert "This address stops working on Wednesday 1 April 2026" in page.text
        assert 'href="/sign-in"' in page.text
        assert "Sign out" not in page.text
        assert 'name="csrf"' not in page.text
    assert answered.status_code == 303
    assert "This address stops working" not in by_message.text


async def test_the_links_on_such_a_page_end_with_it(visits: Visits) -> None:
    async with visits.browser() as browser:
        inbox = await browser.get(OLD.inbox_url(MARA.id))
        (recognise,) = set(re.findall(r'href="../../(recognise/mara/ana/20260401\.[0-9a-f]+)"', inbox.text))
        opened = await browser.get(f"/{recognise}")
        visits.pass_time(timedelta(days=31))
        ended = await browser.get(f"/{recognise}")

    assert (opened.status_code, ended.status_code) == (200, 410)


@pytest.mark.parametrize(
    ("address", "next_path"),
    [
        (OLD.own_page_url(ANA.id), "%2Fyou%2Fana%2F-"),
        (OLD.inbox_url(MARA.id), "%2Finbox%2Fmara%2F-"),
        (OLD.recognise_url(MARA.id, ANA.id), ""),
        (OLD.absence_url(MARA.id, PossibleAbsence(rep=ANA, first=MONDAY, last=MONDAY)), ""),
    ],
    ids=["own page", "inbox", "recognise", "absence"],
)
async def test_an_address_that_has_ended_shows_nothing_but_the_way_to_sign_in(
    visits: Visits, address: str, next_path: str
) -> None:
    await _end_addresses(visits)
    async with visits.browser() as browser:
        page = await browser.get(address)
        posted = await browser.post(f"{OLD.own_page_url(ANA.id)}/answer/{CELEBRATION.id}/not_useful/-")
        forged = await browser.get(f"{OLD.own_page_url(ANA.id)}x")

    assert (page.status_code, posted.status_code, forged.status_code) == (410, 410, 404)
    assert "This address has expired" in page.text
    assert f'href="/sign-in{"?next=" if next_path else ""}{next_path}"' in page.text
    assert "Ana" not in visible_text(page)
    assert await _answers(visits) == 0


async def test_links_in_messages_go_on_working_after_that(visits: Visits) -> None:
    await _end_addresses(visits)
    absence = PossibleAbsence(rep=ANA, first=MONDAY, last=MONDAY)
    dated = visits.links.absence_url(MARA.id, absence, last_day=last_day_of_links(NOON))
    async with visits.browser() as browser:
        pages = [
            await browser.get(visits.links.answer_url(CELEBRATION.id, ANA.id)),
            await browser.get(visits.links.mail_url(ANA.id)),
            await browser.get(dated.replace("/absence/", "/recognise/")),
        ]

    assert [page.status_code for page in pages] == [200, 200, 404]


@pytest.mark.parametrize(("days", "status"), [(14, 200), (15, 410)])
async def test_a_dated_link_opens_until_the_end_of_its_last_day(
    visits: Visits, pool: asyncpg.Pool, days: int, status: int
) -> None:
    path = visits.links.recognise_path(MARA.id, ANA.id, last_day=last_day_of_links(NOON))
    visits.pass_time(timedelta(days=days))
    async with visits.browser() as browser:
        assert (await browser.get(f"/recognise/{path}")).status_code == status
    assert pool is visits.pool


async def test_a_nudge_of_a_message_needs_its_signature_also_from_whoever_is_signed_in(visits: Visits) -> None:
    browser = await visits.sign_in("ana")

    assert (await browser.get(f"/answer/{CELEBRATION.id}/ana/-")).status_code == 404
