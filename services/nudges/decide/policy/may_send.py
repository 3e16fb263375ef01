"""Whether a word may be said now, later, or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from services.nudges.decide.policy.holdout import Lot
from services.nudges.domain.answers import ANSWER_WORDS, Objection, objection_that_holds
from services.nudges.domain.candidate import ASKED_FOR, Called
from services.nudges.domain.recent_nudges import Said
from shared.events import DayReport, NudgeKind, Presence

NUDGES_A_DAY_MAX: Final = 1
DAY_UNKNOWN: Final = "the person's day has not been opened yet"
LOOK_AGAIN: Final = timedelta(minutes=5)
PAUSED: Final = "this rule is paused: what it says lowers the score of the next day"
_LISTEN_AGAIN: Final = timedelta(minutes=15)
_LOOK_AGAIN_ON_LEAVE: Final = timedelta(days=1)
_APART: Final = frozenset({NudgeKind.ANNOUNCEMENT, NudgeKind.CORRECTION})
"""What must be said in any case, and takes nobody's place in the budget."""
_WAITING: Final = _APART | {NudgeKind.CELEBRATION}


@dataclass(frozen=True, kw_only=True, slots=True)
class Send:
    """It may go out now. `probability` is that of being sent, where a lot was drawn for it."""

    probability: float = 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class HoldOut:
    """It might go out now, and by lot it does not. `probability` is that of being held out."""

    probability: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Hold:
    """Not now; ask again at `until`."""

    until: datetime
    because: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Drop:
    """Not at all."""

    because: str


Verdict = Send | HoldOut | Hold | Drop

_WHY_NOT_TODAY: Final = {
    Presence.ABSENT: "on leave today",
    Presence.HOLIDAY: "today is a public holiday",
    Presence.DAY_OFF: "today is no working day",
    Presence.NOT_EMPLOYED: "not with the team today",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkingTime:
    """When a person may be reached on one of their days. The bounds are None on a day that they do not work; `next_starts_at`
    is the first such time after the day, None when there is none in sight."""

    day: date
    presence: Presence
    starts_at: datetime | None
    ends_at: datetime | None
    next_starts_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Who would be spoken to. `today` is their current day; None before it is known."""

    timezone: str
    today: WorkingTime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Shortfall:
    """The first day that is held against a person, and when they were told of the definition that judges it; None: never."""

    day: date
    delivered_at: datetime | None


def working_time_of(report: DayReport) -> WorkingTime:
    return WorkingTime(
        day=report.day,
        presence=report.presence,
        starts_at=report.work_starts_at,
        ends_at=report.work_ends_at,
        next_starts_at=report.next_work_starts_at,
    )


def local_day(now: datetime, timezone: str) -> date:
    """The day it is for a person."""
    return now.astimezone(ZoneInfo(timezone)).date()


def may_speak(
    called: Called,
    person: Person,
    said: Sequence[Said],
    *,
    shortfall: Shortfall | None = None,
    quiet_feed: str | None = None,
    objections: Sequence[Objection] = (),
    lot: Lot | None = None,
    is_paused: bool = False,
    now: datetime,
) -> Verdict:
    """Send only inside the working time of a day on which the person works, and within their budget of one a day.

    `said` is what the person has heard lately, or would have heard but for the lot. The `lot` decides last, so that what
    is held out differs in nothing else from what is sent. A celebration waits for the next working time; coaching that cannot
    be said while it is true is dropped, and so are what its rule said only lately, what was called not useful or wrong not long
    ago, and what holds a day against somebody who was not told before that day of what would be asked of them. While the feed
    of the person's team is quiet (`quiet_feed` is the team's name), what holds a day against them waits: it may not be true. An
    announcement or a correction waits as long as it must, and takes nobody's place in the budget. A rule that does harm
    `is_paused`.
    """
    if is_paused:
        return Drop(because=PAUSED)
    if shortfall is not None and not _was_told_before(shortfall, person.timezone):
        return Drop(because="the definition was not announced before the day")
    today = person.today
    if today is None or today.day != local_day(now, person.timezone):
        later = now + LOOK_AGAIN
        return Hold(until=later, because=DAY_UNKNOWN) if called.kind in _WAITING else Drop(because=DAY_UNKNOWN)
    unwanted = _why_unwanted(called, said, objections, today.day)
    if unwanted is not None:
        return Drop(because=unwanted)
    because, until = _obstacle(called, today, said, now=now)
    if because is None and shortfall is not None and quiet_feed is not None:
        return Hold(until=now + _LISTEN_AGAIN, because=f"the feed of {quiet_feed} is quiet")
    if because is None:
        return _by_lot(lot)
    if until is None and called.kind in _APART:
        until = now + _LOOK_AGAIN_ON_LEAVE
    if called.kind not in _WAITING or until is None:
        return Drop(because=because)
    return Hold(until=until, because=because)


def _by_lot(lot: Lot | None) -> Verdict:
    if lot is None:
        return Send()
    return HoldOut(probability=lot.held_out) if lot.is_held_out else Send(probability=1 - lot.held_out)


def _was_told_before(shortfall: Shortfall, timezone: str) -> bool:
    return shortfall.delivered_at is not None and local_day(shortfall.delivered_at, timezone) < shortfall.day


def _why_unwanted(called: Called, said: Sequence[Said], objections: Sequence[Objection], today: date) -> str | None:
    objection = objection_that_holds(called.rule, objections, today=today)
    if objection is not None:
        return f"called {ANSWER_WORDS[objection.answer]} on {objection.day}"
    return f"the same was said within the last {called.rest_days} days" if is_resting(called, said, today) else None


def is_resting(called: Called, said: Sequence[Said], day: date) -> bool:
    """Whether its rule has spoken too lately to speak again."""
    rest = timedelta(days=called.rest_days)
    return any(one.rule == called.rule and day - one.day < rest for one in said)


def _obstacle(called: Called, today: WorkingTime, said: Sequence[Said], *, now: datetime) -> tuple[str | None, datetime | None]:
    """What stands against speaking now, and when to ask again."""
    if today.starts_at is None or today.ends_at is None:
        return _WHY_NOT_TODAY.get(today.presence, "today has no working hours"), today.next_starts_at
    if now < today.starts_at:
        return "before working hours", today.starts_at
    if now >= today.ends_at:
        return "after working hours", today.next_starts_at
    if called.kind not in _APART:
        return _budget(called, today, said)
    return None, None


def _budget(called: Called, today: WorkingTime, said: Sequence[Said]) -> tuple[str | None, datetime | None]:
    """An everyday word does not queue up behind a kind one of today: it would be late each day from then on."""
    of_today = [one for one in said if one.day == today.day and one.kind not in _APART and not one.with_another]
    heard = [one for one in of_today if one.rule not in ASKED_FOR]
    if len(heard) < NUDGES_A_DAY_MAX:
        return None, None
    if called.is_everyday and any(one.kind is NudgeKind.CELEBRATION for one in heard):
        return "a kind word was said today already", None
    return "one nudge a day is enough", today.next_starts_at
