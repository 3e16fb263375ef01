"""Entries of definition files."""

import pytest
from pydantic import ValidationError

from services.scoring.domain.definition_files.fields import Entry
from services.scoring.domain.definition_files.filter_fields import read_filter
from services.scoring.domain.definition_files.roster_file import ChangeEntry


class _Note(Entry):
    text: str


def test_an_entry_does_not_change_once_it_is_checked() -> None:
    assert len({_Note(text="a"), _Note(text="a")}) == 1


def test_a_key_that_python_reserves_has_another_name_in_the_code() -> None:
    assert ChangeEntry.model_validate({"from": "2026-03-02"}) == ChangeEntry.model_validate({"first": "2026-03-02"})


@pytest.mark.parametrize("directions", [["inbound"], ["inbound", "outbound"]])
def test_a_filter_asks_for_the_choices_of_a_fact_only(directions: list[str]) -> None:
    (condition,) = read_filter({"directions": directions}).conditions

    assert condition.threshold == frozenset(directions)
    with pytest.raises(ValidationError):
        read_filter({"directions": [*directions, "up"]})
