"""The page of delivery, over HTTP on a real database; scoring answers from a roster in memory."""

import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from html import unescape

import asyncpg
import httpx
import pytest

from services.nudges.deliver.channel_states import mark_channel_disabled, mark_channel_failing, merge_channels
from services.nudges.deliver.personal.contact_states import record_failure, record_success
from shared.events import NudgeId, Person, PersonId
from shared.reach import ContactPoint, Contacts
from shared.requests.client import NoResponder
from tests.services.nudges.builders.days import NOON
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA, BEN, JON
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.deliver.personal.directories import FakeDirectory
from tests.services.nudges.deliver.recorder import Recorder
from tests.services.nudges.pages.doors.visits import Visits, field_of, visiting
from tests.services.nudges.pages.people.roster_scoring import ROSTER

OLGA = PersonId("olga@example.com")
MAIL = Contacts(contacts=(ContactPoint(transport="mail", address="ana@example.com"),))
YESTERDAY = NOON - timedelta(days=1)


@pytest.fixture
async def visits(pool: asyncpg.Pool) -> AsyncIterator[Visits]:
    """Pages with mail to Ana and two rooms, one of which was turned off; managers have their page."""
    rooms = {name: Recorder(name=name) for name in ("chat.north", "chat.south", "inbox")}
    await merge_channels(pool, rooms)
    async with pool.acquire() as connection:
        await mark_channel_disabled(connection, "chat.south", error="the room is gone (404)", now=YESTERDAY)
    directory = FakeDirectory(contacts={ANA.id: MAIL})
    async with visiting(pool, channels=rooms, directory_of=lambda: directory) as opened:
        yield opened


@pytest.fixture
async def olga(visits: Visits) -> httpx.AsyncClient:
    """The browser of an operator."""
    return await visits.with_session(OLGA)


def _text(page: httpx.Response) -> str:
    """What is read on the page below its navigation, with single spaces."""
    main = page.text.partition("<main")[2]
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", main)).split())


async def _press(browser: httpx.AsyncClient, button: str, **fields: str) -> str:
    """Press a button, and read the page to which it leads."""
    csrf = field_of(await browser.get("/delivery"))
    pressed = await browser.post(f"/delivery/{button}", data={"csrf": csrf, **fields})
    return _text(await browser.get(pressed.headers["location"]))


async def _give_up(
    rows: Rows, name: str, *, person: PersonId = ANA.id, at: datetime = YESTERDAY, state: str = "failed", retracted: str = ""
) -> None:
    nudge = make_nudge(name, text="A slow day: 40 points", person=Person(id=person, name="Somebody"))
    await rows.add_nudge(nudge, retracted_because=retracted)
    await rows.add_delivery(nudge.id, "personal", state=state, queued_at=at, attempts=3, last_error="mail: refused (550)")


async def test_each_way_to_a_person_shows_its_last_success_and_error_and_what_waits(
    rows: Rows, visits: Visits, olga: httpx.AsyncClient
) -> None:
    visits.scoring.text = ROSTER.replace(
        "email: ana@example.com", "email: ana@example.com\n        reach: [mail, {slack: U024BE7LH}]"
    )
    async with visits.pool.acquire() as connection:
        await record_success(connection, ANA.id, "mail", now=NOON)
        await record_failure(connection, BEN.id, "mail", error="refused (550)", now=NOON)
    for number, state in enumerate(("queued", "sending", "delivered", "failed")):
        await _give_up(rows, f"n{number}", state=state, at=NOON - timedelta(minutes=number))

    await rows.add_delivery(NudgeId("n3"), "webhook")
    visits.scoring.page_size = 2

    text = _text(await olga.get("/delivery"))

    places = [
        text.index(phrase)
        for phrase in (
            "Ana Ruiz queued on Monday 2 March at 10:57 UTC mail: refused (550) Send again to Ana Ruiz",
            "Ben Ode ben Mail: failing since Monday 2 March at 11:00 UTC: refused (550) Send a test to Ben Ode",
            "Jon Keller jon No email address or other way to reach them is known. Enter their email on People : Jon Keller Ana",
            "Ana Ruiz ana Mail: last success on Monday 2 March at 11:00 UTC Slack: not configured",
            "2 messages wait since Monday 2 March at 10:59 UTC Send a test to Ana Ruiz",
            "Mara Lind mara Mail: nothing sent yet",
            "chat.north on Delivering chat.south off Off since Sunday 1 March at 11:00 UTC: the room is gone (404)",
        )
    ]
    assert places == sorted(places)
    assert "slow day" not in text
    assert "40 points" not in text


