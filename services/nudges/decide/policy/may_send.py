"""Whether a candidate may be sent now, later, or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from services.nudges.decide.policy.holdout import Assignment
from services.nudges.domain.announcements import was_known_before
from services.nudges.domain.candidate import Candidate
from services.nudges.domain.feedback.answers import ANSWER_LABELS, Objection, find_active_objection
from services.nudges.domain.feedback.preferences import NO_PREFERENCE, Preference
from services.nudges.domain.phrases import day_and_month
from services.nudges.domain.recent_nudges import RecentNudge
from services.nudges.domain.working_time import WorkingTime, local_day
from shared.events import NudgeKind, Presence
from shared.languages.messages import marked

DAILY_CAP: Final = 1
DAY_UNKNOWN: Final = marked("Daymark hasn't opened the rep's day yet")
RULE_PAUSED: Final = "the rule is paused because its nudges lower the next day's score"
NOT_WANTED: Final = "the person doesn't want this message now"
"""Not what exactly they have asked for: that is shown to nobody but them."""
NOT_ANNOUNCED: Final = "the playbook was not announced to the rep before the day"
PRAISED_DAYS: Final = "the rep was praised for one of these days"
HINTED_DAYS: Final = "a hint about these days was sent within the last two days"
SILENT_FEED: Final = marked("no data is arriving from {feed}")
DAY_UNKNOWN_RETRY: Final = timedelta(minutes=5)
_SILENT_FEED_RETRY: Final = timedelta(minutes=15)
_ON_LEAVE_RETRY: Final = timedelta(days=1)
_UNSEEN_MAX: Final = timedelta(days=14)
_HINT_RESPECTED_FOR: Final = timedelta(days=2)
_UNCAPPED: Final = frozenset({NudgeKind.ANNOUNCEMENT, NudgeKind.CORRECTION, NudgeKind.THANKS})
"""What a person must receive in any case, or somebody says to them. It does not use up the daily cap."""
_DEFERRABLE: Final = _UNCAPPED | {NudgeKind.CELEBRATION}


@dataclass(frozen=True, kw_only=True, slots=True)
class Send:
    """It may go out now. `propensity` is the probability with which it was to be sent: below 1 only in the experiment."""

    propensity: float = 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Withhold:
    """It might go out now, but the experiment withholds it."""

    propensity: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Defer:
    """Not now; decide again at `until`."""

    until: datetime
    because: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Suppress:
    """Not at all."""

    because: str


Verdict = Send | Withhold | Defer | Suppress

_NOT_WORKING: Final = {
    Presence.ABSENT: marked("on leave"),
    Presence.HOLIDAY: marked("a public holiday"),
    Presence.DAY_OFF: marked("not a working day"),
    Presence.NOT_EMPLOYED: marked("not with the team"),
}
NOT_WORKING: Final = frozenset(_NOT_WORKING.values())
"""Why a message waits for somebody who is not at work. Nobody knows when they are back."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shortfall:
    """The first day that would be held against the rep, and when the version that judges it was announced to them; None if it
    never was. `silent_feed` names the feed of their team that is silent now, if any: then the shortfall may not be true."""

    day: date
    delivered_at: datetime | None
    silent_feed: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PolicyFacts:
    """Everything that policy looks at. `today` is the person's current day; None before it is known. `about_day` is the day
    that the candidate is about, if it is not today. `recent` is what they received lately, or would have received without the
    holdout. A rule that does harm `is_paused`. `preference` is what the person has asked for."""

    timezone: str
    today: WorkingTime | None
    about_day: date | None = None
    recent: Sequence[RecentNudge] = ()
    shortfall: Shortfall | None = None
    objections: Sequence[Objection] = ()
    assignment: Assignment | None = None
    is_paused: bool = False
    preference: Preference = NO_PREFERENCE


def may_send(candidate: Candidate, facts: PolicyFacts, *, now: datetime) -> Verdict:
    """Send only within the working time of a day on which the person works, and within the daily cap.

    A celebration is deferred to the next working time. Coaching that cannot be sent while it is true is suppressed. So is
    what the rule sent only lately, what was called not useful or wrong not long ago, and what holds a day against a rep to
    whom the playbook had not been announced before that day. While the feed of the person's team is silent, what holds a day
    against them is deferred: it may not be true. An announcement, a correction or thanks wait as long as they must and do not
    use up the daily cap. What the person does not want is suppressed, and the hours that they do not want are none of their
    working time. The experiment decides last, so that what is withheld differs in nothing else from what is sent.
    """
    if facts.is_paused:
        return Suppress(because=RULE_PAUSED)
    shortfall = facts.shortfall
    if shortfall is not None and not was_known_before(
        shortfall.day, delivered_at=shortfall.delivered_at, timezone=facts.timezone
    ):
        return Suppress(because=NOT_ANNOUNCED)
    today = facts.today
    if today is None or today.day != local_day(now, facts.timezone):
        retry_at = now + DAY_UNKNOWN_RETRY
        is_deferrable = candidate.kind in _DEFERRABLE
        return Defer(until=retry_at, because=DAY_UNKNOWN) if is_deferrable else Suppress(because=DAY_UNKNOWN)
    unwanted = _why_unwanted(candidate, facts, today.day)
    if unwanted is not None:
        return Suppress(because=unwanted)
    because, until = _obstacle(candidate, _wanted_hours(today, candidate, facts), facts, now=now)
    if because is None and shortfall is not None and shortfall.silent_feed is not None:
        return Defer(until=now + _SILENT_FEED_RETRY, because=SILENT_FEED.format(feed=shortfall.silent_feed))
    if because is None:
        return _by_assignment(facts.assignment)
    if until is None and candidate.kind in _UNCAPPED:
        until = now + _ON_LEAVE_RETRY
    if candidate.kind not in _DEFERRABLE or until is None:
        return Suppress(because=because)
    return Defer(until=until, because=because)


