"""What each rep of the demonstration does, day by day, by design and not at random.

A day is one letter:

    D  done: busy in the morning, plan complete in the afternoon
    H  high: plan complete in the afternoon, then more conversations than ever before
    M  missed: busy in the morning, but plan not complete
    Q  quiet: nothing before midday, a little after it
    N  nothing at all
    R  recovered: nothing before midday, then the whole plan
    L  late: plan complete only after working hours
    B  belated: plan complete, but the last record is entered on the next working morning
    X  deleted: plan complete, then one of its records is deleted
    .  not worked: weekend of a part-timer, leave, public holiday

The letters do not say which nudges follow; `expected_nudges.csv` does.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Final

FIRST_DAY: Final = date(2026, 3, 2)
"""A Monday. In the four weeks from it the clocks change in New York (8 March), and Japan has a holiday (20 March)."""

PLAYBOOK_FROM: Final = date(2026, 3, 1)
"""The playbook is applied on this day, a Sunday, and announced to each rep as their work begins on Monday."""

WEEKS_MAX: Final = 4
WORK_STARTS: Final = time(9)
WORK_ENDS: Final = time(17, 30)
WORKED: Final = "DHMQNRLBX"
"""The letters of worked days."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SimulatedRep:
    """A rep as the CRM knows them. `days` has one letter for each day from Monday to Friday."""

    id: str
    source: str
    user: str
    timezone: str
    days: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedDay:
    """A worked day of a rep. `habit` is its letter."""

    rep: SimulatedRep
    day: date
    habit: str


_MADRID, _NEW_YORK, _TOKYO = "Europe/Madrid", "America/New_York", "Asia/Tokyo"

TEAM: Final = (
    SimulatedRep(id="ana", source="acme", user="7001", timezone=_MADRID, days="DDDDD DDDDD DDHDD DDDDD"),
    SimulatedRep(id="bruno", source="acme", user="7002", timezone=_MADRID, days="DDDDM MMMMD DDMDD DDDDD"),
    SimulatedRep(id="carla", source="acme", user="7003", timezone=_MADRID, days="DMDMD MDDQD DDMMQ DDDDM"),
    SimulatedRep(id="diego", source="acme", user="7004", timezone=_MADRID, days="DDMDD DM... ..MDD DDMDD"),
    SimulatedRep(id="emi", source="acme", user="7005", timezone=_TOKYO, days="DDDDD MMDDD DDDD. DDLDM"),
    SimulatedRep(id="fumi", source="acme", user="7006", timezone=_TOKYO, days="MMMMM MDMMD MMMM. DMMDM"),
    SimulatedRep(id="gail", source="globex", user="u-01", timezone=_NEW_YORK, days="DDDDD DDDDX DDHDD DDDDD"),
    SimulatedRep(id="hugo", source="globex", user="u-02", timezone=_NEW_YORK, days="D.D.M D.M.M D.D.D Q.D.N"),
    SimulatedRep(id="iris", source="globex", user="u-03", timezone=_NEW_YORK, days="MDMDB MDMDM DMDQM DMDMD"),
    SimulatedRep(id="jack", source="globex", user="u-04", timezone=_NEW_YORK, days="NNNNN NNNNN DDDDD MMMDD"),
    SimulatedRep(id="kenji", source="globex", user="u-05", timezone=_TOKYO, days="DDDDD DDDDD DDDD. RMDDD"),
    SimulatedRep(id="lena", source="globex", user="u-06", timezone=_TOKYO, days="LMDMD MDMDM QDMD. DDMDM"),
)


def planned_days(rep: SimulatedRep, *, weeks: int) -> Iterator[PlannedDay]:
    """The rep's worked days, in order."""
    for week, letters in enumerate(rep.days.split()[:weeks]):
        for weekday, habit in enumerate(letters):
            if habit in WORKED:
                yield PlannedDay(rep=rep, day=FIRST_DAY + timedelta(weeks=week, days=weekday), habit=habit)
