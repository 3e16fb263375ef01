"""The ways to people, a test of one, and a nudge that is sent once more, on a real database."""

from datetime import timedelta

import asyncpg
import pytest

from services.nudges.deliver.channel import Channel, Delivered, GiveUp
from services.nudges.deliver.channels.personal import PersonalChannel
from services.nudges.deliver.deliveries import enqueue_deliveries
from services.nudges.requests.people import NoPersonalChannel, NotResent, list_ways, resend, send_test
from shared.events import NudgeId
from shared.reach import ContactPoint, Contacts
from shared.requests.people import PersonTest, TriedWay
from tests.services.nudges.builders.days import NOON
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.deliver.personal.directories import FakeDirectory, FakeTransport

NUDGE = make_nudge()
ANAS_MAIL = Contacts(contacts=(ContactPoint(transport="mail", address="ana@example.com"),))
TEST = PersonTest(person=ANA.id, name=ANA.name)


def _channels(mail: FakeTransport, contacts: Contacts = ANAS_MAIL) -> dict[str, Channel]:
    directory = FakeDirectory(contacts={ANA.id: contacts})
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
