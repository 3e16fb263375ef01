"""What the rules look at of a rep's day, on a real database."""

from datetime import date, datetime

import asyncpg
import pytest

from services.nudges.context.load_context import load_rule_context
from services.nudges.context.rule_context import RuleContext
from services.nudges.domain.day_plan_subscribers import NO_SUBSCRIBERS, DayPlanSubscribers
from services.nudges.domain.moments import Moment
from services.nudges.domain.roster.leave import Leave
from shared.events import DayReport, Presence
from tests.services.nudges.builders.announcements import announcement
from tests.services.nudges.builders.days import MONDAY, at, working_days
from tests.services.nudges.builders.people import ANA, BEN, NORTH, rep
from tests.services.nudges.builders.reports import goal, open_report, report
from tests.services.nudges.builders.rows import Rows

NOW = at(MONDAY, "09:00")
SUBSCRIBED = DayPlanSubscribers(teams=(NORTH.id,))
LONG_AGO = at(date(2026, 1, 2), "10:00")


async def _load(
    pool: asyncpg.Pool,
    day: DayReport,
    *,
    moment: Moment = Moment.DAY_CHANGED,
    subscribers: DayPlanSubscribers = NO_SUBSCRIBERS,
) -> RuleContext:
    async with pool.acquire() as connection:
        return await load_rule_context(connection, day, moment=moment, subscribers=subscribers, now=NOW)


async def test_the_worked_days_before_the_day_are_its_history(pool: asyncpg.Pool, rows: Rows) -> None:
    days = [report(day) for day in working_days(2)]
    for day in (*days, open_report()):
        await rows.add_day(day)

    context = await _load(pool, open_report())

    assert (context.report, context.now, context.day, context.today) == (open_report(), NOW, MONDAY, MONDAY)
    assert context.history.worked == tuple(days[::-1])


@pytest.mark.parametrize("moment", list(Moment))
async def test_the_baseline_is_loaded_in_the_morning_and_middays_at_midday(
    pool: asyncpg.Pool, rows: Rows, moment: Moment
) -> None:
    (friday,) = working_days(1)
    await rows.add_day(report(friday))
    await pool.execute(
        "INSERT INTO scheduled_check (person_id, day, moment, due_at, counts) VALUES ('ana', $1, 'midday', $2, '{}')",
        friday,
        NOW,
    )

    context = await _load(pool, open_report(), moment=moment)

    assert (context.baseline is not None) is (moment is Moment.MORNING)
    assert bool(context.middays) is (moment is Moment.MIDDAY)


@pytest.mark.parametrize(("score", "is_loaded"), [(100, True), (99.99, False)])
async def test_teammates_are_loaded_once_the_plan_is_done(
    pool: asyncpg.Pool, rows: Rows, score: float, *, is_loaded: bool
) -> None:
    await rows.add_day(report(score=100, rep=BEN))

    context = await _load(pool, report(score=score, state="open"))

    assert context.teammates_done == ((BEN.id,) if is_loaded else ())


async def test_ladders_are_loaded_for_a_day_with_goals(pool: asyncpg.Pool, rows: Rows) -> None:
    await rows.add_ladder(ANA.id, goal(0).key, goal(0).period_start)
    with_goal = report(goals=(goal(3),))

    assert (await _load(pool, report())).ladders == ()
    context = await _load(pool, with_goal)
    assert [ladder.goal for ladder in context.ladders] == ["month"]
    assert context.ladder_of(goal(3)) == context.ladders[0]
    assert context.ladder_of(goal(3, period_start=date(2026, 4, 1))) is None


@pytest.mark.parametrize(
    ("moment", "subscribers", "delivered_at", "wants", "knows"),
    [
        (Moment.MORNING, SUBSCRIBED, LONG_AGO, True, True),
        (Moment.MORNING, SUBSCRIBED, at(MONDAY, "08:00"), True, False),
        (Moment.MORNING, SUBSCRIBED, None, True, False),
        (Moment.MORNING, NO_SUBSCRIBERS, LONG_AGO, False, False),
        (Moment.MIDDAY, SUBSCRIBED, LONG_AGO, False, False),
    ],
    ids=["known long before", "announced this morning", "never delivered", "not wanted", "at midday"],
)
async def test_a_day_plan_is_wanted_in_the_morning_and_needs_a_known_playbook(
    pool: asyncpg.Pool,
    rows: Rows,
    moment: Moment,
    subscribers: DayPlanSubscribers,
    delivered_at: datetime | None,
    *,
    wants: bool,
    knows: bool,
) -> None:
    await rows.add_announcement(announcement(), delivered_at=delivered_at)

    context = await _load(pool, open_report(), moment=moment, subscribers=subscribers)

    assert (context.wants_day_plan, context.knows_playbook) == (wants, knows)


async def test_another_reps_subscription_counts_for_them_alone(pool: asyncpg.Pool) -> None:
    of_cleo = DayPlanSubscribers(reps=(rep("Cleo Fox").id,))

    assert not (await _load(pool, open_report(), moment=Moment.MORNING, subscribers=of_cleo)).wants_day_plan


@pytest.mark.parametrize("moment", list(Moment))
async def test_a_leave_and_a_first_day_are_known_in_the_morning(pool: asyncpg.Pool, rows: Rows, moment: Moment) -> None:
    """Ben has been there for weeks and comes back from a week of leave; Cleo is new."""
    cleo, off = rep("Cleo Fox"), working_days(5)
    for day in (*working_days(20)[:15], *off):
        is_off = day in off
        presence = Presence.ABSENT if is_off else Presence.WORKING
        await rows.add_day(report(day, rep=BEN, score=None if is_off else 60, count=0 if is_off else 1, presence=presence))
    for today in (open_report(rep=BEN), open_report(rep=cleo)):
        await rows.add_day(today)

    ben, new = [await _load(pool, open_report(rep=of_rep), moment=moment) for of_rep in (BEN, cleo)]

    is_morning = moment is Moment.MORNING
    assert ben.leave == (Leave(first=off[0], last=off[-1]) if is_morning else None)
    assert (ben.is_first_day, new.is_first_day, new.leave) == (False, is_morning, None)
