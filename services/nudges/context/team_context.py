"""What a rule about a manager's team may look at."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from services.nudges.domain.announcements import was_known_before
from services.nudges.domain.baseline import PastDay
from services.nudges.domain.history import is_worked
from services.nudges.domain.phrases import natural_name, short_name
from services.nudges.domain.roster.doubts import RosterDoubt
from services.nudges.domain.silence.evidence import PresentDay, SilenceBudget
from services.nudges.domain.working_time import local_day
from shared.events import DayReport, Mention, NudgeKind, Presence, Rep, RepId, Team, TeamId, VersionNumber

LOOKBACK: Final = timedelta(weeks=4)
BRIEF_WEEKDAY: Final = 0
"""Monday: only then is the weekly brief due, and `active` known."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TeamMember:
    """A rep of the manager's. `days` are the last four weeks, newest first, today included. `recognised_on` is the last day on
    which somebody recognised the rep, and `reminded_on` the last one on which their manager was reminded to. `delivered_at`
    says when each version was announced to the rep. On an `is_first_day` the rep is new today, in a team that is not.
    `presence` are the working days of the last eighteen weeks that are over, oldest first, from the first one with any activity
    on. `active` are the days with activity of the last twelve weeks that may be held against the rep, oldest first, with the
    counts of what counts today as it did then; they are known on Mondays only."""

    rep: Rep
    team: Team
    days: tuple[DayReport, ...]
    recognised_on: date | None
    reminded_on: date | None = None
    delivered_at: Mapping[VersionNumber, datetime] = field(default_factory=dict)
    is_first_day: bool = False
    presence: tuple[PresentDay, ...] = ()
    active: tuple[PastDay, ...] = ()

    @property
    def worked(self) -> tuple[DayReport, ...]:
        """The worked days that are over, newest first."""
        return tuple(day for day in self.days if day.state == "closed" and is_worked(day))

    @property
    def accountable(self) -> tuple[DayReport, ...]:
        """Those of them that may be held against the rep, who knew the playbook before the day."""
        return tuple(day for day in self.worked if self._knew_playbook(day))

    def works_between(self, first: date, last: date) -> bool:
        """Whether the rep works on one of these days, as far as is known: not somebody who has left or is on leave."""
        newest = self.days[0]
        if newest.day >= first and newest.presence is Presence.WORKING:
            return True
        starts_at = newest.next_work_starts_at
        return starts_at is not None and local_day(starts_at, newest.timezone) <= last

    def _knew_playbook(self, day: DayReport) -> bool:
        version = day.playbook_version
        delivered_at = self.delivered_at.get(version) if version is not None else None
        return was_known_before(day.day, delivered_at=delivered_at, timezone=day.timezone)


@dataclass(frozen=True, kw_only=True, slots=True)
class WeeklyBrief:
    """Whom the manager was asked to coach, on what, and when. A mention without a behaviour asks for nothing."""

    day: date
    about: tuple[Mention, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class MessageToRep:
    """One nudge that a rep of the manager's was sent, and that holds."""

    rep_id: RepId
    rule: str
    kind: NudgeKind


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenDispute:
    """A record that a rep says is wrong, said on a day of theirs and not answered yet."""

    rep_id: RepId
    disputed_on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class TeamContext:
    """`today` is the manager's day; `members` are sorted by name. `recognitions` counts this week's recognition reminders;
    `briefs` are those of the last four weeks, newest first. `roster_doubts` are known on Mondays only; `reported_doubts` are
    the keys of those that the manager has read in the last four weeks.

    `messages_to_reps` are those since the manager's last morning, in the order of decision, and `open_disputes` has the oldest
    first; both are about `members` only.

    `silence_budgets` has the teams that are calibrated; `silences_asked` are the occasions of questions about silent reps that
    the manager has been asked.
    """

    today: date
    members: Sequence[TeamMember]
    recognitions: int = 0
    briefs: tuple[WeeklyBrief, ...] = ()
    roster_doubts: Sequence[RosterDoubt] = ()
    reported_doubts: Collection[str] = ()
    messages_to_reps: Sequence[MessageToRep] = ()
    open_disputes: Sequence[OpenDispute] = ()
    silence_budgets: Mapping[TeamId, SilenceBudget] = field(default_factory=dict)
    silences_asked: Collection[str] = ()

    @property
    def day(self) -> date:
        """The day that the message is about: the manager's own."""
        return self.today

    def name_of(self, rep: Rep) -> str:
        """What to call a rep, so that the manager knows who is meant."""
        return self._distinct(short_name(rep.name, [member.rep.name for member in self.members]), rep)

    def full_name_of(self, rep: Rep) -> str:
        """The rep's first and last name, so that the manager knows who is meant."""
        return self._distinct(natural_name(rep.name), rep)

    def _distinct(self, name: str, rep: Rep) -> str:
        """With the id if somebody else has the very same name."""
        full_name = natural_name(rep.name)
        is_shared = any(member.rep.id != rep.id and natural_name(member.rep.name) == full_name for member in self.members)
        return f"{name} ({rep.id})" if is_shared else name
