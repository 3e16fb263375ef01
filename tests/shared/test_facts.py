"""The catalogue of facts is complete, and its filters decide and describe themselves as playbooks need."""

import re
from decimal import Decimal
from pathlib import Path

import pytest

from shared.fact_values import check_text
from shared.facts import (
    AMOUNT,
    DURATION_S,
    FACTS,
    FILTERED_FACTS,
    OUTCOME,
    STAGE,
    AnyFact,
    Fact,
    OneOf,
    find_fact,
    first_seen_in,
    keeps_earliest,
)
from shared.languages.current import using_language
from shared.observation import ObservationRefused, normalize_fact

MANUAL = (Path(__file__).parents[2] / "docs" / "definitions.md").read_text(encoding="utf-8")


def test_names_and_filter_keys_are_unique() -> None:
    names, keys = [fact.name for fact in FACTS], [fact.filter.key for fact in FILTERED_FACTS if fact.filter]

    assert len(set(names)) == len(names)
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("fact", FILTERED_FACTS, ids=lambda fact: fact.name)
def test_every_filter_has_a_phrase_and_its_row_in_the_manual(fact: AnyFact) -> None:
    assert fact.filter is not None
    (row,) = re.findall(rf"^\| `{fact.filter.key}` \|.*$", MANUAL, re.MULTILINE)
    assert f"`{fact.name}`" in row
    assert all(part in row for part in re.split(r"\{texts\}|\{number\}", fact.filter.phrase))


def test_a_filter_needs_a_column() -> None:
    with pytest.raises(AssertionError, match="sentiment has a filter and needs a column"):
        Fact[str](name="sentiment", check=check_text, filter=OneOf(key="sentiments", phrase="{texts}"))


@pytest.mark.parametrize(
    ("value", "failure"),
    [
        ("connected", None),
        ("no_answer", "outcome no answer is not connected or meeting booked"),
        (None, "outcome is unknown but must be connected or meeting booked"),
    ],
)
def test_a_text_passes_if_it_is_one_of_the_accepted_values(value: str | None, failure: str | None) -> None:
    threshold = frozenset({"meeting_booked", "connected"})

    assert OUTCOME.explain_failure(value, threshold) == failure
    assert OUTCOME.describe(threshold) == "connected or meeting booked"
    assert STAGE.describe(threshold) == "in stage connected or meeting_booked"


@pytest.mark.parametrize(
    ("value", "failure"),
    [
        (120.0, None),
        (119.9, "duration 119.9 s is not 120 s or more"),
        (None, "duration is unknown but must be 120 s or more"),
    ],
)
def test_a_number_passes_if_it_reaches_the_threshold(value: float | None, failure: str | None) -> None:
    assert DURATION_S.explain_failure(value, 120.0) == failure
    assert DURATION_S.describe(120.0) == "of at least 120 s"


def test_why_a_filter_does_not_hold_is_read_in_spanish() -> None:
    with using_language("es"):
        assert DURATION_S.explain_failure(5.5, 120.0) == "duración: 5,5 s; hace falta 120 s o más"
        assert OUTCOME.explain_failure("no_answer", frozenset({"held"})) == "resultado: sin respuesta; hace falta celebrada"


def test_an_exact_number_is_written_without_an_exponent() -> None:
    assert AMOUNT.describe(Decimal("1E+3")) == "worth at least 1000"
    assert AMOUNT.explain_failure(Decimal("99.99"), Decimal(100)) == "amount 99.99 is not 100 or more"
    assert AMOUNT.explain_failure(Decimal(100), Decimal(100)) is None


def test_an_unknown_fact_is_kept_unchanged() -> None:
    assert find_fact("something_new") is None
    assert normalize_fact("something_new", "x") == "x"


@pytest.mark.parametrize("name", ["heard_at", first_seen_in("offer"), first_seen_in("x" * 100)])
def test_the_time_at_which_an_activity_was_first_seen_keeps_its_earliest_value(name: str) -> None:
    assert keeps_earliest(name)
    assert normalize_fact(name, "2026-03-02T10:00:00+01:00") == "2026-03-02T09:00:00+00:00"
    with pytest.raises(ObservationRefused):
        normalize_fact(name, "yesterday")


def test_the_name_of_such_a_fact_is_cut_to_64_characters() -> None:
    assert first_seen_in("offer") == "heard_at:offer"
    assert first_seen_in("x" * 100) == "heard_at:" + "x" * 55


@pytest.mark.parametrize("name", ["outcome", "outcome:offer", "heard", "heard_at_once"])
def test_other_facts_keep_their_newest_value(name: str) -> None:
    assert not keeps_earliest(name)
