"""What the rest of nudges looks up about rules by their names. A new rule need not be listed here."""

from collections.abc import Collection, Mapping

import pytest

from services.nudges.domain.moments import Moment
from services.nudges.rules.catalogue import (
    MANAGER_RULES,
    OPT_IN,
    PRAISE,
    REEVALUATED,
    REP_RULES,
    RULES,
    evaluate_rules,
    evaluate_team_rules,
    title_of,
)
from tests.services.nudges.rules.examples import MANAGER_EXAMPLES, REP_EXAMPLES

COACHING = {"drop", "ratio", "one_thing", "quiet_afternoon", "pace"}
DAYS_OF_PRAISE = {"comeback", "streak", "personal_best", "small_win", "steady_week", "plan_done"}
OTHERS = {"step_reached", "step_lowered", "team_day", "day_plan", "recognition_due", "weekly_brief", "digest"}
KNOWN = COACHING | DAYS_OF_PRAISE | OTHERS


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (PRAISE, DAYS_OF_PRAISE | {"step_reached"}),
        (REEVALUATED, DAYS_OF_PRAISE | COACHING - {"pace"}),
        (OPT_IN, {"day_plan"}),
        ({name for name, rule in REP_RULES.items() if rule.is_opt_in}, {"day_plan"}),
        ({name for name, rule in RULES.items() if rule.is_everyday}, {"plan_done"}),
        ({name for name, rule in REP_RULES.items() if rule.is_shortfall}, COACHING),
        ({name for name, rule in REP_RULES.items() if rule.requires_done_plan}, {"comeback", "streak", "plan_done"}),
        ({name for name, rule in REP_RULES.items() if rule.still_nearly_true}, {"drop", "ratio", "one_thing"}),
        ({name for name, rule in MANAGER_RULES.items() if rule.is_shortfall or rule.is_opt_in or rule.is_reevaluated}, set()),
    ],
    ids=[
        "praise",
        "evaluated again",
        "opt in",
        "sent beside others",
        "everyday",
        "shortfalls",
        "of a done plan",
        "may be nearly true",
        "managers",
    ],
)
def test_the_rules_of_each_sort_are_known(names: Collection[str], expected: Collection[str]) -> None:
    assert KNOWN.intersection(names) == expected


def test_the_rules_that_stay_silent_afterwards_say_for_how_long() -> None:
    rules: Mapping[str, int] = {name: rule.cooldown_days for name, rule in RULES.items() if name in KNOWN}
    cooldowns = {name: days for name, days in rules.items() if days}

    assert cooldowns == {
        "step_reached": 3,
        "personal_best": 7,
        "small_win": 7,
        "quiet_afternoon": 14,
        "team_day": 7,
        "one_thing": 14,
        "pace": 14,
        "ratio": 14,
    }


def test_the_rules_of_a_moment_propose_in_order_of_priority() -> None:
    proposed = [candidate.rule for candidate in evaluate_rules(Moment.DAY_CHANGED, REP_EXAMPLES["comeback"])]

    assert [rule for rule in proposed if rule in KNOWN] == ["comeback", "plan_done"]


@pytest.mark.parametrize(("rule", "occasion"), [("plan_done", "2026-03-11"), ("steady_week", "week of 2026-03-09")])
def test_an_occasion_is_the_day_unless_the_rule_has_another(rule: str, occasion: str) -> None:
    candidate = REP_RULES[rule].evaluate(REP_EXAMPLES[rule])

    assert candidate is not None
    assert candidate.occasion == occasion


def test_the_messages_of_a_managers_morning_have_an_order() -> None:
    proposed = [candidate.rule for candidate in evaluate_team_rules(MANAGER_EXAMPLES["weekly_brief"])]

    assert [rule for rule in proposed if rule in KNOWN] == ["recognition_due", "weekly_brief", "digest"]


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("plan_done", "Plan done"),
        ("digest", "Digest"),
        ("playbook", "Playbook"),
        ("correction", "Correction"),
        ("early_bird", "Early bird"),
    ],
)
def test_a_rule_has_a_title_even_if_it_no_longer_exists(name: str, title: str) -> None:
    assert title_of(name) == title
