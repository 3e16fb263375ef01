"""A rep's days as the rules see them."""

from datetime import date, timedelta

import pytest

from services.nudges.domain.history import (
    Streak,
    count_of,
    count_streak,
    history_of,
    is_plan_done,
    is_worked,
    middle_of_work,
    planned_behaviours,
)
from shared.events import BehaviourKey, Presence
from tests.services.nudges.builders.days import MONDAY, at
from tests.services.nudges.builders.reports import CALLS, behaviour, report, worked_days


@pytest.mark.parametrize(("score", "is_done"), [(99.99, False), (100, True), (None, False)])
def test_a_plan_is_done_at_a_score_of_a_hundred(score: float | None, *, is_done: bool) -> None:
    assert is_plan_done(report(score=score)) is is_done


@pytest.mark.parametrize(
    ("presence", "score", "worked"),
    [
        (Presence.WORKING, 0, True),
        (Presence.WORKING, None, False),
        (Presence.ABSENT, 60, False),
        (Presence.HOLIDAY, None, False),
        (Presence.DAY_OFF, None, False),
    ],
)
def test_a_worked_day_has_a_rep_at_work_and_a_target(presence: Presence, score: float | None, *, worked: bool) -> None:
    assert is_worked(report(score=score, presence=presence)) is worked


def test_a_behaviour_that_the_playbook_does_not_know_counts_nothing() -> None:
    assert (count_of(report(count=3), CALLS), count_of(report(count=3), BehaviourKey("demos"))) == (3, 0)


def test_planned_behaviours_have_a_target() -> None:
    calls, demos = behaviour("Calls", 0, 0.5), behaviour("Demos", 3, 0)

    assert planned_behaviours(report(behaviours=(demos, calls))) == [calls]


def test_the_middle_of_work_lies_halfway_through_the_working_time() -> None:
    assert middle_of_work(report()) == at(MONDAY, "13:00")
    assert middle_of_work(report(work_starts_at=None)) is None
    assert middle_of_work(report(work_ends_at=None)) is None


def test_history_is_the_worked_days_newest_first() -> None:
    first, second, third = worked_days(60, 70, 80)
    leave = report(MONDAY - timedelta(days=10), presence=Presence.ABSENT, score=None)

    assert history_of([second, leave, third, first]).worked == (third, second, first)


def test_recent_days_are_those_of_six_weeks_before_a_day() -> None:
    days = [report(MONDAY - timedelta(days=back)) for back in (0, 1, 42, 43)]

    recent = history_of(days).recent(MONDAY)

    assert [(MONDAY - day.day).days for day in recent] == [1, 42]


@pytest.mark.parametrize("scores", [(), (99.99,), (60, 100, 100, 100)], ids=["no day", "below", "a miss that nothing follows"])
def test_a_streak_ends_with_the_newest_day(scores: tuple[float, ...]) -> None:
    newest_first = worked_days(*scores[::-1])[::-1]

    assert count_streak(newest_first) == Streak(done=(), repaired=0)


def test_a_streak_has_its_days_and_the_misses_that_were_made_up_for() -> None:
    days = worked_days(60, 100, 100, 100, 60, 100, until=date(2026, 2, 28))[::-1]

    assert count_streak(days) == Streak(done=(days[0], *days[2:5]), repaired=1)
