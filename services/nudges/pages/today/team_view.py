"""A team on the page: its rows, how many stand where, and what day and time it is for the team."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, assert_never

from services.nudges.domain.phrases import capitalized, clock_time, day_and_month
from services.nudges.domain.roster.access import PersonToday, RosterToday
from services.nudges.domain.working_time import local_day
from services.nudges.pages.today.rep_rows import RepRow, SilentSince, Standing, make_rep_row
from services.nudges.pages.today.team_days import WorkedDays
from shared.events import DayReport, PersonId, RepId, TeamId
from shared.languages.messages import ngettext

_UTC: Final = "UTC"


@dataclass(frozen=True, kw_only=True, slots=True)
class TeamView:
    """`rows` are in the order of names, and `summary` counts them by where they stand."""

    id: TeamId
    name: str
    timezone: str
    summary: str
    rows: tuple[RepRow, ...]

    def time_at(self, now: datetime) -> str:
        """The day and the time that it is for the team: `Tuesday 24 November, 10:42`."""
        return f"{capitalized(day_and_month(local_day(now, self.timezone)))}, {clock_time(now, self.timezone)}"


def reps_of(team_id: TeamId, today: RosterToday) -> tuple[PersonToday, ...]:
    """The reps of a team, by name."""
    reps = (person for person in today.people.values() if person.team == team_id)
    return tuple(sorted(reps, key=lambda rep: (rep.name.casefold(), rep.id)))


def teams_of(manager_id: PersonId, today: RosterToday) -> Sequence[TeamId]:
    """Those that somebody manages."""
    person = today.people.get(manager_id)
    return sorted(person.manages) if person is not None else ()


def make_team_view(
    team_id: TeamId,
    reps: Iterable[PersonToday],
    newest: Mapping[RepId, DayReport],
    worked: WorkedDays,
    silent: SilentSince,
    *,
    now: datetime,
) -> TeamView:
    """The team as it stands now."""
    rows = tuple(make_rep_row(rep, newest.get(RepId(rep.id)), worked.get(RepId(rep.id), ()), silent, now=now) for rep in reps)
    return TeamView(
        id=team_id,
        name=next((report.team.name for report in newest.values() if report.team.id == team_id), team_id),
        timezone=_timezone_of(newest.values()),
        summary=_summary(row.standing for row in rows),
        rows=rows,
    )


def in_order(rows: Sequence[RepRow], *, has_hands_first: bool) -> Sequence[RepRow]:
    """By name; if wanted, those first who could use a hand. Never by score."""
    if not has_hands_first:
        return rows
    return sorted(rows, key=lambda row: row.standing is not Standing.NEEDS_HAND)


def _timezone_of(reports: Collection[DayReport]) -> str:
    """In which most of the team are."""
    zones = Counter(report.timezone for report in reports)
    return min(zones, key=lambda zone: (-zones[zone], zone)) if zones else _UTC


def _summary(standings: Iterable[Standing]) -> str:
    counts = Counter(standings)
    return " · ".join(_counted(standing, counts[standing]) for standing in Standing if counts[standing])


def _counted(standing: Standing, count: int) -> str:
    match standing:
        case Standing.DONE:
            text = ngettext("{count} done", "{count} done", count)
        case Standing.ON_THE_WAY:
            text = ngettext("{count} on the way", "{count} on the way", count)
        case Standing.NEEDS_HAND:
            text = ngettext("{count} could use a hand", "{count} could use a hand", count)
        case Standing.ABSENT:
            text = ngettext("{count} away", "{count} away", count)
        case Standing.OFF:
            text = ngettext("{count} off today", "{count} off today", count)
        case Standing.NO_PLAN:
            text = ngettext("{count} without a plan today", "{count} without a plan today", count)
        case Standing.NO_DATA:
            text = ngettext("{count} without data yet", "{count} without data yet", count)
        case _:
            assert_never(standing)
    return text.format(count=count)
