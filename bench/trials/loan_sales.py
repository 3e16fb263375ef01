"""A real trace of people who sell loans, as worked days. A day on which nothing of a person's counted is left out."""

import csv
from collections import defaultdict
from datetime import date

import yaml

from services.nudges.domain.drop.counts import WorkedDay
from tests.faults.whole_trace import NAME, TRACE


def read_teams() -> list[list[list[WorkedDay]]] | None:
    """The worked days of each person of each team, oldest first; None if the trace is not on this machine."""
    folder = TRACE / NAME
    if not folder.exists():
        return None
    counts: dict[str, list[tuple[date, int]]] = defaultdict(list)
    with (folder / "expected.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            count = sum(int(part.partition("=")[2]) for part in row["counts"].split())
            if count:
                counts[row["rep"]].append((date.fromisoformat(row["day"]), count))
    roster = yaml.safe_load((folder / "roster.yaml").read_text(encoding="utf-8"))
    return [
        [
            [WorkedDay(weekday=day.weekday(), count=count) for day, count in sorted(counts[rep["id"]])]
            for rep in team["reps"]
            if rep["id"] in counts
        ]
        for team in roster["teams"]
    ]
