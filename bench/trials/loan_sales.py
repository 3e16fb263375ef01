"""A real trace: the days of people who sell loans, the empty ones included."""

import csv
from datetime import date, time
from typing import Final

from bench.trials.trace import Trace, make_definitions, mark_wrong_rosters
from services.scoring.domain.activities.assignment import RepDay
from shared.events import BehaviourKey, PersonId, RepId
from tests.faults.whole_trace import NAME, TRACE

_FIRST: Final = date(2011, 10, 1)
_LAST: Final = date(2011, 12, 31)
_HOURS: Final = (time(8), time(20))


def read_trace() -> Trace | None:
    """Every day of everybody in the roster from October to December 2011; None if the trace is not on this machine."""
    folder = TRACE / NAME
    if not folder.exists():
        return None
    with (folder / "expected.csv").open(newline="", encoding="utf-8") as file:
        counts = {
            RepDay(RepId(PersonId(row["rep"])), date.fromisoformat(row["day"])): _read_counts(row["counts"])
            for row in csv.DictReader(file)
        }
    roster, playbooks = (folder / name for name in ("roster.yaml", "playbook.yaml"))
    trace = Trace(
        name="real",
        first=_FIRST,
        last=_LAST,
        timezone="Europe/Amsterdam",
        hours=_HOURS,
        definitions=make_definitions(roster.read_text(encoding="utf-8"), playbooks.read_text(encoding="utf-8")),
        counts=counts,
    )
    return mark_wrong_rosters(trace)


def _read_counts(text: str) -> dict[BehaviourKey, int]:
    pairs = [part.partition("=") for part in text.split()]
    return {BehaviourKey(key): int(count) for key, _, count in pairs}
