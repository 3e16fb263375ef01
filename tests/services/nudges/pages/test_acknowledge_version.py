"""A rep confirms a playbook version, on a real database."""

from datetime import timedelta

import pytest

from services.nudges.pages.acknowledge_version import NeverAnnounced, acknowledge_version
from shared.event_types import PLAYBOOK_ACKNOWLEDGED
from shared.events import PlaybookAcknowledged, VersionNumber
from tests.services.nudges.builders.announcements import announcement
from tests.services.nudges.builders.days import NOON
from tests.services.nudges.builders.people import ANA, BEN
from tests.services.nudges.builders.rows import Rows

HOUR = timedelta(hours=1)
FIRST = VersionNumber(1)


async def test_a_version_that_was_read_counts_as_delivered(rows: Rows) -> None:
    await rows.add_announcement(announcement(1))

    await acknowledge_version(rows.pool, ANA.id, FIRST, now=NOON)

    (event,) = await rows.outbox(PLAYBOOK_ACKNOWLEDGED.name)
    assert PlaybookAcknowledged.model_validate_json(event) == PlaybookAcknowledged(
        rep_id=ANA.id, version=FIRST, delivered_at=NOON, acknowledged_at=NOON
    )


async def test_an_earlier_delivery_keeps_its_time(rows: Rows) -> None:
    await rows.add_announcement(announcement(1), delivered_at=NOON - HOUR)

    await acknowledge_version(rows.pool, ANA.id, FIRST, now=NOON)

    (event,) = await rows.outbox(PLAYBOOK_ACKNOWLEDGED.name)
    assert PlaybookAcknowledged.model_validate_json(event).delivered_at == NOON - HOUR


async def test_confirming_again_changes_nothing(rows: Rows) -> None:
    await rows.add_announcement(announcement(1))

    for hours in range(2):
        await acknowledge_version(rows.pool, ANA.id, FIRST, now=NOON + hours * HOUR)

    assert len(await rows.outbox(PLAYBOOK_ACKNOWLEDGED.name)) == 1
    assert await rows.pool.fetchval("SELECT acknowledged_at FROM announcement") == NOON


async def test_only_this_version_of_this_rep_is_confirmed(rows: Rows) -> None:
    for announced in (announcement(1), announcement(2), announcement(1, rep=BEN)):
        await rows.add_announcement(announced)

    await acknowledge_version(rows.pool, ANA.id, FIRST, now=NOON)

    confirmed = await rows.pool.fetch("SELECT rep_id, version FROM announcement WHERE acknowledged_at IS NOT NULL")
    assert [tuple(row) for row in confirmed] == [("ana", 1)]


async def test_the_event_has_the_id_by_which_scoring_recognises_a_repetition(rows: Rows) -> None:
    await rows.add_announcement(announcement(1))

    await acknowledge_version(rows.pool, ANA.id, FIRST, now=NOON)

    row = await rows.pool.fetchrow("SELECT event_id, subject FROM outbox")
    assert row is not None
    assert tuple(row) == ("ana:1:playbook.acknowledged.v1", "ana")


async def test_a_version_that_was_never_announced_to_the_rep_cannot_be_confirmed(rows: Rows) -> None:
    await rows.add_announcement(announcement(1))
    await rows.add_announcement(announcement(2), withdrawn_at=NOON)

    for rep, version in ((ANA, 2), (ANA, 3), (BEN, 1)):
        with pytest.raises(NeverAnnounced):
            await acknowledge_version(rows.pool, rep.id, VersionNumber(version), now=NOON)

    assert await rows.outbox(PLAYBOOK_ACKNOWLEDGED.name) == []
