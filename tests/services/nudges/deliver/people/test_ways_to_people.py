"""The ways to people, a test of one, and a nudge that is sent once more, on a real database."""

import base64
from datetime import timedelta

import asyncpg
import httpx
import pytest

from services.nudges.deliver.channel import Channel, Delivered, GiveUp
from services.nudges.deliver.channels.personal import PersonalChannel
from services.nudges.deliver.deliveries import enqueue_deliveries
from services.nudges.deliver.people.ways_to_people import (
    AskScoring,
    NoPersonalChannel,
    NoPersonalWebhooks,
    NotResent,
    NoWebhookOfPerson,
    list_ways,
    list_webhook_keys,
    resend,
    send_test,
)
from services.nudges.deliver.personal.posts.personal_webhook import PersonalWebhook, key_of
from services.nudges.deliver.personal.transport import Transport
from services.nudges.deliver.posting.public_client import http_client
from shared.clock import SteppedClock
from shared.events import NudgeId, PersonId
from shared.reach import ContactPoint, Contacts
from shared.requests.people import ContactList, PersonTest, TriedWay
from tests.services.nudges.builders.days import NOON
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.deliver.personal.directories import FakeDirectory, FakeTransport

NUDGE = make_nudge()
ANAS_MAIL = Contacts(contacts=(ContactPoint(transport="mail", address="ana@example.com"),))
ANAS_WEBHOOKS = tuple(ContactPoint(transport="webhook", address=f"https://ana.example.com/{number}") for number in (1, 2))
SECRET = "sixteen characters"
TEST = PersonTest(person=ANA.id, name=ANA.name)


def _asking(contacts: tuple[ContactPoint, ...]) -> AskScoring:
    async def ask_scoring(person_id: PersonId) -> ContactList:
        return ContactList(contacts=contacts if person_id == ANA.id else ())

    return ask_scoring


def _webhook(client: httpx.AsyncClient) -> PersonalWebhook:
    return PersonalWebhook(client, SteppedClock(NOON), read_secrets=lambda: [SECRET, "an older one"], timeout_s=1, allowed=())


def _secret_of(address: str) -> str:
    return "whsec_" + base64.b64encode(key_of(address, SECRET)).decode()


def _channels(mail: Transport, contacts: Contacts = ANAS_MAIL, *, language: str = "en") -> dict[str, Channel]:
    directory = FakeDirectory(contacts={ANA.id: contacts}, language=language)
    channel = PersonalChannel([mail], lambda: directory, destination=b"", give_up_after=timedelta(hours=1))
    return {channel.name: channel}


async def test_a_test_message_goes_to_the_person_and_says_which_way_worked(pool: asyncpg.Pool) -> None:
    mail = FakeTransport("mail")
    channels = _channels(mail)

    result = await send_test(pool, channels, TEST, now=NOON)

    assert (result.tried, result.error) == ((TriedWay(transport="mail"),), "")
    assert mail.addresses == ["ana@example.com"]
    (message,) = mail.messages
    assert message.name == ANA.name
    assert message.paragraphs[0].startswith("This is a test message from Daymark.")
    assert message.url == ""
    ways = await list_ways(pool, channels)
    assert ways.configured == ("mail",)
    assert [(row.person, row.transport, row.last_delivered_at) for row in ways.rows] == [(ANA.id, "mail", NOON)]


async def test_a_test_is_in_the_language_of_its_person(pool: asyncpg.Pool) -> None:
    mail = FakeTransport("mail")

    await send_test(pool, _channels(mail, language="es"), TEST, now=NOON)

    (message,) = mail.messages
    assert message.subject == "Este es un mensaje de prueba de Daymark"
    assert message.reason[0].startswith("Quien administra Daymark en tu equipo te lo ha enviado")


