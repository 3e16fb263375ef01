"""What a person has asked for: which messages they want, at which hours, and where first. Some they get in any case."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from services.nudges.domain.candidate import (
    BRIEF_RULE,
    DAY_PLAN_RULE,
    DISPUTES_RULE,
    HAND_RULE,
    NEW_DISPUTES_RULE,
    ROSTER_RULE,
    SILENCE_RULE,
)
from services.nudges.domain.working_time import WorkingTime
from shared.events import NudgeKind
from shared.languages.messages import marked

PAUSE_MAX: Final = timedelta(days=366)
_AGAIN_AFTER: Final = timedelta(hours=2)
_AGAIN_BEFORE_END: Final = timedelta(minutes=30)
_AGAIN_AFTER_MIN: Final = timedelta(minutes=15)


class MessageGroup(StrEnum):
    """Kinds of messages as their readers would name them. The values are stored."""

    CELEBRATIONS = "celebrations"
    COACHING = "coaching"
    DAY_PLAN = "day_plan"
    THANKS = "thanks"
    TEAM_DAY = "team_day"
    RECOGNITION = "recognition"
    HELP = "help"
    ROSTER = "roster"
    DISPUTES = "disputes"


REP_GROUPS: Final[Mapping[MessageGroup, str]] = MappingProxyType(
    {
        MessageGroup.CELEBRATIONS: marked("Celebrations: a plan reached, a streak, a personal best"),
        MessageGroup.COACHING: marked("Coaching hints, and a welcome on your first day and after leave"),
        MessageGroup.DAY_PLAN: marked("The day plan each morning, if your team gets it"),
        MessageGroup.THANKS: marked("Messages from your managers and colleagues"),
    }
)
MANAGER_GROUPS: Final[Mapping[MessageGroup, str]] = MappingProxyType(
    {
        MessageGroup.TEAM_DAY: marked("Your team's day: who is away, new or back, and how the last working day went"),
        MessageGroup.HELP: marked("Who could use a hand: hints, silence, and whom to coach this week"),
        MessageGroup.RECOGNITION: marked("Whom to thank, with the facts"),
        MessageGroup.ROSTER: marked("Questions about the roster"),
        MessageGroup.DISPUTES: marked("New disputes from your reps, within an hour"),
    }
)
_GROUPS_OF_KINDS: Final = {
    NudgeKind.CELEBRATION: MessageGroup.CELEBRATIONS,
    NudgeKind.COACHING: MessageGroup.COACHING,
    NudgeKind.THANKS: MessageGroup.THANKS,
    NudgeKind.RECOGNITION: MessageGroup.RECOGNITION,
    NudgeKind.DIGEST: MessageGroup.TEAM_DAY,
}
_GROUPS_OF_RULES: Final = {
    DAY_PLAN_RULE: MessageGroup.DAY_PLAN,
    SILENCE_RULE: MessageGroup.HELP,
    BRIEF_RULE: MessageGroup.HELP,
    ROSTER_RULE: MessageGroup.ROSTER,
    HAND_RULE: MessageGroup.HELP,
    DISPUTES_RULE: MessageGroup.DISPUTES,
    NEW_DISPUTES_RULE: MessageGroup.DISPUTES,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Preference:
    """What one person has asked for. `first_transport` is tried before the others; empty: in the order of the roster. They get
    nothing of the groups that are `unwanted`, nothing before `not_before` or from `not_after` on, on their own clock, and
    nothing before the day `paused_until`."""

    first_transport: str = ""
    unwanted: frozenset[MessageGroup] = frozenset()
    not_before: time | None = None
    not_after: time | None = None
    paused_until: date | None = None

    def wants(self, kind: NudgeKind, rule: str, *, today: date) -> bool:
        """Whether the person wants a nudge on a day of theirs, or gets it in any case."""
        group = group_of(kind, rule)
        return group is None or not (group in self.unwanted or self.is_paused(today))

    def is_paused(self, today: date) -> bool:
        return self.paused_until is not None and today < self.paused_until

    def narrow(self, working: WorkingTime, timezone: str) -> WorkingTime:
        """The working time without the hours that the person does not want. If nothing is left of the day, it has no bounds."""
        following = working.next_starts_at
        if following is not None and self.not_before is not None:
            local = following.astimezone(ZoneInfo(timezone)).date()
            following = max(following, _at(local, self.not_before, timezone))
        if working.starts_at is None or working.ends_at is None:
            return replace(working, next_starts_at=following)
        starts_at, ends_at = working.starts_at, working.ends_at
        if self.not_before is not None:
            starts_at = max(starts_at, _at(working.day, self.not_before, timezone))
        if self.not_after is not None:
            ends_at = min(ends_at, _at(working.day, self.not_after, timezone))
        if starts_at >= ends_at:
            return replace(working, starts_at=None, ends_at=None, next_starts_at=following)
        return replace(working, starts_at=starts_at, ends_at=ends_at, next_starts_at=following)


NO_PREFERENCE: Final = Preference()
"""Of a person who has asked for nothing."""


def group_of(kind: NudgeKind, rule: str) -> MessageGroup | None:
    """The group of a nudge. None: nobody can turn it off, since it binds them, puts something right or answers them."""
    return _GROUPS_OF_RULES.get(rule, _GROUPS_OF_KINDS.get(kind))


def later_today(working: WorkingTime, *, now: datetime) -> datetime | None:
    """When somebody who asks for a message later today gets it: in two hours, or half an hour before their working time ends.
    None if the day is too far gone."""
    if working.ends_at is None:
        return None
    at = min(now + _AGAIN_AFTER, working.ends_at - _AGAIN_BEFORE_END)
    return at if at - now >= _AGAIN_AFTER_MIN else None


def _at(day: date, local: time, timezone: str) -> datetime:
    return datetime.combine(day, local, tzinfo=ZoneInfo(timezone))
