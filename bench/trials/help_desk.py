"""A public trace: the days of people at the help desk of a software company, the empty ones included.

`help_desk.csv` has the tickets that each person took, resolved and triaged per day, counted from the event log of M. Polato,
"Dataset belonging to the help desk log of an Italian Company" (4TU.ResearchData 2017,
doi:10.4121/uuid:0c60edf1-6f83-4e75-9367-4c63b3e9d5bb). It was chosen, with its span, roster and targets, before any rule was
tried on it, and they stay as they are. The roster knows the public holidays, but neither leave nor part-time: everybody works
from Monday to Friday, from their first day with a ticket to their last.
"""

import csv
from collections.abc import Sequence
from datetime import date, time
from importlib.resources import files
from typing import Final

from bench.trials.trace import Trace, make_definitions, mark_wrong_rosters
from services.scoring.domain.activities.assignment import RepDay
from shared.events import BehaviourKey, PersonId, RepId

_FIRST: Final = date(2011, 4, 4)
_LAST: Final = date(2012, 6, 29)
_HOURS: Final = (time(9), time(18))
_TIMEZONE: Final = "Europe/Rome"
_PLAYBOOK: Final = """\
team: desk
effective_from: 2011-01-01
behaviours:
  - {key: taken, label: Tickets taken, counts: {kinds: [call]}, target: 2, weight: 40}
  - {key: resolved, label: Tickets resolved, counts: {kinds: [meeting]}, target: 2, weight: 40}
  - {key: triaged, label: Tickets triaged, counts: {kinds: [email]}, target: 1, weight: 20}
"""


def read_help_desk() -> Trace:
    """Everybody who had a ticket in these fifteen months."""
    counts = {}
    with (files("bench.trials") / "help_desk.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            day = date.fromisoformat(row["day"])
            if _FIRST <= day <= _LAST:
                of_day = {BehaviourKey(key): int(row[key]) for key in ("taken", "resolved", "triaged") if int(row[key])}
                counts[RepDay(RepId(PersonId(f"desk-{row['person']}")), day)] = of_day
    trace = Trace(
        name="help-desk",
        first=_FIRST,
        last=_LAST,
        timezone=_TIMEZONE,
        hours=_HOURS,
        definitions=make_definitions(_roster(list(counts)), _PLAYBOOK),
        counts=counts,
    )
    return mark_wrong_rosters(trace)


def _roster(active: Sequence[RepDay]) -> str:
    manager = f"{{id: m-desk, name: Manager of Desk, timezone: {_TIMEZONE}}}"
    lines = ["teams:", "  - id: desk", "    name: Desk", "    managers:", f"      - {manager}", "    reps:"]
    hours = f'"{_HOURS[0]:%H:%M}-{_HOURS[1]:%H:%M}"'
    for rep_id in sorted({rep_day.rep_id for rep_day in active}):
        days = [rep_day.day for rep_day in active if rep_day.rep_id == rep_id]
        term = f"from: {min(days)}, until: {max(days)}"
        lines.append(
            f"      - {{id: {rep_id}, name: Rep {rep_id}, timezone: {_TIMEZONE}, country: IT, hours: {hours}, {term}}}"
        )
    return "\n".join(lines) + "\n"
