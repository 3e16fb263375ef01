"""What is known of the ways to people."""

from datetime import timedelta

import asyncpg

from services.nudges.deliver.personal.contact_states import (
    ContactState,
    list_contact_states,
    record_failure,
    record_success,
)
from tests.services.nudges.builders.days import NOON
from tests.services.nudges.builders.people import ANA, BEN

LATER = NOON + timedelta(hours=1)


async def test_failures_are_counted_from_the_first_until_the_way_works_again(pool: asyncpg.Pool) -> None:
    async with pool.acquire() as connection:
        counts = [
            await record_failure(connection, ANA.id, "mail", error=error, now=now)
            for error, now in (("refused (550)", NOON), ("no answer", LATER))
        ]
        await record_success(connection, BEN.id, "mail", now=NOON)
        await record_success(connection, ANA.id, "slack", now=NOON)

    assert counts == [1, 2]
    mail_to_ana, slack_to_ana, mail_to_ben = await list_contact_states(pool)
    assert mail_to_ana == ContactState(
        person_id=ANA.id,
        transport="mail",
        last_delivered_at=None,
        failures=2,
        failing_since=NOON,
        last_error="no answer",
    )
    assert (slack_to_ana.person_id, slack_to_ana.transport) == (ANA.id, "slack")
    assert (mail_to_ben.person_id, mail_to_ben.failures) == (BEN.id, 0)


async def test_a_success_begins_afresh(pool: asyncpg.Pool) -> None:
    async with pool.acquire() as connection:
        await record_success(connection, ANA.id, "mail", now=NOON)
        await record_failure(connection, ANA.id, "mail", error="no answer", now=NOON)
        await record_success(connection, ANA.id, "mail", now=LATER)
        again = await record_failure(connection, ANA.id, "mail", error="refused (550)", now=LATER)

    (state,) = await list_contact_states(pool)
    assert again == 1
    assert (state.last_delivered_at, state.failing_since) == (LATER, LATER)
