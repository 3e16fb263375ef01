"""A real trace: the days of people who sell loans, the empty ones included."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time
from typing import Final

from bench.trials.trace import Change, Meaning, Trace, make_definitions
from services.scoring.domain.activities.assignment import RepDay
from shared.events import BehaviourKey, PersonId, RepId
from tests.faults.whole_trace import NAME, TRACE

_FIRST: Final = date(2011, 10, 1)
_LAST: Final = date(2011, 12, 31)
_HOURS: Final = (time(8), time(20))
_EMPTY_SHARE_MIN: Final = 0.5
"""The roster says more than is true of whoever has nothing on so many of their rostered days."""


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
    return replace(trace, changes=list(_find_wrong_rosters(trace)))


def _find_wrong_rosters(trace: Trace) -> Iterator[Change]:
    for rep_id in trace.rep_ids:
        days = trace.rostered_days(rep_id)
        if sum(not trace.total_on(rep_id, day) for day in days) >= _EMPTY_SHARE_MIN * len(days):
            yield Change(rep_id=rep_id, first=trace.first, last=trace.last, meaning=Meaning.NOT_ROSTERED)


def _read_counts(text: str) -> dict[BehaviourKey, int]:
    pairs = [part.partition("=") for part in text.split()]
    return {BehaviourKey(key): int(count) for key, _, count in pairs}
