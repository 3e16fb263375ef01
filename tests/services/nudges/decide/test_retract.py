"""Nudges that were sent and turn out not to hold, on a real database."""

from datetime import date, timedelta
from typing import Unpack

import pytest

from shared.event_types import NUDGE_REVISED
from shared.events import DayReport, Presence
from tests.services.nudges.builders.announcements import announcement
from tests.services.nudges.builders.days import MONDAY, TUESDAY, WEDNESDAY, at, working_days
from tests.services.nudges.builders.reports import DayReportFields, calls_and_demos, open_report, report, worked_days
from tests.services.nudges.conftest import Nudging, outcomes

MORNING = at(TUESDAY, "09:00")
LONG_AGO = at(date(2026, 1, 2), "10:00")
RETRACTED = ("plan_done", "retracted")
WAITING = "a correction waits for the next morning"


def _day(edition: int, score: float, *, count: int = 1, first: str = "09:40", **fields: Unpack[DayReportFields]) -> DayReport:
    default: DayReportFields = {"state": "open", "revision": edition}
    return report(score=score, count=count, first=first, **(default | fields))


async def _send_hint(nudging: Nudging) -> None:
    """A hint at 13:00 on a Monday on which nothing is recorded."""
    await nudging.rows.add_announcement(announcement(), delivered_at=LONG_AGO)
    await nudging.take_in(*worked_days(*[60] * 40), open_report())
    assert await nudging.pass_time(at(MONDAY, "13:00")) == outcomes(("quiet_afternoon", "sent"))
    nudging.now = at(MONDAY, "15:00")


async def _retracted(nudging: Nudging) -> list[tuple[str, str, bool]]:
    rows = await nudging.pool.fetch("SELECT rule, status, retracted_at IS NOT NULL AS is_retracted FROM nudge ORDER BY seq")
    return [(row["rule"], row["status"], row["is_retracted"]) for row in rows]


async def _published(nudging: Nudging) -> list[tuple[str, bool]]:
    return [(revised.rule, revised.holds) for revised in await nudging.published(NUDGE_REVISED)]


async def test_praise_that_no_longer_holds_is_marked_and_not_corrected(nudging: Nudging) -> None:
    await nudging.take_in(_day(2, 100))

    decided = await nudging.take_in(_day(3, 95))

    assert decided == outcomes(RETRACTED)
    assert await _retracted(nudging) == [("plan_done", "sent", True)]
    (revised,) = await nudging.published(NUDGE_REVISED)
    assert (revised.rule, revised.day, revised.holds, revised.revision) == ("plan_done", MONDAY, False, 3)
    assert revised.because == "With 1 of 10 calls recorded now, this would not have been sent."
    await nudging.take_in(open_report(TUESDAY))
    assert await nudging.pass_time(MORNING) == []


async def test_what_holds_again_is_not_sent_again(nudging: Nudging) -> None:
    await nudging.take_in(_day(2, 100), _day(3, 95))

    decided = await nudging.take_in(_day(4, 95), _day(5, 100))

    assert decided == []
    assert await _retracted(nudging) == [("plan_done", "sent", False)]
    assert await _published(nudging) == [("plan_done", False), ("plan_done", True)]
    assert await nudging.decisions() == [("plan_done", "sent", "")]


async def test_a_hint_that_was_wrong_is_corrected_once_on_the_next_morning(nudging: Nudging) -> None:
    await _send_hint(nudging)

    await nudging.take_in(_day(2, 20, first="12:50"))
    assert await nudging.decisions() == [("quiet_afternoon", "sent", ""), ("correction", "deferred", WAITING)]
    await nudging.take_in(_day(3, 30, first="12:50"), _day(4, 40, first="10:00", state="closed"))
    await nudging.take_in(open_report(TUESDAY))

    assert await nudging.pass_time(MORNING) == outcomes(("correction", "sent"))
    assert await _retracted(nudging) == [("quiet_afternoon", "sent", True), ("correction", "sent", False)]
    assert "yesterday's message (13:00)" in (await nudging.texts())[-1]


async def test_a_hint_about_a_day_that_was_entered_as_an_absence_is_corrected_and_the_day_is_not_worked(
    nudging: Nudging,
) -> None:
    await _send_hint(nudging)

    absent = _day(2, 0, count=0, presence=Presence.ABSENT).model_copy(update={"score": None, "behaviours": ()})
    await nudging.take_in(absent)
    await nudging.take_in(absent.model_copy(update={"revision": 3, "state": "closed"}), open_report(TUESDAY))

    assert await nudging.pass_time(MORNING) == outcomes(("correction", "sent"))
    assert await _retracted(nudging) == [("quiet_afternoon", "sent", True), ("correction", "sent", False)]
    (revised,) = await nudging.published(NUDGE_REVISED)
    assert revised.because == "With what is recorded now, this would not have been sent."


