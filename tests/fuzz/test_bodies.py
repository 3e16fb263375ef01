"""A small part of what `make fuzz` does at length."""

from collections import Counter
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.bodies import NASTY_VALUES, SEEDS, TEXTS, find_outcome, run_random
from tests.services.ingest.senders import BY_NAME, SENDERS, Sender

OUTCOMES = {"refused at the door", "dead letter of a body", "dead letter of an item", "ignored", "translated"}


@settings(max_examples=100)
@given(st.integers(0, 2**64))
def test_a_mutated_body_has_one_of_the_declared_outcomes(seed: int) -> None:
    outcomes: Counter[str] = Counter()

    run_random(Random(seed), 100, outcomes)

    assert outcomes.keys() <= OUTCOMES


@pytest.mark.parametrize("index", range(len(TEXTS)))
@pytest.mark.parametrize("sender", SENDERS, ids=lambda sender: sender.name)
def test_a_text_that_is_known_to_be_dangerous_does_no_harm(sender: Sender, index: int) -> None:
    assert find_outcome(sender, TEXTS[index]) in OUTCOMES - {"translated"}


def test_every_seed_passes_the_door_so_that_its_mutations_reach_the_code_behind() -> None:
    refused = [
        name for name, seeds in SEEDS.items() for seed in seeds if find_outcome(BY_NAME[name], seed) == "refused at the door"
    ]

    assert not refused
    assert len(NASTY_VALUES) > 30
