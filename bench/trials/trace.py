"""A trace: a roster, a playbook, and what counted on each day of each rep, with what is known to have changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Final
from zoneinfo import ZoneInfo

from services.scoring.domain.activities.assignment import RepDay
from services.scoring.domain.definition_files.playbook_file import read_playbooks
from services.scoring.domain.definition_files.roster_file import read_roster
from services.scoring.domain.definitions import Definitions
from services.scoring.domain.playbook.playbook import Playbooks
from services.scoring.domain.roster.calendar import presence_on
from shared.events import BehaviourKey, Presence, RepId, TeamId, VersionNumber

ONE_DAY: Final = timedelta(days=1)
_EMPTY_SHARE_MIN: Final = 0.5
Counts = Mapping[BehaviourKey, int]


class Meaning(StrEnum):
    """What a change means for messages about the rep. `FALL`: they do less than before, so holding it against them is right.
    `ABSENT`: they are not there, so only a question about their silence is right. `NOT_ROSTERED`: they work on fewer days than
    the roster says, so only a doubt about the roster is right. `NONE`: nothing that is held against them is right."""

    FALL = "fall"
    ABSENT = "absent"
    NOT_ROSTERED = "not rostered"
    NONE = "none"


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A change of a rep's days from `first` to `last`, both included, that is known because somebody put it there."""

    rep_id: RepId
    first: date
    last: date
    meaning: Meaning


@dataclass(frozen=True, kw_only=True)
class Trace:
    """The days from `first` to `last`, both included. A rep's day that is missing in `counts` is empty. All reps work from
    `hours[0]` to `hours[1]` on the clock of one zone. `definitions` change on the days in `later_definitions`."""

    name: str
    first: date
    last: date
    timezone: str
    hours: tuple[time, time]
    definitions: Definitions
    counts: Mapping[RepDay, Counts]
    changes: Sequence[Change] = ()
    later_definitions: Mapping[date, Definitions] = field(default_factory=dict)

    @cached_property
    def days(self) -> list[date]:
        """Every calendar day."""
        return [self.first + number * ONE_DAY for number in range((self.last - self.first).days + 1)]

    @property
    def rep_ids(self) -> list[RepId]:
        return sorted(self.definitions.roster.reps)

    def definitions_on(self, day: date) -> Definitions:
        """As they are known on a day."""
        begun = [first for first in self.later_definitions if first <= day]
        return self.later_definitions[max(begun)] if begun else self.definitions

    def rostered_days(self, rep_id: RepId) -> list[date]:
        """The days on which the rep is expected to work, as it was known on each of them."""
        return [day for day in self.days if self.is_rostered(rep_id, day)]

    def is_rostered(self, rep_id: RepId, day: date) -> bool:
        """Whether the rep is expected to work on the day and has a target, as it is known on that day."""
        definitions = self.definitions_on(day)
        rep = definitions.roster.reps.get(rep_id)
        if rep is None or presence_on(rep, day)[0] is not Presence.WORKING:
            return False
        playbook = definitions.playbook_of(rep, day)
        return playbook is not None and any(behaviour.targets[day.weekday()] for behaviour in playbook.behaviours)

    def counts_on(self, rep_id: RepId, day: date) -> Counts:
        """What counted on a day."""
        return self.counts.get(RepDay(rep_id, day), {})

    def total_on(self, rep_id: RepId, day: date) -> int:
        """How many activities counted on a day."""
        return sum(self.counts_on(rep_id, day).values())

    @property
    def team_ids(self) -> list[TeamId]:
        return sorted(team.id for team in self.definitions.roster.teams)

    def of_team(self, team_id: TeamId) -> "Trace":
        """The part of one team. Teams have nothing to do with each other."""
        return replace(
            self,
            definitions=_of_team(self.definitions, team_id),
            later_definitions={day: _of_team(later, team_id) for day, later in self.later_definitions.items()},
        )

    def starts_at(self, day: date) -> datetime:
        """When work begins on a day."""
        return datetime.combine(day, self.hours[0], tzinfo=ZoneInfo(self.timezone))

    def ends_at(self, day: date) -> datetime:
        """When work ends on a day."""
        return datetime.combine(day, self.hours[1], tzinfo=ZoneInfo(self.timezone))


def make_definitions(roster: str, playbooks: str, *, version: int = 1) -> Definitions:
    """Of the texts of a roster file and a playbook file, as scoring reads them. The versions of the playbook are numbered."""
    versions = [
        replace(playbook, number=VersionNumber(number))
        for number, playbook in enumerate(read_playbooks(playbooks, file="playbook"), start=1)
    ]
    return Definitions(version=version, roster=read_roster(roster, file="roster"), playbooks=Playbooks(versions))


def mark_wrong_rosters(trace: Trace) -> Trace:
    """A real trace, in which the roster does not fit whoever has nothing on half or more of their rostered days."""
    changes = []
    for rep_id in trace.rep_ids:
        days = trace.rostered_days(rep_id)
        if sum(not trace.total_on(rep_id, day) for day in days) >= _EMPTY_SHARE_MIN * len(days):
            changes.append(Change(rep_id=rep_id, first=trace.first, last=trace.last, meaning=Meaning.NOT_ROSTERED))
    return replace(trace, changes=[*trace.changes, *changes])


def _of_team(definitions: Definitions, team_id: TeamId) -> Definitions:
    teams = tuple(team for team in definitions.roster.teams if team.id == team_id)
    return replace(definitions, roster=replace(definitions.roster, teams=teams))
