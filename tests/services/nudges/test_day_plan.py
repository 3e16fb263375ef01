"""The plan of the day in the morning, on a real database."""

from datetime import date, timedelta
from typing import Any

import pytest

from services.nudges.decide.compose import Spoken
from services.nudges.decide.policy.holdout import Lottery
from services.nudges.domain.day_plan_subscribers import Wanted
from shared.events import DayReport
from tests.services.nudges.conftest import Nudging, comeback_and_plan_done_wait
from tests.services.nudges.domain.drop.weeks import spread_over, steady
from tests.services.nudges.reports import MONDAY, announcement, at, report, working_days

TOLD = at(date(2026, 1, 2), "10:00")
MORNING = at(MONDAY, "09:00")
SENT, BUNDLED = Spoken(rule="day_plan", status="sent"), Spoken(rule="day_plan", status="bundled")


def _today(**changes: Any) -> DayReport:
    given: dict[str, Any] = {"score": 0, "count": 0, "state": "open"}
    return report(**(given | changes))


@pytest.fixture
async def wanting(nudging: Nudging) -> Nudging:
    nudging.wanted = Wanted(teams=("north",))
    await nudging.know(announcement(), delivered_at=TOLD)
    return nudging


@pytest.mark.parametrize(
    ("wanted", "is_said"),
    [
        (Wanted(), False),
        (Wanted(teams=("south",), reps=("ben",)), False),
        (Wanted(teams=("north",)), True),
        (Wanted(teams=("*",)), True),
        (Wanted(reps=("ana",)), True),
    ],
    ids=["by nobody", "by others", "by the team", "by all", "by the rep"],
)
async def test_it_is_said_to_who_wants_it(wanting: Nudging, wanted: Wanted, *, is_said: bool) -> None:
    wanting.wanted = wanted
    await wanting.take_in(_today())

    assert await wanting.pass_time(MORNING) == ([SENT] if is_said else [])
    assert await wanting.pass_time(at(MONDAY, "09:05")) == []


async def test_a_definition_that_was_told_this_morning_makes_no_plan_yet(nudging: Nudging) -> None:
    nudging.wanted = Wanted(teams=("north",))
    await nudging.know(announcement(), delivered_at=at(MONDAY, "08:00"))
    await nudging.take_in(_today())

    assert await nudging.pass_time(MORNING) == []


async def test_the_days_own_word_is_not_kept_waiting_by_it(wanting: Nudging) -> None:
    await wanting.take_in(_today())
    await wanting.pass_time(MORNING)
    wanting.now = at(MONDAY, "15:00")

    assert await wanting.take_in(report(score=100, state="open", revision=2)) == [Spoken(rule="plan_done", status="sent")]


async def test_it_goes_last_in_one_message_with_what_had_waited(wanting: Nudging) -> None:
    wednesday = await comeback_and_plan_done_wait(wanting)

    spoken = await wanting.pass_time(at(wednesday, "09:00"))
    await wanting.deliver()

    assert spoken == [Spoken(rule="comeback", status="sent"), Spoken(rule="plan_done", status="bundled"), BUNDLED]
    (message,) = wanting.channel.bodies
    assert message.text.split("\n")[2].count("calls 10") == 1


async def test_it_goes_with_what_else_the_morning_calls_for(wanting: Nudging) -> None:
    counts = [day.count for day in (*steady(40, 60), *spread_over(60, 5))]
    days = working_days(len(counts))
    await wanting.take_in(*[report(day, count=count, silent=True) for day, count in zip(days, counts, strict=True)], _today())

    spoken = await wanting.pass_time(MORNING)
    await wanting.deliver()

    assert spoken == [Spoken(rule="drop", status="sent"), BUNDLED]
    (message,) = wanting.channel.bodies
    assert len(message.text.split("\n")) == 2


async def test_it_is_an_experiment_of_its_own(wanting: Nudging) -> None:
    wanting.lottery = Lottery(seed="", held_out=0.0, by_rule={"day_plan": 1.0})
    wednesday = await comeback_and_plan_done_wait(wanting)

    spoken = await wanting.pass_time(at(wednesday, "09:00"))

    assert spoken[-1] == Spoken(rule="day_plan", status="held_out")
    assert [one.status for one in spoken[:-1]] == ["sent", "bundled"]


async def test_no_wording_comes_twice_in_two_weeks(wanting: Nudging) -> None:
    for day in [MONDAY + timedelta(days=days) for days in range(28)]:
        wanting.now = at(day, "00:01")
        await wanting.take_in(_every_day(day))
        assert await wanting.pass_time(at(day, "09:00")) == [SENT]

    rows = await wanting.pool.fetch("SELECT wording FROM nudge WHERE rule = 'day_plan' ORDER BY day")
    heard = [row["wording"] for row in rows]
    assert all(len(set(heard[first : first + 14])) == 14 for first in range(15))


def _every_day(day: date) -> DayReport:
    """Somebody who works on all days of the week."""
    return report(day, score=0, count=0, state="open")