async def test_a_streak_survives_days_that_are_entered_as_an_absence_later(nudging: Nudging) -> None:
    days = worked_days(100, 100, 0, 0, until=TUESDAY)
    await nudging.take_in(*[day.model_copy(update={"silent": True}) for day in days])
    entered = {"presence": Presence.ABSENT, "score": None, "behaviours": (), "revision": 9, "silent": True}
    await nudging.take_in(*[day.model_copy(update=entered) for day in days[2:]])

    await nudging.take_in(report(TUESDAY, score=100, revision=2, state="open"))

    assert await nudging.decisions() == [("streak", "sent", "")]


async def test_a_correction_goes_with_what_else_is_due(nudging: Nudging) -> None:
    await _send_hint(nudging)
    await nudging.take_in(_day(2, 100, first="12:50"))
    await nudging.take_in(open_report(TUESDAY))

    decided = await nudging.pass_time(MORNING)

    assert decided == outcomes(("comeback", "sent"), ("correction", "bundled"))
    await nudging.deliver()
    assert len(nudging.channel.nudges) == 2
    assert len(nudging.channel.nudges[-1].text.split("\n")) == 2


async def test_a_correction_does_not_use_up_the_daily_cap(nudging: Nudging) -> None:
    await _send_hint(nudging)
    await nudging.take_in(_day(2, 20, first="12:50"))
    await nudging.take_in(open_report(TUESDAY))
    await nudging.pass_time(MORNING)

    decided = await nudging.take_in(report(TUESDAY, score=100, revision=2, state="open"))

    assert decided == outcomes(("comeback", "sent"))


@pytest.mark.parametrize("first", ["13:00:01", "16:00"])
async def test_what_happens_after_a_hint_does_not_make_it_wrong(nudging: Nudging, first: str) -> None:
    await _send_hint(nudging)

    assert await nudging.take_in(_day(2, 20, first=first)) == []
    assert await nudging.take_in(_day(3, 20, first=first, state="closed")) == []


async def test_a_hint_that_was_right_after_all_is_not_corrected(nudging: Nudging) -> None:
    await _send_hint(nudging)
    await nudging.take_in(_day(2, 20, first="12:50"), _day(3, 0, count=0))
    await nudging.take_in(open_report(TUESDAY))

    await nudging.pass_time(MORNING)

    assert await nudging.decisions() == [
        ("quiet_afternoon", "sent", ""),
        ("correction", "suppressed", "the nudge that it would correct holds after all"),
    ]


async def test_a_correction_is_not_sent_long_after(nudging: Nudging) -> None:
    await _send_hint(nudging)
    await nudging.take_in(_day(2, 20, first="12:50"))
    thursday = MONDAY + timedelta(days=3)
    await nudging.take_in(*worked_days(60, 60, 60, until=thursday), open_report(thursday))

    await nudging.pass_time(at(thursday, "09:00"))

    assert (await nudging.decisions())[-1] == ("correction", "suppressed", "too long ago")


async def test_a_day_that_is_over_concerns_nudges_about_the_days_after_it_too(nudging: Nudging) -> None:
    (friday,) = working_days(1)
    await nudging.take_in(*worked_days(60, 60), _day(2, 100))
    assert await nudging.decisions() == [("comeback", "sent", "")]

    decided = await nudging.take_in(report(friday, score=100, revision=2))

    assert decided[0] == outcomes(("comeback", "retracted"))[0]
    assert (await _retracted(nudging))[0] == ("comeback", "sent", True)


async def test_a_day_that_goes_on_concerns_nudges_about_itself_alone(nudging: Nudging) -> None:
    """Friday is reported as open although a comeback of Monday was sent, as when a rep moves to another zone."""
    (friday,) = working_days(1)
    await nudging.take_in(*worked_days(60, 60), _day(2, 100))

    await nudging.take_in(report(friday, score=100, revision=2, state="open"))

    assert (await _retracted(nudging))[0] == ("comeback", "sent", False)


