"""Numbers with their nouns."""

import pytest

from shared.plurals import count_nouns


@pytest.mark.parametrize(("number", "text"), [(0, "0 reps"), (1, "1 rep"), (2, "2 reps"), (1_000, "1000 reps")])
def test_only_one_of_something_is_singular(number: int, text: str) -> None:
    assert count_nouns(number, "rep") == text


def test_an_irregular_plural_is_given() -> None:
    assert [count_nouns(number, "activity", "activities") for number in (1, 2)] == ["1 activity", "2 activities"]
