"""Which nudges the habits of the team call for: a list that people have reviewed, habit by habit."""

import csv
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

_LIST: Final = Path(__file__).with_name("expected_nudges.csv")
"""Columns: weeks played, day, person, rule, final status."""


class ExpectedNudge(NamedTuple):
    """One nudge: which day it is about, whom it is for, its rule, and its final status."""

    day: date
    person: str
    rule: str
    status: str


def expected_nudges(*, weeks: int) -> list[ExpectedNudge]:
    """All nudges of a play of so many weeks, sorted; empty if the list does not cover it."""
    with _LIST.open(newline="") as file:
        return [
            ExpectedNudge(day=date.fromisoformat(day), person=person, rule=rule, status=status)
            for weeks_played, day, person, rule, status in csv.reader(file)
            if int(weeks_played) == weeks
        ]
