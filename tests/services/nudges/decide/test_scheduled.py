"""Days that are checked at their moments, on a real database."""

from datetime import date, datetime, timedelta

from services.nudges.decide.policy.holdout import Holdout
from shared.events import DayReport
from tests.services.nudges.baselines import conversions
from tests.services.nudges.conftest import Nudging, outcomes
from tests.services.nudges.days import MONDAY, TUESDAY, at, working_days
from tests.services.nudges.domain.drop.weeks import spread_over, steady
from tests.services.nudges.reports import (
    CALLS,
    PROPOSALS,
    announcement,
    calls_and_proposals,
    open_report,
    report,
    worked_days,
)

LONG_AGO = at(date(2026, 1, 2), "10:00")
DROPPED = [day.count for day in (*steady(40, 60), *spread_over(60, 5))]


def _imported(*counts: int, until: date = MONDAY) -> list[DayReport]:
    days = working_days(len(counts), until=until)
    return [report(day, count=count, silent=True) for day, count in zip(days, counts, strict=True)]


async def _know_playbook(nudging: Nudging, *, delivered_at: datetime = LONG_AGO) -> None:
    await nudging.rows.add_announcement(announcement(), delivered_at=delivered_at)


async def test_the_middle_of_a_day_is_checked_once(nudging: Nudging) -> None:
    await _know_playbook(nudging)
    await nudging.take_in(*worked_days(60, 60, 60, 60, 60), open_report())

    assert await nudging.pass_time(at(MONDAY, "12:59")) == []
    assert await nudging.pass_time(at(MONDAY, "13:00")) == outcomes(("quiet_afternoon", "sent"))
    assert await nudging.pass_time(at(MONDAY, "13:30")) == []


async def test_a_check_of_a_day_that_is_not_known_is_done_and_calls_for_nothing(nudging: Nudging) -> None:
    await nudging.take_in(open_report())
    await nudging.pool.execute("DELETE FROM day")

    assert await nudging.pass_time(at(MONDAY, "13:00")) == []
    assert await nudging.pool.fetchval("SELECT bool_and(is_done) FROM scheduled_check")


async def test_a_drop_is_pointed_out_in_the_morning_and_not_again_for_ten_worked_days(nudging: Nudging) -> None:
    await _know_playbook(nudging)
    await nudging.take_in(*_imported(*DROPPED))
    days = working_days(12, until=MONDAY + timedelta(days=16))
    for day in days:
        nudging.now = at(day, "00:01")
        await nudging.take_in(open_report(day))
        await nudging.pass_time(at(day, "09:00"))
        await nudging.take_in(report(day, count=12, revision=2, silent=True))

    rows = await nudging.pool.fetch("SELECT day FROM nudge WHERE rule = 'drop' AND status = 'sent' ORDER BY day")
    assert [row["day"] for row in rows] == [days[0], days[11]]


async def test_a_drop_that_was_withheld_is_not_pointed_out_again_either(nudging: Nudging) -> None:
    await _know_playbook(nudging)
    nudging.holdout = Holdout(seed="", share=0.0, by_rule={"drop": 1.0})
    await nudging.take_in(*_imported(*DROPPED))
    for day in (MONDAY, TUESDAY):
        nudging.now = at(day, "00:01")
        await nudging.take_in(open_report(day))
        await nudging.pass_time(at(day, "09:00"))
        await nudging.take_in(report(day, count=12, revision=2, silent=True))

    assert await nudging.statuses() == [("drop", "withheld")]


async def test_a_drop_does_not_count_if_the_playbook_was_not_announced_before_today(nudging: Nudging) -> None:
    await _know_playbook(nudging, delivered_at=at(MONDAY, "08:00"))
    await nudging.take_in(*_imported(*DROPPED), open_report())

    assert await nudging.pass_time(at(MONDAY, "09:00")) == outcomes(("drop", "suppressed"))


async def _mornings(nudging: Nudging, *counts: int, checked_at: str = "13:00") -> None:
    """Worked days before Monday on which so much had counted by midday, and four more by the evening."""
    for day, count in zip(working_days(len(counts)), counts, strict=True):
        nudging.now = at(day, "12:00")
        await nudging.take_in(report(day, state="open", count=count, score=50))
        await nudging.pass_time(at(day, checked_at))
        await nudging.take_in(report(day, count=count + 4, score=70, revision=2))


async def test_counts_at_midday_are_kept_of_checks_that_are_on_time(nudging: Nudging) -> None:
    await _mornings(nudging, 3)

    assert await nudging.pool.fetchval("SELECT counts FROM scheduled_check WHERE moment = 'midday'") == '{"calls": 3}'


async def test_a_rep_who_is_far_behind_their_usual_pace_receives_a_hint_once_in_two_weeks(nudging: Nudging) -> None:
    await _know_playbook(nudging)
    await _mornings(nudging, *[6] * 10)
    for day in (MONDAY, TUESDAY):
        nudging.now = at(day, "12:00")
        await nudging.take_in(report(day, state="open", count=1, score=10))
        await nudging.pass_time(at(day, "13:00"))
        await nudging.take_in(report(day, count=9, score=70, revision=2))

    assert await nudging.decisions() == [("pace", "sent", "")]


async def test_checks_that_came_late_say_nothing_of_what_is_usual(nudging: Nudging) -> None:
    await _know_playbook(nudging)
    await _mornings(nudging, *[6] * 10, checked_at="13:16")
    nudging.now = at(MONDAY, "12:00")
    await nudging.take_in(report(state="open", count=1, score=10))

    assert await nudging.pass_time(at(MONDAY, "13:00")) == []


async def test_a_rule_that_is_cooling_down_does_not_keep_the_next_from_speaking(nudging: Nudging) -> None:
    await _know_playbook(nudging)
    past = conversions((40, 400, 40), (20, 200, 2)).past
    await nudging.take_in(
        *[calls_and_proposals(day.counts[CALLS], day.counts[PROPOSALS], day.day, silent=True) for day in past]
    )
    for day in (MONDAY, TUESDAY):
        nudging.now = at(day, "08:00")
        await nudging.take_in(calls_and_proposals(0, 0, day, score=0, state="open"))
        await nudging.pass_time(at(day, "09:00"))
        await nudging.take_in(calls_and_proposals(10, 0, day, score=50, revision=2))

    assert await nudging.decisions() == [("ratio", "sent", ""), ("one_thing", "sent", "")]
