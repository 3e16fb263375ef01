"""The mistakes that are planted in an alert rule."""

import pytest

from tests.mutations.alerts.judge import Judge, has_promtool
from tests.mutations.alerts.rule import Rule, RuleMutant, disabled, inverted, read_rules, small_mistakes

_RULE = Rule(
    alert="Late",
    expression='max by (a) (things{state=~"x>1"}) > 900 unless other == 1',
    span="5m",
    severity="warning",
    annotations=(("summary", "late"),),
)


def _expressions(mutants: list[RuleMutant]) -> list[str]:
    return [mutant.rule.expression for mutant in mutants]


def test_an_inverted_rule_has_every_comparison_turned_round_and_its_selectors_kept() -> None:
    assert inverted(_RULE).rule.expression == 'max by (a) (things{state=~"x>1"}) <= 900 unless other != 1'


def test_a_rule_without_a_comparison_is_inverted_as_a_whole() -> None:
    watchdog = next(rule for rule in read_rules() if rule.alert == "Watchdog")

    assert inverted(watchdog).rule.expression == "absent(vector(1))"


def test_small_mistakes_change_one_thing_each() -> None:
    mutants = list(small_mistakes(_RULE))

    assert sorted(set(_expressions(mutants)) - {_RULE.expression}) == [
        'max by (a) (things{state=~"x>1"}) <= 900 unless other == 1',
        'max by (a) (things{state=~"x>1"}) > 1800 unless other == 1',
        'max by (a) (things{state=~"x>1"}) > 450 unless other == 1',
        'max by (a) (things{state=~"x>1"}) > 900 or other == 1',
        'max by (a) (things{state=~"x>1"}) > 900 unless other != 1',
        'max by (a) (things{state=~"x>1"}) > 900 unless other == 0.5',
        'max by (a) (things{state=~"x>1"}) > 900 unless other == 2',
        "max by (a) (things{}) > 900 unless other == 1",
    ]
    assert [mutant.rule.span for mutant in mutants if mutant.rule.span != "5m"] == ["0m", "15m"]
    assert [mutant.rule.severity for mutant in mutants if mutant.rule.severity != "warning"] == ["other"]


def test_an_alert_without_a_test_notices_nothing() -> None:
    if not has_promtool():
        pytest.skip("promtool is not installed")

    assert list(Judge().missed([disabled(_RULE)])) == [disabled(_RULE)]
