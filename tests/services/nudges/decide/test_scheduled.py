"""Days that are checked at their moments, on a real database."""

import asyncio
from datetime import date, datetime, timedelta
from typing import Unpack

from services.nudges.decide.policy.holdout import Holdout
from services.nudges.decide.policy.may_send import HINTED_DAYS
from services.nudges.schema import SCHEMA
from shared.events import DayReport, Presence
from shared.postgres.pool import make_pool
from tests.services.nudges.builders.announcements import announcement
from tests.services.nudges.builders.days import MONDAY, TUESDAY, at, working_days
from tests.services.nudges.builders.people import NORTH, SOUTH, rep
from tests.services.nudges.builders.reports import (
    DayReportFields,
    calls_and_demos,
    open_report,
    report,
    worked_days,
)
from tests.services.nudges.conftest import Nudging, outcomes
from tests.services.nudges.domain.drop.weeks import spread_over, steady

LONG_AGO = at(date(2026, 1, 2), "10:00")
COUNTS_WITH_A_DROP = [day.count for day in (*steady(40, 60), *spread_over(60, 5))]
TEAM = ("Ana", "Ben", "Cleo")


def _imported(*counts: int, until: date = MONDAY) -> list[DayReport]:
    days = working_days(len(counts), until=until)
    return [report(day, count=count, silent=True) for day, count in zip(days, counts, strict=True)]


async def _know_playbook(nudging: Nudging, *, delivered_at: datetime = LONG_AGO) -> None:
    await nudging.rows.add_announcement(announcement(), delivered_at=delivered_at)


async def test_the_middle_of_a_day_is_checked_once(nudging: Nudging) -> None:
    await _know_playbook(nudging)
    await nudging.take_in(*worked_days(*[60] * 40), open_report())

    assert await nudging.pass_time(at(MONDAY, "12:59")) == []
    assert await nudging.pass_time(at(MONDAY, "13:00")) == outcomes(("quiet_afternoon", "sent"))
    assert await nudging.pass_time(at(MONDAY, "13:30")) == []


async def test_a_check_of_a_day_that_is_not_known_is_done_and_calls_for_nothing(nudging: Nudging) -> None:
    await nudging.take_in(open_report())
    await nudging.pool.execute("DELETE FROM day")

    assert await nudging.pass_time(at(MONDAY, "13:00")) == []
    assert await nudging.pool.fetchval("SELECT bool_and(is_done) FROM scheduled_check")


async def test_a_drop_is_pointed_out_in_the_morning_and_again_only_with_other_days(nudging: Nudging) -> None:
    await _know_playbook(nudging)
    await nudging.rows.add_team_calibration(NORTH.id, "drop")
    await nudging.take_in(*_imported(*COUNTS_WITH_A_DROP))
    days = working_days(21, until=MONDAY + timedelta(days=29))
    for day in days:
        nudging.now = at(day, "00:01")
        await nudging.take_in(open_report(day))
        await nudging.pass_time(at(day, "09:00"))
        await nudging.take_in(report(day, count=12, revision=2, silent=True))

    rows = await nudging.pool.fetch("SELECT day FROM nudge WHERE rule = 'drop' AND status = 'sent' ORDER BY day")
    assert [row["day"] for row in rows] == [days[0], days[20]]


async def test_a_drop_that_was_withheld_is_not_pointed_out_again_either(nudging: Nudging) -> None:
    await _know_playbook(nudging)
    nudging.holdout = Holdout(seed="", share=0.0, by_rule={"drop": 1.0})
    await nudging.rows.add_team_calibration(NORTH.id, "drop")
    await nudging.take_in(*_imported(*COUNTS_WITH_A_DROP))
    for day in (MONDAY, TUESDAY):
        nudging.now = at(day, "00:01")
        await nudging.take_in(open_report(day))
        await nudging.pass_time(at(day, "09:00"))
        await nudging.take_in(report(day, count=12, revision=2, silent=True))

    assert await nudging.statuses() == [("drop", "withheld")]