async def test_a_test_message_goes_out_at_once(visits: Visits, olga: httpx.AsyncClient) -> None:
    sent = await _press(olga, "test", person="ana")
    addresses = [address for address, _ in visits.mail.sent]
    visits.mail.refuses = True
    refused = await _press(olga, "test", person="ana")
    left = await _press(olga, "test", person="fay")

    assert addresses == ["ana@example.com"]
    assert "A test message was sent to Ana Ruiz." in sent
    assert "The test message did not reach Ana Ruiz." in refused
    assert "Mail: failing since Monday 2 March at 11:00 UTC: the mail server refused the address (550)" in refused
    assert "the roster doesn't list them today" in left


async def test_the_page_says_so_when_no_server_was_asked_to_send_a_test_message(
    visits: Visits, olga: httpx.AsyncClient
) -> None:
    visits.mail.is_away = True
    failed = [await _press(olga, "test", person="ana") for _ in range(5)]

    untried = await _press(olga, "test", person="mara")

    assert all("The test message did not reach Ana Ruiz." in answer for answer in failed)
    assert "No test message was sent to Mara Lind: a server that is needed for it does not answer." in untried


async def test_what_was_given_up_is_sent_again_once(rows: Rows, visits: Visits, olga: httpx.AsyncClient) -> None:
    await _give_up(rows, "given-up")
    await _give_up(rows, "other")
    await _give_up(rows, "delivered", state="delivered")
    await _give_up(rows, "false", retracted="late data")
    await rows.add_delivery(NudgeId("given-up"), "webhook", state="failed")

    once = await _press(olga, "again", nudge="given-up")
    assert visits.queued.is_set()
    others = [await _press(olga, "again", nudge=name) for name in ("given-up", "delivered", "false", "unknown")]

    assert "The message is on its way again." in once
    assert all("Nothing was sent: that message was delivered" in other for other in others)
    states = await rows.pool.fetch("SELECT nudge_id, state, attempts, due_at FROM delivery WHERE channel = 'personal'")
    assert {row["nudge_id"]: (row["state"], row["attempts"], row["due_at"]) for row in states} == {
        "given-up": ("queued", 0, NOON),
        "other": ("failed", 3, YESTERDAY),
        "delivered": ("delivered", 3, YESTERDAY),
        "false": ("failed", 3, YESTERDAY),
    }
    assert await rows.pool.fetchval("SELECT state FROM delivery WHERE channel = 'webhook'") == "failed"


async def test_the_newest_of_seven_days_are_offered_to_be_sent_again(rows: Rows, olga: httpx.AsyncClient) -> None:
    week_ago = NOON - timedelta(days=7)
    moments = {"b": YESTERDAY, "a": YESTERDAY, "new": NOON, "week": week_ago + timedelta(seconds=1), "edge": week_ago}
    for name, at in moments.items():
        await _give_up(rows, name, at=at)
    await _give_up(rows, "left", person=PersonId("fay"))
    await _give_up(rows, "waits", state="queued")
    await _give_up(rows, "false", retracted="late data")
    await rows.add_delivery(NudgeId("waits"), "webhook", state="failed")

    page = await olga.get("/delivery")
    for number in range(47):
        await _give_up(rows, f"{number}")
    longer = await olga.get("/delivery")

    assert re.findall(r'name="nudge" value="([^"]*)"', page.text) == ["new", "a", "b", "week"]
    assert longer.text.count('name="nudge"') == 50


