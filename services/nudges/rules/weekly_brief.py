"""Weekly brief: whom to coach this week, on one behaviour each, and whether last week's moved."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from services.nudges.context.team_context import Member, TeamSituation
from services.nudges.domain.candidate import RULE_WEEKLY_BRIEF, Called
from services.nudges.domain.phrases import first_name
from shared.events import DayReport, Mention, NudgeKind

NAMES_MAX: Final = 3
DAYS_LOOKED_AT: Final = 10
DAYS_KNOWN_MIN: Final = 5
GAIN_MIN: Final = 5.0
_GAINED_SHARE: Final = 0.5
"""What coaching may win of what is missing; only its order matters."""
_TAIL_SHARE: Final = 0.2
_MOVED_MIN: Final = 0.1
_DAYS_SINCE_MIN: Final = 2
_MONDAY: Final = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Gain:
    """Points of the daily score that a rep would win, had they half of what is missing of one behaviour. `reached` is the mean
    part of the target that they reached."""

    member: Member
    key: str
    label: str
    reached: float
    points: float


def weekly_brief(situation: TeamSituation) -> Called | None:
    """Called for on the week's first working morning, when there is something to win.

    At most three names by expected gain: those in the middle of the team first, without the fifth at each end, where coaching
    moves least. They stand in the order of the alphabet.
    """
    if situation.today.weekday() != _MONDAY:
        return None
    known = sorted((one for one in situation.members if len(one.answerable) >= DAYS_KNOWN_MIN), key=_mean_score)
    gains = [gain for member in known if (gain := _best_gain(member)) is not None]
    tail = int(len(known) * _TAIL_SHARE)
    middle = {member.rep.id for member in known[tail : len(known) - tail]}
    chosen = sorted(gains, key=lambda gain: (gain.member.rep.id not in middle, -gain.points))[:NAMES_MAX]
    if not chosen:
        return None
    named = sorted(chosen, key=lambda gain: gain.member.rep.name)
    each = "; ".join(_named(gain) for gain in named)
    before = _whether_it_moved(situation)
    return Called(
        rule=RULE_WEEKLY_BRIEF,
        kind=NudgeKind.DIGEST,
        occasion=situation.today.isoformat(),
        is_shortfall=False,
        wordings=(
            f"This week, one thing each: {each}.{before}",
            f"For your conversations this week: {each}.{before}",
            f"Worth coaching this week, one behaviour each: {each}.{before}",
        ),
        reason=(
            f"Where half of what is missing would add most to the daily score over the last {DAYS_LOOKED_AT} worked days; the "
            "middle of the team first, at most three names."
        ),
        about=tuple(Mention(id=gain.member.rep.id, behaviour=gain.key) for gain in named),
    )


def _named(gain: Gain) -> str:
    """`Bruno, meetings (40% of target)`."""
    return f"{first_name(gain.member.rep.name)}, {gain.label.lower()} ({gain.reached:.0%} of target)"


def _mean_score(member: Member) -> float:
    scores = [float(day.score) for day in member.answerable[:DAYS_LOOKED_AT] if day.score is not None]
    return sum(scores) / len(scores)


def _best_gain(member: Member) -> Gain | None:
    days = member.answerable[:DAYS_LOOKED_AT]
    asked = [behaviour for behaviour in days[0].behaviours if behaviour.target > 0]
    weights = float(sum(behaviour.weight for behaviour in asked))
    gains = []
    for behaviour in asked:
        reached = _reached(days, behaviour.key)
        if reached is not None:
            points = 100 * float(behaviour.weight) / weights * (1 - reached) * _GAINED_SHARE
            gains.append(Gain(member=member, key=behaviour.key, label=behaviour.label, reached=reached, points=points))
    best = max(gains, key=lambda gain: gain.points, default=None)
    return best if best is not None and best.points >= GAIN_MIN else None


def _reached(days: Sequence[DayReport], key: str) -> float | None:
    """The mean part of its target that a behaviour reached, at most all of it; None where it was never asked."""
    parts = [
        min(float(one.count / one.target), 1.0) for day in days for one in day.behaviours if one.key == key and one.target > 0
    ]
    return sum(parts) / len(parts) if parts else None


def _whether_it_moved(situation: TeamSituation) -> str:
    brief = situation.last_brief
    if brief is None:
        return ""
    members = {member.rep.id: member for member in situation.members}
    said = [
        line
        for one in brief.about
        if one.behaviour and one.id in members
        for line in _moved(members[one.id], one.behaviour, brief.day)
    ]
    return f" Last week's: {'; '.join(said)}." if said else ""


def _moved(member: Member, key: str, since: date) -> Iterator[str]:
    """`Bruno's meetings moved from 40% to 75% of target`; nothing while there is too little to say."""
    before = _reached([day for day in member.answerable if day.day < since][:DAYS_LOOKED_AT], key)
    days = [day for day in member.answerable if day.day >= since]
    after = _reached(days, key)
    if before is None or after is None or len(days) < _DAYS_SINCE_MIN:
        return
    label = next(one.label for one in days[0].behaviours if one.key == key) if _has(days[0], key) else key
    verb = "moved" if after - before >= _MOVED_MIN else "fell" if before - after >= _MOVED_MIN else "did not move"
    span = f" from {before:.0%} to {after:.0%} of target" if verb != "did not move" else f" ({after:.0%} of target)"
    yield f"{first_name(member.rep.name)}'s {label.lower()} {verb}{span}"


def _has(day: DayReport, key: str) -> bool:
    return any(one.key == key for one in day.behaviours)
