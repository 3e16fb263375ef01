"""A real trace of people selling loans, as worked days: one for each day on which anything of a person's counted."""

import csv
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Final

import yaml

from services.nudges.domain.drop.counts import WorkedDay

_FOLDER: Final = Path(__file__).parents[2] / "shared" / "data" / "loan-sales-2011q4"


def read_teams() -> list[list[list[WorkedDay]]] | None:
    """Team by team, each person's worked days, oldest first; None where the trace is not at hand."""
    if not _FOLDER.exists():
        return None
    people: dict[str, list[tuple[date, int]]] = defaultdict(list)
    with (_FOLDER / "expected.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            count = sum(int(part.partition("=")[2]) for part in row["counts"].split())
            if count:
                people[row["rep"]].append((date.fromisoformat(row["day"]), count))
    roster = yaml.safe_load((_FOLDER / "roster.yaml").read_text(encoding="utf-8"))
    return [
        [
            [WorkedDay(weekday=day.weekday(), count=count) for day, count in sorted(people[rep["id"]])]
            for rep in team["reps"]
            if rep["id"] in people
        ]
        for team in roster["teams"]
    ]
