"""The page of messages shows every rule, as the code words it."""

from services.nudges.domain.candidate import (
    ANNOUNCEMENT_RULE,
    CORRECTION_RULE,
    DISPUTE_ANSWER_RULE,
    NEW_DISPUTES_RULE,
    THANKS_RULE,
)
from services.nudges.rules.catalogue import RULES
from tests.contract.messages import MESSAGES, messages
from tests.services.nudges.rules.examples import EXAMPLES


def test_the_page_that_is_checked_in_is_what_the_code_gives() -> None:
    assert MESSAGES.read_text(encoding="utf-8") == messages(), "run `python -m tests.contract.messages`"


def test_every_rule_has_an_example_on_the_page() -> None:
    shown = {example.candidate.rule for example in EXAMPLES}

    without_rule = {ANNOUNCEMENT_RULE, CORRECTION_RULE, THANKS_RULE, NEW_DISPUTES_RULE, DISPUTE_ANSWER_RULE}
    assert shown == {*RULES, *without_rule}
    assert messages().count("\n### ") == len(EXAMPLES)
