"""The plan of the day in the morning, on a real database."""

from datetime import date, timedelta

import pytest

from services.nudges.decide.policy.holdout import Holdout
from services.nudges.domain.day_plan_subscribers import DayPlanSubscribers
from shared.events import TeamId
from tests.services.nudges.builders.announcements import announcement
from tests.services.nudges.builders.days import MONDAY, TUESDAY, at, working_days
from tests.services.nudges.builders.people import ANA, BEN, NORTH, SOUTH
from tests.services.nudges.builders.reports import open_report, report
from tests.services.nudges.conftest import Nudging, defer_comeback_and_plan_done, outcomes
from tests.services.nudges.domain.drop.weeks import spread_over, steady

LONG_AGO = at(date(2026, 1, 2), "10:00")
MORNING = at(MONDAY, "09:00")
SENT, BUNDLED = outcomes(("day_plan", "sent"), ("day_plan", "bundled"))


@pytest.fixture
async def subscribed(nudging: Nudging) -> Nudging:
    """Ana's team gets the plan of the day, by a playbook that was announced long ago."""
    nudging.subscribers = DayPlanSubscribers(teams=(NORTH.id,))
    await nudging.rows.add_announcement(announcement(), delivered_at=LONG_AGO)
    return nudging


@pytest.mark.parametrize(
    ("subscribers", "is_sent"),
    [
        (DayPlanSubscribers(), False),
        (DayPlanSubscribers(teams=(SOUTH.id,), reps=(BEN.id,)), False),
        (DayPlanSubscribers(teams=(NORTH.id,)), True),
        (DayPlanSubscribers(teams=(TeamId("*"),)), True),
        (DayPlanSubscribers(reps=(ANA.id,)), True),
    ],
    ids=["nobody", "others", "the team", "all teams", "the rep"],
)
async def test_it_is_sent_to_those_who_want_it(subscribed: Nudging, subscribers: DayPlanSubscribers, *, is_sent: bool) -> None:
    subscribed.subscribers = subscribers
    await subscribed.take_in(open_report())

    assert await subscribed.pass_time(MORNING) == ([SENT] if is_sent else [])
    assert await subscribed.pass_time(at(MONDAY, "09:05")) == []


async def test_a_playbook_that_was_announced_this_morning_makes_no_plan_yet(nudging: Nudging) -> None:
    nudging.subscribers = DayPlanSubscribers(teams=(NORTH.id,))
    await nudging.rows.add_announcement(announcement(), delivered_at=at(MONDAY, "08:00"))
    await nudging.take_in(open_report())

    assert await nudging.pass_time(MORNING) == []


async def test_it_does_not_use_up_the_daily_cap(subscribed: Nudging) -> None:
    await subscribed.take_in(open_report())
    await subscribed.pass_time(MORNING)
    subscribed.now = at(MONDAY, "15:00")

    decided = await subscribed.take_in(report(score=100, state="open", revision=2))

    assert decided == outcomes(("plan_done", "sent"))


async def test_it_comes_last_in_one_message_with_what_was_deferred(subscribed: Nudging) -> None:
    wednesday = await defer_comeback_and_plan_done(subscribed)

    decided = await subscribed.pass_time(at(wednesday, "09:00"))
    await subscribed.deliver()

    assert decided == [*outcomes(("comeback", "sent"), ("plan_done", "bundled")), BUNDLED]
    (message,) = subscribed.channel.nudges
    assert message.text.split("\n")[2].count("10 calls") == 1
    assert await subscribed.pass_time(at(wednesday, "09:05")) == []


async def test_before_its_moment_it_does_not_join_what_is_released(subscribed: Nudging) -> None:
    wednesday = await defer_comeback_and_plan_done(subscribed)
    await subscribed.pool.execute("UPDATE scheduled_check SET due_at = $1", at(wednesday, "09:30"))

    assert await subscribed.pass_time(at(wednesday, "09:00")) == outcomes(("comeback", "sent"), ("plan_done", "bundled"))


async def test_to_those_who_do_not_want_it_only_what_was_deferred_is_sent(subscribed: Nudging) -> None:
    subscribed.subscribers = DayPlanSubscribers(teams=(SOUTH.id,))
    wednesday = await defer_comeback_and_plan_done(subscribed)

    assert await subscribed.pass_time(at(wednesday, "09:00")) == outcomes(("comeback", "sent"), ("plan_done", "bundled"))


async def test_an_announcement_that_was_deferred_is_sent_without_it(subscribed: Nudging) -> None:
    subscribed.now = at(MONDAY, "18:00")
    await subscribed.take_in(report())
    await subscribed.announce(announcement(binds_from=TUESDAY, announcement_number=2))
    await subscribed.pool.execute("UPDATE announcement SET delivered_at = $1", LONG_AGO)
    await subscribed.take_in(open_report(TUESDAY))

    assert await subscribed.pass_time(at(TUESDAY, "09:00")) == [*outcomes(("playbook", "sent")), SENT]


async def test_it_goes_with_what_else_the_morning_calls_for(subscribed: Nudging) -> None:
    await subscribed.rows.add_team_calibration(NORTH.id, "drop")
    counts = [day.count for day in (*steady(40, 60), *spread_over(60, 5))]
    days = zip(working_days(len(counts)), counts, strict=True)
    await subscribed.take_in(*[report(day, count=count, silent=True) for day, count in days], open_report())

    decided = await subscribed.pass_time(MORNING)
    await subscribed.deliver()

    assert decided == [*outcomes(("drop", "sent")), BUNDLED]
    (message,) = subscribed.channel.nudges
    assert len(message.text.split("\n")) == 2


async def test_it_is_assigned_to_the_experiment_by_itself(subscribed: Nudging) -> None:
    subscribed.holdout = Holdout(seed="", share=0.0, by_rule={"day_plan": 1.0})
    wednesday = await defer_comeback_and_plan_done(subscribed)

    decided = await subscribed.pass_time(at(wednesday, "09:00"))

    assert decided == outcomes(("comeback", "sent"), ("plan_done", "bundled"), ("day_plan", "withheld"))


async def test_no_wording_comes_twice_in_two_weeks(subscribed: Nudging) -> None:
    """To somebody who works on all days of the week."""
    for day in [MONDAY + timedelta(days=days) for days in range(28)]:
        subscribed.now = at(day, "00:01")
        await subscribed.take_in(open_report(day))
        assert await subscribed.pass_time(at(day, "09:00")) == [SENT]

    rows = await subscribed.pool.fetch("SELECT wording FROM nudge WHERE rule = 'day_plan' ORDER BY day")
    received = [row["wording"] for row in rows]
    assert all(len(set(received[first : first + 14])) == 14 for first in range(15))