async def test_a_drop_does_not_count_if_the_playbook_was_not_announced_before_today(nudging: Nudging) -> None:
    await _know_playbook(nudging, delivered_at=at(MONDAY, "08:00"))
    await nudging.rows.add_team_calibration(NORTH.id, "drop")
    await nudging.take_in(*_imported(*COUNTS_WITH_A_DROP), open_report())

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
    await _mornings(nudging, *[11] * 40)
    for day in (MONDAY, TUESDAY):
        nudging.now = at(day, "12:00")
        await nudging.take_in(report(day, state="open", count=1, score=10))
        await nudging.pass_time(at(day, "13:00"))
        await nudging.take_in(report(day, count=9, score=70, revision=2))

    assert await nudging.decisions() == [("pace", "sent", "")]


async def test_checks_that_came_late_say_nothing_of_what_is_usual(nudging: Nudging) -> None:
    await _know_playbook(nudging)
    await _mornings(nudging, *[11] * 40, checked_at="13:16")
    nudging.now = at(MONDAY, "12:00")
    await nudging.take_in(report(state="open", count=1, score=10))

    assert await nudging.pass_time(at(MONDAY, "13:00")) == []


async def test_a_rule_that_is_cooling_down_leaves_its_place_to_the_next(nudging: Nudging) -> None:
    await _know_playbook(nudging)
    days = zip(working_days(60), [8] * 40 + [6] * 15 + [1] * 5, strict=True)
    await nudging.take_in(*[calls_and_demos(10, demos, day, silent=True) for day, demos in days])
    for day in (MONDAY, TUESDAY):
        nudging.now = at(day, "08:00")
        await nudging.take_in(calls_and_demos(0, 0, day, score=0, state="open"))
        await nudging.pass_time(at(day, "09:00"))
        await nudging.take_in(calls_and_demos(10, 1, day, score=50, revision=2))

    assert await nudging.decisions() == [("ratio", "sent", ""), ("one_thing", "sent", "")]


def _day_of(name: str, score: float | None = 100, *, later: int = 0, **fields: Unpack[DayReportFields]) -> DayReport:
    """A rep's Monday, or a later day."""
    default: DayReportFields = {"state": "open", "rep": rep(name)}
    return report(MONDAY + timedelta(days=later), score=score, **(default | fields))


async def _team_days(nudging: Nudging) -> list[tuple[str, str]]:
    rows = await nudging.pool.fetch("SELECT person_id, status FROM nudge WHERE rule = 'team_day' ORDER BY person_id")
    return [(row["person_id"], row["status"]) for row in rows]


async def test_when_the_last_of_a_team_is_done_each_of_them_is_congratulated_in_the_morning(nudging: Nudging) -> None:
    away, other = _day_of("Dora", None, presence=Presence.ABSENT), _day_of("Emil", 20, team=SOUTH)
    await nudging.take_in(_day_of("Cleo", 60), _day_of("Ana"), _day_of("Ben"), away, other)
    assert await nudging.pass_time(nudging.now) == []

    await nudging.take_in(_day_of("Cleo", revision=2))

    assert await nudging.pass_time(nudging.now) == outcomes(*[("team_day", "deferred")] * 3)
    assert await _team_days(nudging) == [("ana", "deferred"), ("ben", "deferred"), ("cleo", "deferred")]
    await nudging.take_in(*[_day_of(name, 10, later=1) for name in TEAM])
    assert await nudging.pass_time(at(TUESDAY, "09:00")) == outcomes(*[("team_day", "sent")] * 3)
    assert await nudging.pass_time(at(TUESDAY, "10:00")) == []


async def test_a_team_that_is_done_is_checked_once_however_often_its_day_is_reported(nudging: Nudging) -> None:
    await nudging.take_in(*map(_day_of, TEAM))
    await nudging.pass_time(nudging.now)

    await nudging.take_in(_day_of("Ana", revision=2), _day_of("Cleo", 120, revision=2))

    assert await nudging.pass_time(nudging.now) == []


