"""How activities are put into words, and by what they are known."""

from decimal import Decimal
from typing import Any

import pytest

from services.nudges.domain.disputes import REASON_WORDS, Reason, Recorded, contest_id, facts_in_words


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({}, ""),
        ({"duration_s": 0.0}, "0 s"),
        ({"duration_s": 59.6}, "1 min"),
        ({"duration_s": 109.059}, "1 min 49 s"),
        ({"direction": "outbound", "outcome": "no_answer"}, "outbound, no answer"),
        ({"amount": Decimal("20000.00"), "currency": "EUR", "stage": "offer"}, "20000.00 EUR, stage offer"),
        ({"amount": Decimal(5), "deal_id": "173712"}, "5, deal 173712"),
    ],
)
def test_facts_are_said_in_words_and_unknown_ones_left_out(facts: dict[str, Any], said: str) -> None:
    assert facts_in_words(Recorded(kind="call", **facts)) == said


def test_what_is_not_known_to_mean_something_is_not_kept() -> None:
    said = Recorded.model_validate({"kind": "call", "contact_key": "hush", "owner": "hush"})

    assert "hush" not in said.model_dump_json()


def test_no_two_activities_are_taken_for_one() -> None:
    said = {
        contest_id(rep, source=source, account=account, activity_id=activity)
        for rep, source, account, activity in (
            ("a", "b", "c", "d"),
            ("ab", "", "c", "d"),
            ("a", "bc", "", "d"),
            ("a", "b", "", "cd"),
        )
    }

    assert len(said) == 4


def test_every_reason_has_its_words() -> None:
    assert set(REASON_WORDS) == set(Reason)