async def test_a_channel_whose_receiver_is_back_is_turned_on(visits: Visits, olga: httpx.AsyncClient) -> None:
    enabled = await _press(olga, "channel", channel="chat.south")
    assert visits.queued.is_set()
    unknown = await _press(olga, "channel", channel="chat.west")

    assert "The channel is on again." in enabled
    assert "chat.south on Delivering" in enabled
    assert "there is no channel with that name any more" in unknown


async def test_the_channel_to_people_is_listed_only_while_something_is_wrong_with_it(
    visits: Visits, olga: httpx.AsyncClient
) -> None:
    await merge_channels(visits.pool, {name: Recorder(name=name) for name in ("personal",)})
    well = await olga.get("/delivery")
    async with visits.pool.acquire() as connection:
        await mark_channel_failing(connection, "personal", error="no answer", now=NOON)
    retrying = _text(await olga.get("/delivery"))

    assert '<h3 class="who">personal</h3>' not in well.text
    assert "personal on Trying again since Monday 2 March at 11:00 UTC: no answer" in retrying
    assert "inbox on" not in retrying


async def test_of_a_large_roster_those_are_shown_who_need_something_or_are_searched_for(
    visits: Visits, olga: httpx.AsyncClient
) -> None:
    reps = "".join(
        f"      - {{id: r{number}, name: Rep {number}, timezone: UTC, email: r{number}@example.com}}\n" for number in range(97)
    )
    large = ROSTER.replace("  - id: south", f"{reps}  - id: south")
    shown, links = [], []
    for text, path in (
        (large.replace("    managers: [{id: mara, name: Mara Lind, email: mara@example.com}]\n", ""), "/delivery"),
        (large, "/delivery"),
        (large, "/delivery?who=EP+9"),
        (large, "/delivery?who=r96"),
        (large, "/delivery?done=tested&about=ana"),
    ):
        visits.scoring.text = text
        page = await olga.get(path)
        shown.append(re.findall(r'<h3 class="who">([^<]*)</h3><p class="reason" dir', page.text))
        links += re.findall(r'href="(/people[^"]*#[^"]*)"', page.text)

    everybody, urgent, by_name, by_id, about = shown
    assert (len(everybody), urgent, by_id, about) == (100, ["Jon Keller"], ["Rep 96"], ["Jon Keller", "Ana Ruiz"])
    assert by_name == ["Rep 9", *(f"Rep {number}" for number in range(90, 97))]
    assert links == ["/people#team-north", *["/people?team=north#team-north"] * 2]


async def test_without_a_channel_or_without_people_the_page_says_what_comes_first(pool: asyncpg.Pool) -> None:
    async with visiting(pool, can_send=False) as bare:
        browser = await bare.with_session(OLGA)
        no_channel = _text(await browser.get("/delivery"))
        untested = await _press(browser, "test", person="ana")
        bare.scoring.text = "teams: []\n"
        empty = _text(await browser.get("/delivery"))
        bare.scoring.failure = NoResponder()
        down = await browser.get("/delivery")

    assert "No personal channel is set up" in no_channel
    assert "Send a test" not in no_channel
    assert "No test was sent" in untested
    assert "The roster lists nobody today. Add people, and see here" in empty
    assert down.status_code == 503
    assert JON.id not in empty


async def test_delivery_is_read_in_spanish(visits: Visits, olga: httpx.AsyncClient, rows: Rows) -> None:
    olga.headers["Accept-Language"] = "es"
    await _give_up(rows, "a")
    async with visits.pool.acquire() as connection:
        await record_success(connection, ANA.id, "mail", now=NOON)
        await record_failure(connection, BEN.id, "mail", error="refused (550)", now=NOON)

    text = _text(await olga.get("/delivery"))

    for phrase in (
        "Sin entregar en los últimos siete días Ana Ruiz en cola desde el",
        "Ana Ruiz ana Correo: último envío correcto el",
        "Ben Ode ben Correo: falla desde el",
        "Mara Lind mara Correo: todavía no se ha enviado nada Enviar una prueba a Mara Lind",
        "chat.north activado Entrega con normalidad chat.south desactivado Desactivado desde el",
        "Las horas son UTC. Aquí no se muestra lo que dicen los mensajes, ni tampoco puntuaciones.",
    ):
        assert phrase in text
