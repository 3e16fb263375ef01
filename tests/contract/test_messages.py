"""The page of messages shows every rule, as the code words it, and its twin says the same in another language."""

import re
from typing import Final

from services.nudges.domain.candidate import (
    ANNOUNCEMENT_RULE,
    CORRECTION_RULE,
    DISPUTE_ANSWER_RULE,
    NEW_DISPUTES_RULE,
    THANKS_RULE,
    Candidate,
)
from services.nudges.rules.catalogue import RULES
from shared.languages.catalogue import LANGUAGES
from shared.languages.current import using_language
from tests.contract.messages import messages, pages
from tests.services.nudges.rules.shown import EXAMPLES, examples

_NUMBER: Final = re.compile(r"\d+(?:[.:]\d+)*")
_NAME: Final = re.compile(r"\b(?:Ana|Diego|Emi|Priya|Tom|Laura|Ruiz|Santos|Sato|Nair|Becker|Klein|Harbor|Acme)\b")


def test_the_pages_that_are_checked_in_are_what_the_code_gives() -> None:
    for path, text in pages().items():
        assert path.read_text(encoding="utf-8") == text, "run `python -m tests.contract.messages`"


def test_each_example_says_the_same_in_every_language() -> None:
    """In as many wordings, none of them English, and with the same numbers, names and times."""
    for language in LANGUAGES[1:]:
        with using_language(language):
            translated = examples()
        for example, twin in zip(EXAMPLES, translated, strict=True):
            texts, others = _texts(example.candidate), _texts(twin.candidate)
            assert len(set(others)) == len(set(texts)), twin.title
            assert [text for text, other in zip(texts, others, strict=True) if text == other] == []
            assert [_facts(text) for text in others] == [_facts(text) for text in texts]
            assert (twin.when != example.when, twin.limits != example.limits) == (True, True), twin.title


def _texts(candidate: Candidate) -> list[str]:
    return [*candidate.wordings, candidate.reason]


def _facts(text: str) -> tuple[set[str], set[str]]:
    """The numbers and times in it, and the people."""
    return set(_NUMBER.findall(text.replace(",", "."))), set(_NAME.findall(text))


def test_every_rule_has_an_example_on_the_page() -> None:
    shown = {example.candidate.rule for example in EXAMPLES}

    without_rule = {ANNOUNCEMENT_RULE, CORRECTION_RULE, THANKS_RULE, NEW_DISPUTES_RULE, DISPUTE_ANSWER_RULE}
    assert shown == {*RULES, *without_rule}
    assert messages().count("\n### ") == len(EXAMPLES)
