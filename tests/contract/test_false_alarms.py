"""The page of false alarms shows every budget, as the code states it."""

from services.nudges.rules.catalogue import RULES
from tests.contract.false_alarms import FALSE_ALARMS, false_alarms


def test_the_page_that_is_checked_in_is_what_the_code_gives() -> None:
    assert FALSE_ALARMS.read_text(encoding="utf-8") == false_alarms(), "run `python -m tests.contract.false_alarms`"


def test_every_rule_with_a_budget_has_a_row() -> None:
    titles = [rule.title for rule in RULES.values() if rule.budget is not None]

    rows = [line for line in false_alarms().splitlines() if line.startswith("| ")][2:]

    assert titles
    assert [row.removeprefix("| ").partition(" |")[0].removesuffix(" (to managers)") for row in rows] == titles