async def test_a_team_that_turns_out_to_be_larger_is_checked_again(nudging: Nudging) -> None:
    await nudging.take_in(*map(_day_of, TEAM), _day_of("Dora", 60))
    await nudging.pool.execute("UPDATE scheduled_check SET is_done = true")

    await nudging.take_in(_day_of("Dora", revision=2))

    await nudging.pass_time(nudging.now)
    assert [person_id for person_id, _ in await _team_days(nudging)] == ["ana", "ben", "cleo", "dora"]


async def test_a_team_that_turns_out_not_to_be_done_gets_no_nudge(nudging: Nudging) -> None:
    await nudging.take_in(*map(_day_of, TEAM))
    await nudging.pass_time(nudging.now)

    await nudging.take_in(_day_of("Cleo", 90, revision=2), *[_day_of(name, 10, later=1) for name in TEAM])

    await nudging.pass_time(at(TUESDAY, "09:00"))
    assert await _team_days(nudging) == [("ana", "suppressed"), ("ben", "suppressed"), ("cleo", "suppressed")]


async def test_two_who_are_the_last_of_a_team_at_once_do_not_overlook_each_other(nudging: Nudging) -> None:
    other = await make_pool(nudging.url, schema=SCHEMA)
    for later in range(10):
        day = MONDAY + timedelta(days=later)
        nudging.now = at(day, "12:00")
        await nudging.take_in(_day_of("Ana", later=later))

        ben, cleo = _day_of("Ben", later=later), _day_of("Cleo", later=later)
        await asyncio.gather(nudging.take_in(ben), nudging.take_in(cleo, pool=other))

        count = "SELECT count(*) FROM scheduled_check WHERE moment = 'team_done' AND day = $1"
        assert await nudging.pool.fetchval(count, day) == 3
    await other.close()


async def _take_in_a_week_short_of_demos(nudging: Nudging, *, friday_score: float = 60) -> None:
    """Up to a Friday at noon on which the plan is done or not: after twenty good days demos came to 20 of 50 in five."""
    await _know_playbook(nudging)
    *before, friday = working_days(25)
    nudging.now = at(friday, "12:00")
    days = zip(before, [10] * 20 + [4] * 4, strict=True)
    await nudging.take_in(*(calls_and_demos(8, count, day, silent=True) for day, count in days))
    await nudging.take_in(calls_and_demos(8, 4, friday, score=friday_score))


async def test_there_is_no_hint_about_days_for_which_the_rep_was_praised(nudging: Nudging) -> None:
    await _take_in_a_week_short_of_demos(nudging, friday_score=100)
    assert await nudging.statuses() == [("comeback", "sent")]

    await nudging.take_in(calls_and_demos(0, 0, score=0, state="open"))

    assert await nudging.pass_time(at(MONDAY, "09:00")) == []


async def test_praise_for_the_days_of_a_hint_does_not_follow_within_two_days(nudging: Nudging) -> None:
    """Late records complete Friday's plan after Monday's hint. Praise for Monday itself does follow."""
    await _take_in_a_week_short_of_demos(nudging)
    await nudging.take_in(calls_and_demos(0, 0, score=0, state="open"))
    assert await nudging.pass_time(at(MONDAY, "09:00")) == outcomes(("one_thing", "sent"))
    nudging.now = at(TUESDAY, "12:00")
    await nudging.take_in(open_report(TUESDAY))

    await nudging.take_in(calls_and_demos(8, 4, working_days(1)[0], score=100, revision=2))
    await nudging.take_in(calls_and_demos(8, 10, score=100, revision=2))

    decisions = [(rule, because) for rule, _, because in await nudging.decisions() if rule == "plan_done"]
    assert decisions == [("plan_done", HINTED_DAYS), ("plan_done", "")]
