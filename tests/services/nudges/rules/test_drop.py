"""Drop, and its near misses."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from services.nudges.domain.baseline import PastDay, Watch
from services.nudges.domain.drop.error_budget import ErrorBudget
from services.nudges.domain.drop.expectation import TeamUsual
from services.nudges.rules.drop import drop
from shared.events import DayReport, NudgeKind, Presence
from tests.services.nudges.domain.drop.weeks import spread_over, steady
from tests.services.nudges.reports import MONDAY, report, situation, watch, working_days


def _known(mean: float, total: int, span: int, *, alerted_on: date | None = None) -> Watch:
    """Sixty steady worked days, and then so many with this total, the last of them on the Friday before."""
    team = TeamUsual(weekday_factors=(1.0,) * 7, rate=mean, spread=0.3, dispersion=0.17)
    return watch(*steady(mean, 60), *spread_over(total, span), team=team, alerted_on=alerted_on)


def dropped_to(total: int, *, alerted_on: date | None = None) -> Watch:
    """Five days in which about 192 were to be expected; 124 and less are a drop."""
    return _known(40, total, 5, alerted_on=alerted_on)


DROPPED = dropped_to(124)
TODAY = report(score=0, count=0, state="open")


def test_a_drop_is_said_with_its_numbers_and_what_to_do() -> None:
    called = drop(situation(TODAY, watch=DROPPED))

    assert called is not None
    assert called.kind is NudgeKind.COACHING
    assert called.is_shortfall
    for wording in called.wordings:
        assert all(part in wording for part in ("124", "5 worked days", "192", "calls", "Ana"))
    assert "from the 60 before them 192.4 were to be expected" in called.reason
    assert "too little" not in called.reason


def test_at_low_counts_it_says_why_more_days_are_watched() -> None:
    called = drop(situation(TODAY, watch=_known(2, 9, 10)))

    assert called is not None
    assert "10 worked days" in called.wordings[0]
    assert "five days would say too little, so more are watched" in called.reason


@pytest.mark.parametrize(
    ("today", "known"),
    [
        (TODAY, _known(40, 125, 5)),
        (TODAY, watch(*steady(40, 9), *spread_over(20, 5))),
        (TODAY, None),
        (report(score=0, count=0, state="closed"), DROPPED),
        (report(score=0, count=0, state="open", silent=True), DROPPED),
        (report(score=None, count=0, state="open", presence=Presence.ABSENT), DROPPED),
        (report(score=100, count=10, state="open"), DROPPED),
    ],
    ids=[
        "just above the limit",
        "fourteen days known",
        "not looked at in the morning",
        "a closed day",
        "history",
        "on leave",
        "the plan is done today",
    ],
)
def test_nothing_is_said_when(today: DayReport, known: Watch | None) -> None:
    assert drop(situation(today, watch=known)) is None


def test_a_stricter_budget_is_obeyed() -> None:
    stricter = Watch(past=DROPPED.past, team=DROPPED.team, budget=ErrorBudget(strictness=0.1))

    assert drop(situation(TODAY, watch=stricter)) is None


def test_part_days_count_as_the_part_that_was_worked() -> None:
    half_days = tuple(PastDay(day=one.day, counts=one.counts, part=0.5) for one in DROPPED.past[-5:])

    assert (
        drop(situation(TODAY, watch=Watch(past=DROPPED.past[:-5] + half_days, team=DROPPED.team, budget=ErrorBudget()))) is None
    )


@pytest.mark.parametrize(("worked_days_ago", "is_called"), [(1, False), (10, False), (11, True)])
def test_after_an_alert_it_is_quiet_for_ten_worked_days_more(worked_days_ago: int, is_called: bool) -> None:
    alerted_on = working_days(worked_days_ago)[0]

    called = drop(situation(TODAY, watch=_known(40, 124, 5, alerted_on=alerted_on)))

    assert (called is not None) is is_called


def test_where_ten_days_are_watched_twenty_make_no_second_alert_of_the_same_days() -> None:
    known = _known(0.6, 0, 20, alerted_on=working_days(20)[0])

    assert drop(situation(TODAY, watch=known)) is None
    assert drop(situation(TODAY, watch=_known(0.6, 0, 20, alerted_on=working_days(21)[0]))) is not None


def test_nothing_is_said_on_a_day_on_which_nothing_is_asked() -> None:
    free = [behaviour.model_copy(update={"target": Decimal(0)}) for behaviour in TODAY.behaviours]

    assert drop(situation(TODAY.model_copy(update={"behaviours": tuple(free)}), watch=DROPPED)) is None


def test_the_days_are_those_before_the_day_that_is_looked_at() -> None:
    assert DROPPED.past[-1].day == MONDAY - timedelta(days=3)
