"""What was announced to reps, as stored."""

from datetime import timedelta

import asyncpg

from services.nudges.context.announcements import find_delivered_at, list_announcements, list_delivered_at
from shared.events import VersionNumber
from tests.services.nudges.builders.announcements import VERSION_1, VERSION_2, announcement
from tests.services.nudges.builders.days import MONDAY, TUESDAY, at
from tests.services.nudges.builders.people import ANA, BEN, rep
from tests.services.nudges.builders.rows import Rows

DELIVERED = at(MONDAY, "10:00")
ACKNOWLEDGED = at(MONDAY, "11:00")
VERSION_3 = VersionNumber(3)


async def test_everything_announced_to_a_rep_is_listed_in_the_order_of_versions(pool: asyncpg.Pool, rows: Rows) -> None:
    await rows.add_announcement(announcement(VERSION_3, TUESDAY))
    await rows.add_announcement(announcement(VERSION_1), delivered_at=DELIVERED, acknowledged_at=ACKNOWLEDGED)
    await rows.add_announcement(announcement(VERSION_2), withdrawn_at=ACKNOWLEDGED)
    await rows.add_announcement(announcement(VERSION_1, rep=BEN))

    first, third = await list_announcements(pool, ANA.id)

    assert (first.playbook.version, first.delivered_at, first.acknowledged_at) == (1, DELIVERED, ACKNOWLEDGED)
    assert (third.playbook.version, third.delivered_at, third.nudge_id) == (3, None, "announcement-3")


async def test_a_version_stays_announced_after_it_is_withdrawn(pool: asyncpg.Pool, rows: Rows) -> None:
    await rows.add_announcement(announcement(VERSION_1, rep=BEN), delivered_at=DELIVERED - timedelta(days=1))
    await rows.add_announcement(announcement(VERSION_1), delivered_at=DELIVERED, withdrawn_at=ACKNOWLEDGED)
    await rows.add_announcement(announcement(VERSION_2), delivered_at=ACKNOWLEDGED)

    async with pool.acquire() as connection:
        assert await find_delivered_at(connection, ANA.id, VERSION_1) == DELIVERED
        assert await find_delivered_at(connection, ANA.id, VERSION_3) is None
        assert await find_delivered_at(connection, ANA.id, None) is None


async def test_deliveries_to_several_reps_are_listed_by_version(pool: asyncpg.Pool, rows: Rows) -> None:
    cleo, dan = rep("Cleo Fox"), rep("Dan Moss")
    await rows.add_announcement(announcement(VERSION_1), delivered_at=DELIVERED)
    await rows.add_announcement(announcement(VERSION_2), delivered_at=ACKNOWLEDGED)
    await rows.add_announcement(announcement(VERSION_3))
    await rows.add_announcement(announcement(VERSION_1, rep=BEN))
    await rows.add_announcement(announcement(VERSION_1, rep=dan), delivered_at=DELIVERED)

    async with pool.acquire() as connection:
        delivered = await list_delivered_at(connection, [ANA.id, BEN.id, cleo.id])

    assert delivered == {ANA.id: {VERSION_1: DELIVERED, VERSION_2: ACKNOWLEDGED}, BEN.id: {}, cleo.id: {}}
