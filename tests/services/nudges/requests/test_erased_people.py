"""Erased people stay out: later reports about them are passed over, on a real database."""

from datetime import timedelta

import pytest

from services.nudges.intake.erased_people import refuse_other_key
from services.nudges.requests.erase_person import erase_person
from shared.service.settings import ErasureKeyChanged
from tests.services.nudges.builders.announcements import announcement
from tests.services.nudges.builders.days import MONDAY, at, working_days
from tests.services.nudges.builders.people import ANA, BEN, MARA
from tests.services.nudges.builders.reports import report
from tests.services.nudges.conftest import KEY, Nudging
from tests.services.nudges.requests.mentions import tables_that_mention


async def test_later_reports_and_announcements_are_passed_over(nudging: Nudging) -> None:
    await nudging.take_in(report(score=100, state="open"))
    await erase_person(nudging.pool, None, ANA.id, erasure_key=KEY, now=nudging.now)

    later = [report(day, score=20) for day in working_days(2)]
    assert await nudging.take_in(report(score=100, state="open", revision=2), *later) == []
    assert await nudging.announce(announcement()) == []

    assert await tables_that_mention(nudging.pool, ANA.id, ANA.name, "Ana") == set()


async def test_a_manager_does_not_come_back_with_later_reports_and_announcements(nudging: Nudging) -> None:
    await nudging.take_in(report(score=100, state="open"))
    await nudging.announce(announcement(1))
    await erase_person(nudging.pool, None, MARA.id, erasure_key=KEY, now=nudging.now)

    await nudging.take_in(report(score=100, state="open", revision=2), report(score=100, state="open", rep=BEN))
    await nudging.announce(announcement(2))

    assert await tables_that_mention(nudging.pool, MARA.id, MARA.name) == set()
    assert "nudge" in await tables_that_mention(nudging.pool, ANA.id)
    assert "nudge" in await tables_that_mention(nudging.pool, BEN.id)


async def test_a_deferred_nudge_is_never_released_and_a_queued_one_never_delivered(nudging: Nudging) -> None:
    nudging.now = at(MONDAY, "20:00")
    await nudging.take_in(report(score=100, state="open"))
    assert [status for _, status in await nudging.statuses()] == ["deferred"]
    await erase_person(nudging.pool, None, ANA.id, erasure_key=KEY, now=nudging.now)

    assert await nudging.pass_time(nudging.now + timedelta(days=1)) == []
    await nudging.deliver()

    assert nudging.channel.attempts == []


async def test_another_key_is_noticed_once_somebody_was_erased(nudging: Nudging) -> None:
    await refuse_other_key(nudging.pool, b"")

    await erase_person(nudging.pool, None, ANA.id, erasure_key=KEY, now=nudging.now)

    await refuse_other_key(nudging.pool, KEY)
    with pytest.raises(ErasureKeyChanged):
        await refuse_other_key(nudging.pool, b"another")
