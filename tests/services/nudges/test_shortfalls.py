"""What falls short of a definition is only held against who was told of it before the day, on a real database."""

from datetime import date, datetime, timedelta

import pytest

from shared.events import DayReport, Person
from tests.services.nudges.conftest import Nudging
from tests.services.nudges.reports import MONDAY, announcement, at, report, worked_days, working_days
from tests.services.nudges.rules.test_one_thing import plan_of

TUESDAY, WEDNESDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)


def _quiet(day: date, version: int | None) -> DayReport:
    return report(day, score=0, count=0, state="open", playbook_version=version)


@pytest.mark.parametrize(
    ("told_at", "because"),
    [
        (at(TUESDAY, "09:00"), "the definition was not announced before the day"),
        (at(MONDAY, "16:59"), ""),
    ],
    ids=["told on the day itself", "told the day before"],
)
async def test_a_quiet_day_is_held_against_who_was_told_the_day_before(
    nudging: Nudging, delivered_at: datetime, because: str
) -> None:
    await nudging.know(announcement(1), delivered_at=at(date(2026, 1, 2), "10:00"))
    await nudging.know(announcement(2, TUESDAY), delivered_at=delivered_at)
    await nudging.take_in(*worked_days(60, 60, 60, 60, 60, until=TUESDAY), _quiet(TUESDAY, 2))

    await nudging.pass_time(at(TUESDAY, "13:00"))

    assert await nudging.nudges() == [("quiet_afternoon", "dropped" if because else "sent", because)]


@pytest.mark.parametrize("version", [2, None], ids=["revised in the past", "judged by what nobody announced"])
async def test_a_quiet_day_is_not_held_against_who_was_told_of_another_definition(
    nudging: Nudging, version: int | None
) -> None:
    await nudging.know(announcement(1), delivered_at=at(date(2026, 1, 2), "10:00"))
    await nudging.take_in(*worked_days(60, 60, 60, 60, 60), _quiet(MONDAY, version))

    await nudging.pass_time(at(MONDAY, "13:00"))

    ((_, status, because),) = await nudging.nudges()
    assert (status, because) == ("dropped", "the definition was not announced before the day")


@pytest.mark.parametrize(
    ("told_at", "status"),
    [(at(MONDAY - timedelta(days=7), "09:00"), "dropped"), (at(MONDAY - timedelta(days=8), "09:00"), "sent")],
    ids=["told on the first of the five days", "told the day before it"],
)
async def test_five_days_are_held_against_who_was_told_before_the_first_of_them(
    nudging: Nudging, delivered_at: datetime, status: str
) -> None:
    await nudging.know(announcement(), delivered_at=delivered_at)
    await nudging.take_in(*[plan_of(9, 0, day=day, silent=True) for day in working_days(5)])
    await nudging.take_in(plan_of(0, 0, day=MONDAY, state="open"))

    await nudging.pass_time(at(MONDAY, "09:00"))

    assert [(rule, status) for rule, status, _ in await nudging.nudges()] == [("one_thing", status)]


async def test_who_joins_a_team_is_told_on_the_first_day_and_hears_of_no_shortfall_before_the_next(
    nudging: Nudging,
) -> None:
    await nudging.know(announcement(1), delivered_at=at(date(2026, 1, 2), "10:00"))
    await nudging.take_in(*worked_days(60, 60, 60, 60, 60), report())
    nudging.now = at(MONDAY, "19:00")
    await nudging.hear_of(announcement(2, TUESDAY, team=Person(id="south", name="South")))

    for day in (TUESDAY, WEDNESDAY):
        nudging.now = at(day, "00:00")
        await nudging.take_in(_quiet(day, 2))
        await nudging.pass_time(at(day, "09:00"))
        await nudging.deliver()
        await nudging.pass_time(at(day, "13:00"))

    assert await nudging.nudges() == [
        ("playbook", "sent", ""),
        ("quiet_afternoon", "dropped", "the definition was not announced before the day"),
        ("quiet_afternoon", "sent", ""),
    ]


async def test_a_done_plan_is_celebrated_whether_or_not_anybody_was_told(nudging: Nudging) -> None:
    await nudging.take_in(report(score=100, state="open", playbook_version=9))

    assert [(rule, status) for rule, status, _ in await nudging.nudges()] == [("plan_done", "sent")]