@pytest.mark.parametrize(("days_later", "is_retracted"), [(14, True), (15, False)])
async def test_nudges_are_evaluated_again_for_fourteen_days(nudging: Nudging, days_later: int, *, is_retracted: bool) -> None:
    """A comeback after two weeks of leave rests on the last days before it."""
    comeback_on = MONDAY + timedelta(days=days_later)
    await nudging.take_in(*worked_days(60), report(MONDAY))
    nudging.now = at(comeback_on, "12:00")
    await nudging.take_in(report(comeback_on, score=100, state="open"))
    assert await nudging.decisions() == [("comeback", "sent", "")]

    await nudging.take_in(report(MONDAY, score=100, revision=2))

    assert (await _retracted(nudging))[0] == ("comeback", "sent", is_retracted)


async def test_what_imported_history_contradicts_is_marked_without_a_message(nudging: Nudging) -> None:
    await _send_hint(nudging)

    decided = await nudging.take_in(_day(2, 20, first="12:50", state="closed", silent=True))

    assert decided == outcomes(("quiet_afternoon", "retracted"))
    assert await nudging.decisions() == [("quiet_afternoon", "sent", "")]


async def test_only_the_nudge_of_a_message_that_no_longer_holds_is_retracted(nudging: Nudging) -> None:
    nudging.now = at(MONDAY, "18:00")
    await nudging.take_in(*worked_days(60, 60), _day(1, 100))
    await nudging.take_in(report(TUESDAY, score=100, revision=2), open_report(WEDNESDAY))
    await nudging.pool.execute("UPDATE nudge SET send_at = $1", at(WEDNESDAY, "09:00"))
    await nudging.pass_time(at(WEDNESDAY, "09:00"))

    await nudging.take_in(report(TUESDAY, score=90, revision=3))

    assert await _retracted(nudging) == [("comeback", "sent", False), ("plan_done", "bundled", True)]


def _plan(day: date, demos: int, *, revision: int = 1) -> DayReport:
    return calls_and_demos(8, demos, day, revision=revision)


async def _send_one_thing(nudging: Nudging) -> None:
    """A hint on a Monday morning: after twenty good days demos came to 20 of 50 in five worked days."""
    await nudging.rows.add_announcement(announcement(), delivered_at=LONG_AGO)
    await nudging.take_in(*(_plan(day, count) for day, count in zip(working_days(25), [10] * 20 + [4] * 5, strict=True)))
    await nudging.take_in(_monday(0, 0, score=0))
    assert await nudging.pass_time(at(MONDAY, "09:00")) == outcomes(("one_thing", "sent"))
    nudging.now = at(MONDAY, "12:00")


def _monday(calls: int, demos: int, *, score: float, revision: int = 1) -> DayReport:
    return calls_and_demos(calls, demos, score=score, state="open", revision=revision)


async def test_late_records_retract_a_morning_hint_and_correct_it_once_it_was_clearly_wrong(nudging: Nudging) -> None:
    await _send_one_thing(nudging)
    tuesday, wednesday, thursday, friday = working_days(4)

    assert await nudging.take_in(_plan(friday, 9, revision=2)) == outcomes(("one_thing", "retracted"))
    assert await nudging.decisions() == [("one_thing", "sent", "")]
    assert await nudging.take_in(_plan(tuesday, 9, revision=2), _plan(wednesday, 9, revision=2)) == []
    assert await nudging.take_in(_plan(thursday, 9, revision=2)) == outcomes(("correction", "deferred"))
    assert await nudging.take_in(_plan(thursday, 10, revision=3)) == []
    assert await _retracted(nudging) == [("one_thing", "sent", True), ("correction", "deferred", False)]


async def test_a_morning_hint_that_was_clearly_wrong_is_corrected_on_the_next_morning(nudging: Nudging) -> None:
    await _send_one_thing(nudging)

    await nudging.take_in(*[_plan(day, 9, revision=2) for day in working_days(4)])
    await nudging.take_in(_monday(8, 10, score=70, revision=2))
    await nudging.take_in(calls_and_demos(0, 0, TUESDAY, state="open", score=0))

    assert await nudging.pass_time(MORNING) == outcomes(("correction", "sent"))
    assert "yesterday's message (09:00)" in (await nudging.texts())[-1]


async def test_what_happens_on_the_day_itself_does_not_make_a_morning_hint_wrong(nudging: Nudging) -> None:
    await _send_one_thing(nudging)

    decided = await nudging.take_in(_monday(8, 10, score=90, revision=2))

    assert decided == []
    assert await _retracted(nudging) == [("one_thing", "sent", False)]
