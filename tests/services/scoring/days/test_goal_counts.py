"""Goals are counted over their period, up to and including the day of the report."""

from datetime import date, timedelta

from services.scoring.days.open_and_close_days import open_and_close_days
from services.scoring.domain.activities.assignment import RepDay
from tests.services.scoring.conftest import ANA, MONDAY, MONDAY_NOON, PLAYBOOK, Scoring, observed

TUESDAY = MONDAY + timedelta(days=1)
GOAL = "goals:\n  - {key: month, label: Calls this month, counts: {kinds: [call]}, period: month, step: 2}\n"


async def test_a_goal_is_counted_from_the_beginning_of_its_period_to_the_day(scoring: Scoring) -> None:
    await scoring.apply(playbook=PLAYBOOK + GOAL)
    await scoring.record(
        observed("in-february", started_at="2026-02-28T12:00:00+00:00"),
        observed("on-sunday", started_at="2026-03-01T12:00:00+00:00", duration_s=1),
        observed("on-monday-1"),
        observed("on-monday-2"),
        observed("on-tuesday", started_at="2026-03-03T12:00:00+00:00"),
    )

    (_, report) = (await scoring.reports(RepDay(ANA, MONDAY)))[-1]
    (goal,) = report.goals
    assert (goal.count, goal.step, goal.steps_reached, goal.period_start) == (3, 2, 1, date(2026, 3, 1))
    assert await scoring.differences() == ()


async def test_a_goal_is_counted_by_the_new_version_before_every_day_is_scored_again(scoring: Scoring) -> None:
    await scoring.apply(playbook=PLAYBOOK + GOAL)
    await scoring.record(*[observed(f"a{day}", started_at=f"2026-03-0{day}T12:00:00+00:00", duration_s=100) for day in (1, 2)])
    scoring.now = MONDAY_NOON + timedelta(days=1)
    await open_and_close_days(scoring.pool, scoring.cache, now=scoring.now)
    await scoring.pool.execute("DELETE FROM outbox")

    longer = GOAL.replace("kinds: [call]", "kinds: [call], min_duration_s: 200")
    await scoring.apply_playbook(PLAYBOOK + longer, revise="a test")
    await scoring.record(observed("a3", started_at=scoring.now.isoformat(), duration_s=300))

    reported = [report.goals[0].count for _, report in await scoring.reports()]
    await scoring.rescore()
    assert reported == [1]
    assert {report.goals[0].count for _, report in await scoring.reports(RepDay(ANA, TUESDAY))} == {1}
    assert await scoring.differences() == ()
