"""Weekly brief: whom to coach this week, on one behaviour each, and whether last week's moved."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from services.nudges.context.team_context import TeamContext, TeamMember
from services.nudges.domain.candidate import BRIEF_RULE
from services.nudges.domain.history import count_of, planned_behaviours
from services.nudges.domain.phrases import joined, lowered
from services.nudges.rules.rule import AlarmBudget, Proposal, manager_rule
from shared.events import BehaviourKey, DayReport, Mention, NudgeKind

NAMES_MAX: Final = 3
DAYS_USED_MAX: Final = 10
DAYS_KNOWN_MIN: Final = 5
GAIN_MIN: Final = 5.0
_GAINED_SHARE: Final = 0.5
"""What coaching may win of what is missing; only the order that follows from it matters."""
_TAIL_SHARE: Final = 0.2
_MOVED_MIN: Final = 0.1
_DAYS_SINCE_MIN: Final = 2
_MONDAY: Final = 0
_DAYS_AHEAD: Final = timedelta(days=6)


@dataclass(frozen=True, kw_only=True, slots=True)
class Gain:
    """Points of the daily score that a rep would win by doing half of what is missing of one behaviour. `reached` is the mean
    share of the target that they reached."""

    member: TeamMember
    key: BehaviourKey
    label: str
    reached: float
    points: float


@manager_rule(
    name=BRIEF_RULE,
    title="Weekly brief",
    when="Monday morning: at most three reps to coach, one behaviour each, and whether those of the last brief have improved.",
    limits="Never based on days before the playbook was announced to the rep. Nobody who is away all week is named, and nobody "
    "for what they have not done at all in four weeks: that may not be their job.",
    kind=NudgeKind.DIGEST,
    budget=AlarmBudget(
        working_days=250,
        false_alarm="A rep is named for a gap that is chance: over longer the behaviour is on track.",
        calibration="None yet: the limits are the same for everybody, so that the budget is not guaranteed.",
        silence="Until five worked days of the rep's are known that may be held against them; on every day but Monday.",
    ),
    priority=110,
)
def weekly_brief(context: TeamContext) -> Proposal | None:
    """Proposed on the morning of a Monday on which the manager works, when there is something to win.

    At most three names by expected gain: those in the middle of the team first, without the fifth at each end, where coaching
    moves least. They are listed in alphabetical order.
    """
    if context.today.weekday() != _MONDAY:
        return None
    sunday = context.today + _DAYS_AHEAD
    known = sorted(
        (
            member
            for member in context.members
            if len(member.accountable) >= DAYS_KNOWN_MIN and member.works_between(context.today, sunday)
        ),
        key=_mean_score,
    )
    gains = [gain for member in known if (gain := _best_gain(member)) is not None]
    tail = int(len(known) * _TAIL_SHARE)
    middle = {member.rep.id for member in known[tail : len(known) - tail]}
    chosen = sorted(gains, key=lambda gain: (gain.member.rep.id not in middle, -gain.points))[:NAMES_MAX]
    if not chosen:
        return None
    named = sorted(chosen, key=lambda gain: gain.member.rep.name)
    each, follow_up = joined([_named(gain, context) for gain in named]), _follow_up(context)
    one_each = ", one thing each" if len(named) > 1 else ""
    return Proposal(
        wordings=(
            f"Worth coaching this week{one_each}: {each}.{follow_up}",
            f"For your one-to-ones this week: {each}.{follow_up}",
            f"Where coaching could help most this week: {each}.{follow_up}",
        ),
        reason=(
            "For each rep this is where closing half of the gap to target would add most to the daily score, going by up to "
            f"{DAYS_USED_MAX} recent working days. At most {NAMES_MAX} reps are named, first from the middle of the team."
        ),
        about=tuple(Mention(id=gain.member.rep.id, behaviour=gain.key) for gain in named),
    )


def _named(gain: Gain, context: TeamContext) -> str:
    """`Bruno on meetings (40% of target)`."""
    return f"{context.name_of(gain.member.rep)} on {lowered(gain.label)} ({gain.reached:.0%} of target)"


def _mean_score(member: TeamMember) -> float:
    scores = [float(day.score) for day in member.accountable[:DAYS_USED_MAX] if day.score is not None]
    return sum(scores) / len(scores)


def _best_gain(member: TeamMember) -> Gain | None:
    days = member.accountable[:DAYS_USED_MAX]
    planned = planned_behaviours(days[0])
    weights = float(sum(behaviour.weight for behaviour in planned))
    gains = []
    for behaviour in planned:
        reached = _reached(days, behaviour.key)
        is_ever_done = any(count_of(day, behaviour.key) for day in member.worked)
        if reached is not None and is_ever_done:
            points = 100 * float(behaviour.weight) / weights * (1 - reached) * _GAINED_SHARE
            gains.append(Gain(member=member, key=behaviour.key, label=behaviour.label, reached=reached, points=points))
    best = max(gains, key=lambda gain: gain.points, default=None)
    return best if best is not None and best.points >= GAIN_MIN else None


def _reached(days: Sequence[DayReport], key: BehaviourKey) -> float | None:
    """The mean share of its target that a behaviour reached, at most all of it; None if it never had a target."""
    shares = [
        min(float(behaviour.count / behaviour.target), 1.0)
        for day in days
        for behaviour in planned_behaviours(day)
        if behaviour.key == key
    ]
    return sum(shares) / len(shares) if shares else None


def _follow_up(context: TeamContext) -> str:
    brief = context.last_brief
    if brief is None:
        return ""
    members = {member.rep.id: member for member in context.members}
    lines = [
        line
        for mention in brief.about
        if mention.behaviour and mention.id in members
        for line in _movement(context, members[mention.id], BehaviourKey(mention.behaviour), brief.day)
    ]
    return f" Since the last brief: {joined(lines)}." if lines else ""


def _movement(context: TeamContext, member: TeamMember, key: BehaviourKey, since: date) -> Iterator[str]:
    """`Bruno's meetings went up from 40% to 75% of target`; nothing while too little is known."""
    before = _reached([day for day in member.accountable if day.day < since][:DAYS_USED_MAX], key)
    days = [day for day in member.accountable if day.day >= since]
    after = _reached(days, key)
    if before is None or after is None or len(days) < _DAYS_SINCE_MIN:
        return
    label = next((lowered(behaviour.label) for behaviour in days[0].behaviours if behaviour.key == key), str(key))
    whose = f"{context.name_of(member.rep)}'s {label}"
    if abs(after - before) < _MOVED_MIN:
        yield f"{whose} are at {after:.0%} of target (about as before)"
    else:
        yield f"{whose} went {'up' if after > before else 'down'} from {before:.0%} to {after:.0%} of target"