def give_up_unseen(verdict: Verdict, *, since: datetime, now: datetime) -> Verdict:
    """The verdict on what has waited since a time, or its end: after two weeks in which no day of the rep was opened, they are
    taken to have left."""
    if now - since > _UNSEEN_MAX and isinstance(verdict, Defer) and verdict.because == DAY_UNKNOWN:
        return Suppress(because="no day of the rep is opened any more")
    return verdict


def is_cooling_down(candidate: Candidate, recent: Sequence[RecentNudge], day: date) -> bool:
    """Whether its rule has sent the person something too recently."""
    cooldown = timedelta(days=candidate.cooldown_days)
    return any(nudge.rule == candidate.rule and day - nudge.day < cooldown for nudge in recent)


def contradicts_recent(candidate: Candidate, recent: Sequence[RecentNudge], about_day: date, today: date) -> str | None:
    """Why a candidate about a day would contradict what the person received: a hint about earlier days that has praise for one
    of them, or praise for a day that such a hint of the last two days was about; None if it would not."""
    if candidate.contradicts_praise:
        first = candidate.since or about_day
        praised = [nudge.about_day or nudge.day for nudge in recent if nudge.kind is NudgeKind.CELEBRATION]
        return PRAISED_DAYS if any(first <= day < about_day for day in praised) else None
    if candidate.kind is not NudgeKind.CELEBRATION:
        return None
    hints = [nudge for nudge in recent if nudge.contradicts_praise and today - nudge.day <= _HINT_RESPECTED_FOR]
    return HINTED_DAYS if any(about_day < (nudge.about_day or nudge.day) for nudge in hints) else None


def _by_assignment(assignment: Assignment | None) -> Verdict:
    if assignment is None:
        return Send()
    propensity = assignment.propensity
    return Withhold(propensity=propensity) if assignment.is_withheld else Send(propensity=propensity)


def _why_unwanted(candidate: Candidate, facts: PolicyFacts, today: date) -> str | None:
    # Whether thanks are wanted is asked when they are delivered: their manager would see here that they are not.
    is_passed_on = candidate.kind is NudgeKind.THANKS
    if not is_passed_on and not facts.preference.wants(candidate.kind, candidate.rule, today=today):
        return NOT_WANTED
    objection = find_active_objection(candidate.rule, facts.objections, today=today)
    if objection is not None:
        return f"marked “{ANSWER_LABELS[objection.answer]}” on {day_and_month(objection.day)}"
    if is_cooling_down(candidate, facts.recent, today):
        return f"a nudge of this rule was already due within the last {candidate.cooldown_days} days"
    return contradicts_recent(candidate, facts.recent, facts.about_day or today, today)


def _wanted_hours(today: WorkingTime, candidate: Candidate, facts: PolicyFacts) -> WorkingTime:
    """What nobody may miss goes by the working hours alone if the person wants none of them."""
    wanted = facts.preference.narrow(today, facts.timezone)
    return today if wanted.starts_at is None and candidate.kind in _UNCAPPED else wanted


def _obstacle(
    candidate: Candidate, today: WorkingTime, facts: PolicyFacts, *, now: datetime
) -> tuple[str | None, datetime | None]:
    """What prevents sending now, and when to decide again."""
    if today.starts_at is None or today.ends_at is None:
        return _NOT_WORKING.get(today.presence, marked("no working hours that day")), today.next_starts_at
    if now < today.starts_at:
        return marked("before working hours"), today.starts_at
    if now >= today.ends_at:
        return marked("after working hours"), today.next_starts_at
    if candidate.kind not in _UNCAPPED and not candidate.is_urgent:
        return _daily_cap(candidate, today, facts)
    return None, None


def _daily_cap(candidate: Candidate, today: WorkingTime, facts: PolicyFacts) -> tuple[str | None, datetime | None]:
    """Everyday praise does not queue up behind other praise of the same day. Praise for an earlier day that came today does not
    replace it: it comes the next morning."""
    received = [
        nudge
        for nudge in facts.recent
        if nudge.day == today.day
        and nudge.kind not in _UNCAPPED
        and not (nudge.is_bundled or nudge.is_opt_in or nudge.is_urgent)
    ]
    if len(received) < DAILY_CAP:
        return None, None
    about_day = facts.about_day or today.day
    praised = [nudge for nudge in received if nudge.kind is NudgeKind.CELEBRATION]
    if candidate.is_everyday and any((nudge.about_day or nudge.day) == about_day for nudge in praised):
        return marked("other praise was already due that day"), None
    return marked("another message was already due that day"), today.next_starts_at
