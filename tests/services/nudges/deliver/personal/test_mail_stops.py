"""Who has stopped mail."""

from datetime import timedelta

import asyncpg

from services.nudges.deliver.personal.mail_stops import has_stopped_mail, resume_mail, stop_mail
from tests.services.nudges.builders.days import NOON
from tests.services.nudges.builders.people import ANA, BEN


async def test_mail_is_stopped_for_one_person_until_they_want_it_again(pool: asyncpg.Pool) -> None:
    for person in (ANA, BEN):
        await stop_mail(pool, person.id, now=NOON)
    await resume_mail(pool, BEN.id)

    assert [await has_stopped_mail(pool, person.id) for person in (ANA, BEN)] == [True, False]


async def test_the_first_time_stays(pool: asyncpg.Pool) -> None:
    for hours in range(2):
        await stop_mail(pool, ANA.id, now=NOON + timedelta(hours=hours))

    assert await pool.fetchval("SELECT stopped_at FROM mail_stop") == NOON
