"""Filters made from what a playbook file says, and in words."""

from decimal import Decimal

import pytest

from services.scoring.domain.playbook.filters import Condition, Filter, describe_filter, make_filter
from shared.facts import DURATION_S, KIND, Threshold


@pytest.mark.parametrize(
    ("thresholds", "phrase"),
    [
        ({}, "any activity"),
        ({"min_duration_s": 60.0}, "any activity, of at least 60 s"),
        ({"kinds": frozenset({"proposal_sent", "call"})}, "call or proposal sent"),
        (
            {
                "kinds": frozenset({"call"}),
                "min_duration_s": 120.0,
                "outcomes": frozenset({"connected"}),
                "directions": frozenset({"outbound"}),
                "min_amount": Decimal("100.50"),
                "stages": frozenset({"offer", "closing_soon"}),
            },
            "call, of at least 120 s, connected, outbound, worth at least 100.50, in stage closing_soon or offer",
        ),
    ],
)
def test_what_counts_is_described_condition_by_condition(thresholds: dict[str, Threshold], phrase: str) -> None:
    assert describe_filter(make_filter(thresholds)) == phrase


def test_conditions_are_in_the_order_of_the_catalogue_and_none_sets_no_condition() -> None:
    counts = make_filter({"min_duration_s": 60.0, "stages": None, "kinds": frozenset({"call"})})

    assert counts == Filter((Condition(KIND, frozenset({"call"})), Condition(DURATION_S, 60.0)))
    assert make_filter({"stages": None}) == Filter()


def test_a_key_that_is_no_filter_is_an_error() -> None:
    with pytest.raises(KeyError):
        make_filter({"currencies": frozenset({"EUR"})})
