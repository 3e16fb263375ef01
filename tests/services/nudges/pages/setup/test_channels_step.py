"""The last step of the first use: a test message, and what became of it."""

import html
import re
from collections.abc import AsyncIterator

import asyncpg
import httpx
import pytest

from services.nudges.access.operators import Operator, add_operator
from services.nudges.pages.setup.channels_step import LISTED_MAX
from shared.events import PersonId, TeamId
from shared.reach import ContactPoint, Contacts
from shared.requests.people import PersonRow
from tests.services.nudges.builders.days import NOON
from tests.services.nudges.builders.people import ANA
from tests.services.nudges.deliver.personal.directories import FakeDirectory
from tests.services.nudges.deliver.recorder import Recorder
from tests.services.nudges.pages.doors.visits import Visits, field_of, visiting
from tests.services.nudges.pages.setup.services import NORTH_ROSTER

OLGA = PersonId("olga@example.com")
MAIL = ContactPoint(transport="mail", address="ana@example.com")


@pytest.fixture
async def visits(pool: asyncpg.Pool) -> AsyncIterator[Visits]:
    """Pages with mail to Ana; of Ben nothing can be learned."""
    directory = FakeDirectory(contacts={ANA.id: Contacts(contacts=(MAIL,))})
    async with visiting(pool, channels={"chat.north": Recorder(name="chat.north")}, directory_of=lambda: directory) as opened:
        opened.are_services_asked = True
        opened.services.roster = NORTH_ROSTER
        opened.services.people = (_row("ana", "Ruiz, Ana"), _row("ben", "Ben Ode"))
        yield opened


@pytest.fixture
async def olga(visits: Visits) -> httpx.AsyncClient:
    """The browser of an operator whom the roster does not list."""
    contacts = (ContactPoint(transport="mail", address=OLGA),)
    await add_operator(visits.pool, Operator(id=OLGA, name="Olga", contacts=contacts), now=NOON)
    return await visits.with_session(OLGA)


def _row(person: str, name: str) -> PersonRow:
    return PersonRow(person=PersonId(person), name=name, role="rep", teams=(TeamId("north"),), ways=("mail",))


def _text(page: httpx.Response) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page.text.partition("<main")[2])).split())


def _choices(page: httpx.Response) -> list[tuple[str, str]]:
    return re.findall(r'<option value="([^"]+)"(?: selected)?>([^<]+)<', page.text.partition("<main")[2])


async def _send(browser: httpx.AsyncClient, person: str) -> httpx.Response:
    csrf = field_of(await browser.get("/setup/channels"))
    return await browser.post("/setup/channels", data={"csrf": csrf, "person": person})


async def test_a_test_message_goes_to_somebody_of_the_roster_or_to_whoever_sets_up(
    visits: Visits, olga: httpx.AsyncClient
) -> None:
    choices = _choices(await olga.get("/setup/channels"))

    to_ana, to_olga = await _send(olga, "ana"), await _send(olga, OLGA)

    assert choices == [(OLGA, "Olga (you)"), ("ana", "Ana Ruiz"), ("ben", "Ben Ode")]
    assert [address for address, _ in visits.mail.sent] == ["ana@example.com", OLGA]
    assert "A test message was sent to Ana Ruiz. Ask whether it has arrived." in _text(
        await olga.get(to_ana.headers["location"])
    )
    assert "A test message was sent to Olga." in _text(await olga.get(to_olga.headers["location"]))
    assert await visits.pool.fetchval("SELECT array_agg(person_id) FROM contact_state") == ["ana"]


async def test_a_test_message_that_did_not_arrive_says_why(visits: Visits, olga: httpx.AsyncClient) -> None:
    visits.mail.refuses = True

    refused, unknown, left = await _send(olga, "ana"), await _send(olga, "ben"), await _send(olga, "fay")
    olga.headers["Accept-Language"] = "es"
    in_spanish, not_sent = await _send(olga, OLGA), await olga.get(left.headers["location"])

    assert [page.status_code for page in (refused, unknown, left, in_spanish)] == [409, 409, 303, 409]
    assert "The test message did not reach Ana Ruiz: mail: the mail server refused the address (550)" in _text(refused)
    assert '<option value="ana" selected>' in refused.text
    assert "The test message did not reach Ben Ode: scoring, which has the roster, does not answer" in _text(unknown)
    assert "No se ha enviado ninguna prueba" in _text(not_sent)
    assert "El mensaje de prueba no llegó a Olga: mail: the mail server refused" in _text(in_spanish)
    assert "Enviar un mensaje de prueba Para Olga (tú) Ana Ruiz" in _text(in_spanish)


async def test_a_large_roster_offers_the_first_hundred(visits: Visits, olga: httpx.AsyncClient) -> None:
    visits.services.people = tuple(_row(f"r{number}", "Rep") for number in range(LISTED_MAX + 1))

    assert len(_choices(await olga.get("/setup/channels"))) == LISTED_MAX


async def test_without_a_personal_channel_no_test_is_offered_or_sent(pool: asyncpg.Pool) -> None:
    contacts = (ContactPoint(transport="mail", address=OLGA),)
    await add_operator(pool, Operator(id=OLGA, name="Olga", contacts=contacts), now=NOON)
    async with visiting(pool, can_send=False) as visits:
        visits.are_services_asked = True
        browser = await visits.with_session(OLGA)
        csrf = field_of(await browser.get("/setup/team"))

        refused = await browser.post("/setup/channels", data={"csrf": csrf, "person": OLGA}, follow_redirects=True)

    assert "Send a test message" not in refused.text
    assert "no personal channel is set up" in _text(refused)
