"""Which outcome a phrase means, and that adapters mean only ours."""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from typing import Final

import pytest

from services.ingest.domain import crm
from services.ingest.domain.adapters import ADAPTERS
from services.ingest.domain.field_map import CALL_OUTCOMES
from services.ingest.domain.outcomes import find_outcome
from shared.fact_values import OUTCOMES
from tests.services.ingest.senders.docs_pages import pages_with_a_source, read_source_section

FIRST: Final = {"Reached": "connected", "busy": "no_answer", "held": "completed"}
SECOND: Final = {"Reached": "held", "Busy": "busy", "gone": "canceled", "sent": "sending"}


@pytest.mark.parametrize(
    ("phrase", "outcome"),
    [
        ("Reached", "connected"),
        ("busy", "no_answer"),
        ("Busy", "no_answer"),
        ("BUSY", "no_answer"),
        ("gone", "canceled"),
        ("Gone", "canceled"),
        ("reached", "other"),
        ("held", "completed"),
        ("sent", "sending"),
        ("no_show", "no_show"),
        ("No_Show", "other"),
        ("other", "other"),
        ("", "other"),
        ("unheard of", "other"),
    ],
)
def test_a_phrase_means_what_the_first_table_with_it_says_or_else_itself_if_it_is_ours(phrase: str, outcome: str) -> None:
    assert find_outcome(phrase, FIRST, SECOND) == outcome


@pytest.mark.parametrize("outcome", sorted(OUTCOMES))
def test_an_outcome_of_ours_means_itself_without_any_table(outcome: str) -> None:
    assert find_outcome(outcome) == find_outcome(outcome, {}) == outcome


def _tables_of(module: str) -> Iterator[Mapping[str, str]]:
    """The outcomes in the constants of an adapter whose name says so, one table by one."""
    for name, table in vars(importlib.import_module(f"{crm.__name__}.{module}")).items():
        if name.endswith("OUTCOMES"):
            nested = [value for value in table.values() if isinstance(value, Mapping)]
            yield from nested or [table]


@pytest.mark.parametrize("module", [module.name for module in pkgutil.iter_modules(crm.__path__)])
def test_every_outcome_in_the_tables_of_an_adapter_is_ours(module: str) -> None:
    assert {outcome for table in _tables_of(module) for outcome in table.values()} <= OUTCOMES


def test_most_adapters_have_such_a_table() -> None:
    assert sum(1 for module in pkgutil.iter_modules(crm.__path__) if any(_tables_of(module.name))) >= len(ADAPTERS) - 4


@pytest.mark.parametrize("page", pages_with_a_source())
def test_every_outcome_that_a_page_maps_to_is_ours(page: str) -> None:
    outcomes = read_source_section(page).get("outcomes", {})

    assert set(outcomes.values()) <= OUTCOMES


def test_every_outcome_of_calls_is_ours() -> None:
    assert set(CALL_OUTCOMES) | set(CALL_OUTCOMES.values()) <= OUTCOMES
