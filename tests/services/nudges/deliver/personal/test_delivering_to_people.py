"""What is recorded of a channel that reaches each person on a way of their own."""

from datetime import timedelta

import asyncpg

from services.nudges.deliver.channel import ContactAttempt, Delivered, TryLater, Unreachable
from services.nudges.deliver.channel_states import merge_channels
from services.nudges.deliver.channels.personal import PersonalChannel
from services.nudges.deliver.deliveries import enqueue_deliveries
from services.nudges.deliver.list_channels import list_channels
from services.nudges.deliver.personal.contact_states import list_contact_states
from services.nudges.deliver.personal.transport import personal_message
from services.nudges.deliver.retry_policy import RETRY_POLICY
from shared.events import Person
from shared.reach import ContactPoint, Contacts
from tests.services.nudges.builders.days import NOON
from tests.services.nudges.builders.nudges import make_nudge
from tests.services.nudges.builders.people import ANA
from tests.services.nudges.builders.rows import Rows
from tests.services.nudges.deliver.delivering import Delivering
from tests.services.nudges.deliver.personal.directories import FakeTransport, no_directory


async def test_what_becomes_of_each_way_to_a_person_is_recorded(delivering: Delivering) -> None:
    refused, worked = ContactAttempt(transport="slack", error="no such user"), ContactAttempt(transport="mail")
    delivering.channel.answers = [
        Delivered(tried=(refused, worked)),
        TryLater(error="mail: no answer", tried=(ContactAttempt(transport="mail", error="no answer"),)),
    ]
    await delivering.queue(2)

    await delivering.deliver()

    states = {f"{state.person_id} {state.transport}": state for state in await list_contact_states(delivering.pool)}
    assert states["rep-0 slack"].last_error == "no such user"
    assert states["rep-0 mail"].last_delivered_at == delivering.now
    assert (states["rep-1 mail"].failures, states["rep-1 mail"].failing_since) == (1, delivering.now)


async def test_somebody_who_cannot_be_reached_is_no_failure_of_the_channel(delivering: Delivering) -> None:
    delivering.channel.answers = [Unreachable(error="no contact")] * 6
    await delivering.queue(6)

    assert await delivering.deliver() == 6

    assert set(await delivering.states()) == {("failed", 1, "no contact")}
    assert (await delivering.channel_state()).failures == 0
    labels = {"channel": "recorder", "outcome": "unreachable"}
    assert delivering.metrics.registry.get_sample_value("daymark_nudges_deliveries_total", labels) == 6


async def test_what_fails_at_a_persons_own_receiver_waits_there_and_pauses_nobody_else(delivering: Delivering) -> None:
    delivering.channel.answers = [TryLater(error="answered 503", after_s=600, is_of_recipient=True)] * 6
    await delivering.queue(6)

    assert await delivering.deliver() == 6

    state = await delivering.channel_state()
    assert (state.failures, state.paused_until) == (0, None)
    due_at = await delivering.pool.fetchval("SELECT min(due_at) FROM delivery WHERE state = 'queued'")
    assert due_at - delivering.now == timedelta(seconds=600)


async def test_every_channel_is_given_names_and_texts_without_what_nobody_sees(delivering: Delivering) -> None:
    hidden = make_nudge(person=Person(id=ANA.id, name="Ana\u202e\r\nRuiz"), text="\u202eDone\u200b.", reason="\u202e10 of 10")
    await Rows(delivering.pool).add_nudge(hidden)
    async with delivering.pool.acquire() as connection:
        await enqueue_deliveries(connection, hidden.id, [delivering.channel.name], now=delivering.now)

    await delivering.deliver()

    (nudge,) = delivering.channel.nudges
    assert (nudge.text, nudge.reason, nudge.person.name) == ("Done.", "10 of 10", "Ana Ruiz")


async def test_a_server_that_fails_while_another_works_is_listed_after_its_channel(pool: asyncpg.Pool) -> None:
    transports = [FakeTransport("mail", TryLater(error="no answer")), FakeTransport("slack")]
    personal = PersonalChannel(transports, no_directory, destination=b"", give_up_after=timedelta(hours=1))
    await merge_channels(pool, {"personal": personal})
    ways = Contacts(contacts=(ContactPoint(transport="mail", address="ana@example.com"),))

    for attempts in (1, RETRY_POLICY.failures_in_a_row):
        while len(transports[0].addresses) < attempts:
            await personal.send_message(personal_message(make_nudge(), stop_url=""), ways)
        rows = (await list_channels(pool, {"personal": personal}, now=NOON)).channels

        assert [(row.name, row.state, row.last_error) for row in rows] == [
            ("personal", "ok", ""),
            ("personal.mail", "retrying" if attempts == 1 else "failing", "no answer"),
        ]
