"""A slice of the fuzzing that `make fuzz` does at length."""

from collections import Counter
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.bodies import NASTY, SEEDS, TEXTS, outcome, run_random
from tests.services.ingest.senders import SENDERS, Sender

OUTCOMES = {"refused at the door", "dead letter of a body", "dead letter of an item", "passed over", "understood"}


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**64))
def test_a_changed_body_has_one_of_the_declared_outcomes(seed: int) -> None:
    count: Counter[str] = Counter()

    run_random(Random(seed), 100, count)

    assert count.keys() <= OUTCOMES


@pytest.mark.parametrize("number", range(len(TEXTS)))
@pytest.mark.parametrize("sender", SENDERS, ids=lambda sender: sender.name)
def test_a_text_that_is_known_to_bite_does_not(sender: Sender, number: int) -> None:
    assert outcome(sender, TEXTS[number]) in OUTCOMES - {"understood"}


def test_every_seed_is_understood_so_that_changes_reach_the_code_behind() -> None:
    unread = [name for name, seeds in SEEDS.items() for seed in seeds if outcome(_sender(name), seed).startswith("refused")]

    assert not unread
    assert len(NASTY) > 30


def _sender(name: str) -> Sender:
    return next(sender for sender in SENDERS if sender.name == name)
