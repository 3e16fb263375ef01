"""Which nudges the habits of the team call for: a list that people have gone through, habit by habit."""

import csv
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

_LIST: Final = Path(__file__).with_name("expected_nudges.csv")
"""Columns: weeks played, day, rep, rule, status at the end."""


class ExpectedNudge(NamedTuple):
    """One nudge: about which day, to whom, by which rule, and what becomes of it."""

    day: date
    person: str
    rule: str
    status: str


def expected_nudges(*, weeks: int) -> list[ExpectedNudge]:
    """All of them, sorted; nothing for a number of weeks of which there is no list."""
    with _LIST.open(newline="") as file:
        return [
            ExpectedNudge(date.fromisoformat(day), *rest) for played, day, *rest in csv.reader(file) if int(played) == weeks
        ]
