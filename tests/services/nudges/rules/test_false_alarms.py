"""What holds something against somebody states how often it may be wrong."""

from services.nudges.rules.catalogue import MANAGER_RULES, REP_RULES, RULES

NEWS = ("disputes", "away_today", "could_use_a_hand", "sent_to_team")
"""They repeat what other rules have sent within their own budgets, or what somebody has entered or said."""
HOLDS_NOTHING_AGAINST_ANYBODY = {"recognition_due", "digest", "starts_today", "back_today", "roster_check", *NEWS}
"""The manager rules that praise or announce a rep, list what the whole team did, or doubt the roster."""


def test_a_rule_that_holds_something_against_somebody_has_a_budget_of_false_alarms() -> None:
    against_reps = {name for name, rule in REP_RULES.items() if rule.is_shortfall}
    against_reps |= MANAGER_RULES.keys() - HOLDS_NOTHING_AGAINST_ANYBODY

    with_budget = {name for name, rule in RULES.items() if rule.budget is not None}

    assert with_budget == against_reps


def test_one_false_alarm_in_a_working_year_is_the_most() -> None:
    budgets = [rule.budget for rule in RULES.values() if rule.budget is not None]

    assert {budget.working_days for budget in budgets} == {250, 500}


def test_a_budget_is_stated_in_sentences() -> None:
    texts = [
        text
        for rule in RULES.values()
        if rule.budget is not None
        for text in (rule.budget.false_alarm, rule.budget.calibration, rule.budget.silence)
    ]

    assert texts
    assert all(text[0].isupper() and text.endswith(".") and "|" not in text for text in texts)
