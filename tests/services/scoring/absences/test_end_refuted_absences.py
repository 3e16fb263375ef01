"""Entered absences that end because something counts on the day after all."""

from datetime import timedelta
from decimal import Decimal

from tests.services.scoring.absences.conftest import FRIDAY, TUESDAY, WEDNESDAY, Absences
from tests.services.scoring.conftest import ANA, MONDAY, observed


async def test_a_late_record_of_an_entered_day_ends_the_absence_on_that_day_alone(absences: Absences) -> None:
    await absences.enter(MONDAY, WEDNESDAY)
    await absences.scoring.record(observed("a1", started_at=f"{TUESDAY}T12:00:00+00:00"))
    unscored = (await absences.scoring.day(ANA, TUESDAY))["score"]

    ended = await absences.end_refuted()

    assert (unscored, ended) == (None, 1)
    assert (await absences.scoring.day(ANA, TUESDAY))["score"] == Decimal("30.00")
    presences = await absences.presences()
    assert [presences[day] for day in (MONDAY, TUESDAY, WEDNESDAY)] == ["absent", "working", "absent"]
    assert await absences.scoring.differences() == ()


async def test_somebody_who_is_back_on_the_day_on_which_it_was_entered_is_at_work_again(absences: Absences) -> None:
    await absences.enter(WEDNESDAY)
    await absences.scoring.record(observed("a1", started_at=f"{FRIDAY}T11:00:00+00:00"))

    await absences.end_refuted()

    assert (await absences.presences())[FRIDAY] == "working"


async def test_a_call_during_an_absence_that_was_entered_beforehand_does_not_end_it(absences: Absences) -> None:
    monday = FRIDAY + timedelta(days=3)
    await absences.enter(monday, monday)
    await absences.scoring.record(observed("a1", started_at=f"{monday}T12:00:00+00:00"))

    assert await absences.end_refuted() == 0
    assert len(await absences.rows()) == 1


async def test_without_such_a_day_nothing_changes(absences: Absences) -> None:
    await absences.enter(MONDAY, WEDNESDAY)
    await absences.scoring.record(observed("a1", started_at=f"{FRIDAY}T11:00:00+00:00"))

    assert await absences.end_refuted() == 0
    assert len(await absences.rows()) == 3
