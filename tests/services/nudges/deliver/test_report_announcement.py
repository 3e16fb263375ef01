"""Announcements that have reached their rep, on a real database."""

from datetime import timedelta

from services.nudges.deliver.report_announcement import mark_announcement_delivered, report_announcement_delivered
from shared.event_types import ANNOUNCEMENT_DELIVERED
from shared.events import AnnouncementDelivered, NudgeId
from tests.services.nudges.builders.announcements import announcement
from tests.services.nudges.builders.days import NOON
from tests.services.nudges.builders.people import ANA
from tests.services.nudges.builders.rows import Rows


async def test_the_first_delivery_counts_and_is_reported_once(rows: Rows) -> None:
    for version in (1, 2):
        await rows.add_announcement(announcement(version))

    async with rows.pool.acquire() as connection:
        for minutes in range(2):
            await report_announcement_delivered(
                connection, NudgeId("announcement-1"), traceparent="", now=NOON + timedelta(minutes=minutes)
            )

    (event,) = await rows.outbox(ANNOUNCEMENT_DELIVERED.name)
    delivered = announcement(1).version
    assert AnnouncementDelivered.model_validate_json(event) == AnnouncementDelivered(
        rep_id=ANA.id, version=delivered, delivered_at=NOON
    )
    stored = await rows.pool.fetch("SELECT version FROM announcement WHERE delivered_at IS NOT NULL")
    assert [row["version"] for row in stored] == [1]


async def test_the_event_has_the_id_by_which_scoring_recognises_a_repetition(rows: Rows) -> None:
    await rows.add_announcement(announcement(1))

    async with rows.pool.acquire() as connection:
        await report_announcement_delivered(connection, NudgeId("announcement-1"), traceparent="", now=NOON)

    row = await rows.pool.fetchrow("SELECT event_id, subject FROM outbox")
    assert row is not None
    assert tuple(row) == ("ana:1:playbook.told.v1", "ana")


async def test_a_nudge_that_announces_nothing_is_passed_over(rows: Rows) -> None:
    async with rows.pool.acquire() as connection:
        assert await mark_announcement_delivered(connection, NudgeId("plan-done"), now=NOON) is None
