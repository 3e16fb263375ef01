"""Drop, and its near misses."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from services.nudges.domain.baseline import Baseline
from services.nudges.domain.drop.detector import Assessment
from services.nudges.domain.drop.error_budget import ErrorBudget
from services.nudges.domain.drop.expectation import RepBaseline
from services.nudges.rules.drop import drop, is_still_low
from shared.events import DayReport, NudgeKind, Presence
from tests.services.nudges.builders.baselines import baseline_of, calls_after, calls_on, fallen_to
from tests.services.nudges.builders.days import MONDAY, working_days
from tests.services.nudges.builders.reports import behaviour, open_report, report, rule_context
from tests.services.nudges.domain.drop.weeks import spread_over, steady

AFTER_A_DROP = fallen_to(124)
TODAY = open_report()


def test_a_drop_is_stated_with_its_numbers() -> None:
    candidate = drop.evaluate(rule_context(TODAY, baseline=AFTER_A_DROP))

    assert candidate is not None
    assert (candidate.kind, candidate.is_shortfall) == (NudgeKind.COACHING, True)
    for wording in candidate.wordings:
        assert all(part in wording for part in ("Ana", "124 activities counted towards", "5 working days", "about 192"))
    assert candidate.wordings[0].endswith("How about starting with calls?")
    assert candidate.reason == (
        "124 activities counted towards the plan over the last 5 working days. Based on the 60 working days before that, about "
        "192 would be expected, allowing for weekdays and part days. Chance alone rarely explains such a gap."
    )


def test_it_suggests_to_start_with_the_first_behaviour_of_the_plan() -> None:
    behaviours = (behaviour("Visits", 0, 0), behaviour("Demos", 0, 2), behaviour("Calls", 0, 10))

    candidate = drop.evaluate(rule_context(open_report(behaviours=behaviours), baseline=AFTER_A_DROP))

    assert candidate is not None
    assert candidate.wordings[0].endswith("How about starting with demos?")


def test_at_low_counts_it_says_why_it_looks_at_more_days() -> None:
    candidate = drop.evaluate(rule_context(TODAY, baseline=calls_after(2, 9, 10)))

    assert candidate is not None
    assert "10 working days" in candidate.wordings[0]
    assert candidate.reason.endswith("With counts this low, five days would say too little, so this looks at more.")


@pytest.mark.parametrize(
    ("today", "baseline"),
    [
        (TODAY, fallen_to(125)),
        (TODAY, baseline_of(calls_on([*steady(40, 9), *spread_over(20, 5)]))),
        (TODAY, None),
        (report(score=0, count=0, state="closed"), AFTER_A_DROP),
        (open_report(silent=True), AFTER_A_DROP),
        (report(score=None, count=0, state="open", presence=Presence.ABSENT), AFTER_A_DROP),
        (report(score=100, count=10, state="open"), AFTER_A_DROP),
    ],
    ids=[
        "just above the limit",
        "fourteen days known",
        "not in the morning",
        "a closed day",
        "history",
        "on leave",
        "the plan is done today",
    ],
)
def test_it_is_not_proposed_when(today: DayReport, baseline: Baseline | None) -> None:
    assert drop.evaluate(rule_context(today, baseline=baseline)) is None


def test_a_stricter_budget_is_kept() -> None:
    stricter = replace(AFTER_A_DROP, budget=ErrorBudget(strictness=0.1))

    assert drop.evaluate(rule_context(TODAY, baseline=stricter)) is None


def test_part_days_count_as_the_part_that_was_worked() -> None:
    half_days = tuple(replace(day, part=0.5) for day in AFTER_A_DROP.past[-5:])

    baseline = replace(AFTER_A_DROP, past=AFTER_A_DROP.past[:-5] + half_days)

    assert drop.evaluate(rule_context(TODAY, baseline=baseline)) is None


@pytest.mark.parametrize(("worked_days_ago", "is_proposed"), [(1, False), (10, False), (11, True)])
def test_after_an_alert_it_is_silent_for_ten_worked_days_more(worked_days_ago: int, *, is_proposed: bool) -> None:
    alerted_on = working_days(worked_days_ago)[0]

    candidate = drop.evaluate(rule_context(TODAY, baseline=fallen_to(124, alerted_on=alerted_on)))

    assert (candidate is not None) is is_proposed


@pytest.mark.parametrize(("worked_days_ago", "is_proposed"), [(20, False), (21, True)])
def test_where_twenty_days_are_tested_none_of_them_makes_a_second_alert(worked_days_ago: int, *, is_proposed: bool) -> None:
    alerted_on = working_days(worked_days_ago)[0]

    candidate = drop.evaluate(rule_context(TODAY, baseline=calls_after(0.6, 0, 20, alerted_on=alerted_on)))

    assert (candidate is not None) is is_proposed


def test_it_is_silent_on_a_day_without_targets() -> None:
    without = [behaviour.model_copy(update={"target": Decimal(0)}) for behaviour in TODAY.behaviours]

    assert drop.evaluate(rule_context(TODAY.model_copy(update={"behaviours": tuple(without)}), baseline=AFTER_A_DROP)) is None


def test_the_days_are_those_before_today() -> None:
    assert AFTER_A_DROP.past[-1].day == MONDAY - timedelta(days=3)


@pytest.mark.parametrize(("score", "is_low"), [(-2.4, True), (-1.2, True), (-1.19, False)])
def test_a_total_is_still_low_at_half_of_the_limit(score: float, monkeypatch: pytest.MonkeyPatch, *, is_low: bool) -> None:
    assessment = Assessment(
        window_days=5,
        count=150,
        expected=192.0,
        score=score,
        limit=-2.4,
        is_extended=False,
        baseline=RepBaseline(count=2400, exposure=60, dispersion=0.1, days=60),
    )
    monkeypatch.setattr("services.nudges.rules.drop.assess", lambda *_: assessment)

    assert is_still_low(rule_context(TODAY, baseline=AFTER_A_DROP)) is is_low


def test_without_a_baseline_nothing_is_low() -> None:
    assert not is_still_low(rule_context(TODAY))
