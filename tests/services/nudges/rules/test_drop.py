"""Drop, and its near misses."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from services.nudges.domain.baseline import Baseline
from services.nudges.domain.drop.counts import WorkedDay
from services.nudges.domain.drop.detector import Assessment
from services.nudges.domain.drop.error_budget import ErrorBudget
from services.nudges.rules.drop import drop, is_still_low
from shared.events import DayReport, NudgeKind, Presence
from tests.services.nudges.builders.baselines import baseline_of, calls_after, calls_on, fallen_to
from tests.services.nudges.builders.days import MONDAY, working_days
from tests.services.nudges.builders.reports import behaviour, open_report, report, rule_context
from tests.services.nudges.domain.drop.weeks import counted, spread_over, steady

AFTER_A_DROP = fallen_to(118)
TODAY = open_report()
NO_DAY = WorkedDay(weekday=0, count=0)


def test_a_drop_is_stated_with_its_numbers() -> None:
    candidate = drop.evaluate(rule_context(TODAY, baseline=AFTER_A_DROP))

    assert candidate is not None
    assert (candidate.kind, candidate.is_shortfall) == (NudgeKind.COACHING, True)
    for wording in candidate.wordings:
        assert all(part in wording for part in ("Ana", "146 activities", "last 6 active days", "about 232"))
    assert candidate.wordings[0].endswith("How about starting with calls?")
    assert candidate.reason == (
        "146 activities counted towards your plan on your last 6 active days. Going by your 59 active days before those, "
        "about 232 would be expected, allowing for weekdays, part days and slow days of the whole team. Days without any "
        "activity are left out. Chance alone rarely explains such a gap."
    )


def test_what_is_usual_is_the_reps_own_rate() -> None:
    candidate = drop.evaluate(rule_context(TODAY, baseline=baseline_of(calls_on(counted(*[10] * 60, *[2] * 5)))))

    assert candidate is not None
    assert "10 activities counted" in candidate.wordings[0]
    assert "usually about 48" in candidate.wordings[0]  # fifty, less the allowance for a slow trend


def test_it_suggests_to_start_with_the_first_behaviour_of_the_plan() -> None:
    behaviours = (behaviour("Visits", 0, 0), behaviour("Demos", 0, 2), behaviour("Calls", 0, 10))

    candidate = drop.evaluate(rule_context(open_report(behaviours=behaviours), baseline=AFTER_A_DROP))

    assert candidate is not None
    assert candidate.wordings[0].endswith("How about starting with demos?")


@pytest.mark.parametrize(
    ("today", "baseline"),
    [
        (TODAY, fallen_to(119)),
        (TODAY, baseline_of(calls_on([*steady(40, 9), *counted(2, 2, 2)]))),
        (TODAY, baseline_of([])),
        (TODAY, replace(AFTER_A_DROP, budget=None)),
        (TODAY, baseline_of([*calls_on([*steady(40, 60), *spread_over(50, 5), NO_DAY])])),
        (TODAY, baseline_of(calls_on([*steady(40, 60), *[NO_DAY] * 20]))),
        (TODAY, None),
        (report(score=0, count=0, state="closed"), AFTER_A_DROP),
        (open_report(silent=True), AFTER_A_DROP),
        (report(score=None, count=0, state="open", presence=Presence.ABSENT), AFTER_A_DROP),
        (report(score=100, count=10, state="open"), AFTER_A_DROP),
    ],
    ids=[
        "just above the limit",
        "twelve active days are known",
        "nothing is known",
        "the team is not calibrated yet",
        "the last working day was empty",
        "there is nothing at all: away, not worse",
        "not in the morning",
        "a closed day",
        "history",
        "on leave",
        "the plan is done today",
    ],
)
def test_it_is_not_proposed_when(today: DayReport, baseline: Baseline | None) -> None:
    assert drop.evaluate(rule_context(today, baseline=baseline)) is None


def test_days_without_activity_in_between_change_nothing_about_the_counts() -> None:
    worked = [*steady(40, 60), *spread_over(100, 5)]
    with_gaps = [day for active in worked for day in (NO_DAY, active)]

    dense, sparse = (drop.evaluate(rule_context(TODAY, baseline=baseline_of(calls_on(days)))) for days in (worked, with_gaps))

    assert dense is not None
    assert sparse is not None
    assert sparse.wordings == dense.wordings


def test_a_stricter_budget_is_kept() -> None:
    stricter = replace(AFTER_A_DROP, budget=ErrorBudget(strictness=0.1))

    assert drop.evaluate(rule_context(TODAY, baseline=stricter)) is None


def test_part_days_count_as_the_part_that_was_worked() -> None:
    half_days = tuple(replace(day, part=0.5) for day in AFTER_A_DROP.past[-6:])

    baseline = replace(AFTER_A_DROP, past=AFTER_A_DROP.past[:-6] + half_days)

    assert drop.evaluate(rule_context(TODAY, baseline=baseline)) is None


@pytest.mark.parametrize(("worked_days_ago", "is_proposed"), [(1, False), (10, False), (11, True)])
def test_after_an_alert_it_is_silent_for_ten_worked_days_more(worked_days_ago: int, *, is_proposed: bool) -> None:
    alerted_on = working_days(worked_days_ago)[0]

    candidate = drop.evaluate(rule_context(TODAY, baseline=fallen_to(118, alerted_on=alerted_on)))

    assert (candidate is not None) is is_proposed


@pytest.mark.parametrize(("worked_days_ago", "is_proposed"), [(19, False), (20, True)])
def test_where_twenty_days_are_tested_none_of_them_makes_a_second_alert(worked_days_ago: int, *, is_proposed: bool) -> None:
    alerted_on = working_days(worked_days_ago)[0]

    candidate = drop.evaluate(rule_context(TODAY, baseline=calls_after(3, 30, 20, alerted_on=alerted_on)))

    assert (candidate is not None) is is_proposed


def test_it_is_silent_on_a_day_without_targets() -> None:
    without = [behaviour.model_copy(update={"target": Decimal(0)}) for behaviour in TODAY.behaviours]

    assert drop.evaluate(rule_context(TODAY.model_copy(update={"behaviours": tuple(without)}), baseline=AFTER_A_DROP)) is None


def test_the_days_are_those_before_today() -> None:
    assert AFTER_A_DROP.past[-1].day == MONDAY - timedelta(days=3)


@pytest.mark.parametrize(("evidence", "is_low"), [(4.0, True), (2.0, True), (1.99, False)])
def test_a_total_is_still_low_with_half_of_the_evidence(
    evidence: float, monkeypatch: pytest.MonkeyPatch, *, is_low: bool
) -> None:
    assessment = Assessment(window_days=5, count=150, expected=192.0, evidence=evidence, limit=4.0, baseline_days=60)
    monkeypatch.setattr("services.nudges.rules.drop.assess", lambda *_, **__: assessment)

    assert is_still_low(rule_context(TODAY, baseline=AFTER_A_DROP)) is is_low


def test_without_a_baseline_nothing_is_low() -> None:
    assert not is_still_low(rule_context(TODAY))
    assert not is_still_low(rule_context(TODAY, baseline=replace(AFTER_A_DROP, budget=None)))