async def test_a_test_that_fails_names_the_way_and_the_error(pool: asyncpg.Pool) -> None:
    channels = _channels(FakeTransport("mail", GiveUp(error="refused (550)")))

    result = await send_test(pool, channels, TEST, now=NOON)

    assert result.error == "mail: refused (550)"
    assert result.tried == (TriedWay(transport="mail", error="refused (550)"),)
    (row,) = (await list_ways(pool, channels)).rows
    assert (row.failures, row.last_error) == (1, "refused (550)")


async def test_somebody_without_a_way_is_not_tested(pool: asyncpg.Pool) -> None:
    channels = _channels(FakeTransport("mail"), Contacts(because="no contact"))

    result = await send_test(pool, channels, TEST, now=NOON)

    assert (result.tried, result.error) == ((), "no contact")


async def test_without_a_channel_to_single_people_nobody_is_tested(pool: asyncpg.Pool) -> None:
    assert (await list_ways(pool, {})).configured == ()
    with pytest.raises(NoPersonalChannel):
        await send_test(pool, {}, TEST, now=NOON)


async def test_the_key_of_each_webhook_of_a_person_is_that_with_which_it_is_signed() -> None:
    async with http_client() as client:
        channels = _channels(_webhook(client))

        keys = (await list_webhook_keys(channels, ANA.id, _asking(ANAS_WEBHOOKS))).keys

    assert [key.address for key in keys] == [contact.address for contact in ANAS_WEBHOOKS]
    assert [key.secret for key in keys] == [_secret_of(key.address) for key in keys]
    assert len({key.secret for key in keys}) == 2


@pytest.mark.parametrize("contacts", [(), ANAS_MAIL.contacts])
async def test_somebody_without_a_webhook_has_no_key(contacts: tuple[ContactPoint, ...]) -> None:
    async with http_client() as client:
        with pytest.raises(NoWebhookOfPerson):
            await list_webhook_keys(_channels(_webhook(client)), ANA.id, _asking(contacts))


async def test_without_personal_webhooks_there_are_no_keys() -> None:
    with pytest.raises(NoPersonalWebhooks):
        await list_webhook_keys(_channels(FakeTransport("mail")), ANA.id, _asking(ANAS_WEBHOOKS))


@pytest.mark.parametrize("state", ["delivered", "failed"])
async def test_a_nudge_that_was_delivered_or_given_up_is_queued_again(rows: Rows, state: str) -> None:
    await _queue(rows)
    await rows.pool.execute("UPDATE delivery SET state = $1, attempts = 3, last_error = 'refused'", state)

    await resend(rows.pool, _channels(FakeTransport("mail")), NUDGE.id, now=NOON + timedelta(days=3))

    stored = await rows.pool.fetchrow("SELECT state, attempts, last_error, queued_at, due_at FROM delivery")
    later = NOON + timedelta(days=3)
    assert stored is not None
    assert tuple(stored) == ("queued", 0, "", later, later)


async def test_a_nudge_that_is_on_its_way_or_unknown_is_not_queued_again(rows: Rows) -> None:
    await _queue(rows)
    await rows.pool.execute("UPDATE delivery SET state = 'sending'")

    for nudge_id in (NUDGE.id, NudgeId("unknown")):
        with pytest.raises(NotResent):
            await resend(rows.pool, _channels(FakeTransport("mail")), nudge_id, now=NOON)


async def test_the_deliveries_of_other_channels_stay_as_they_are(rows: Rows) -> None:
    await _queue(rows, "inbox")
    await rows.pool.execute("UPDATE delivery SET state = 'delivered'")

    await resend(rows.pool, _channels(FakeTransport("mail", Delivered())), NUDGE.id, now=NOON)

    states = await rows.pool.fetch("SELECT channel, state FROM delivery ORDER BY channel")
    assert [tuple(row) for row in states] == [("inbox", "delivered"), ("personal", "queued")]


async def _queue(rows: Rows, *others: str) -> None:
    await rows.add_nudge(NUDGE)
    async with rows.pool.acquire() as connection:
        await enqueue_deliveries(connection, NUDGE.id, ["personal", *others], now=NOON)
