"""Recognition due: good effort has gone without a word for a while. The manager hears whose, with facts to quote."""

from typing import Final

from services.nudges.context.team_context import Member, TeamSituation
from services.nudges.domain.candidate import RULE_RECOGNITION_DUE, Called
from services.nudges.domain.history import is_plan_done
from services.nudges.domain.phrases import first_name
from shared.events import BehaviourResult, DayReport, Mention, NudgeKind

DAYS_WITHOUT_MIN: Final = 5
EFFORT_DAYS_MIN: Final = 3
A_WEEK_MAX: Final = 3


def recognition_due(situation: TeamSituation) -> Called | None:
    """Called for when a rep was not recognised on the last five worked days or longer, and on three of the last five did what
    is most in their hands: the plan, or the behaviour of which most is asked, whatever came of it.

    Who has gone without for the most worked days comes first, so that it goes round the team. At most three a week.
    """
    if situation.recognitions >= A_WEEK_MAX:
        return None
    due = [member for member in situation.members if _is_due(member)]
    if not due:
        return None
    member = max(due, key=lambda one: (len(_without(one)), -situation.members.index(one)))
    name, facts, days = first_name(member.rep.name), _facts(member), len(_without(member))
    return Called(
        rule=RULE_RECOGNITION_DUE,
        kind=NudgeKind.RECOGNITION,
        occasion=f"{member.rep.id}:{situation.today}",
        is_shortfall=False,
        wordings=(
            f"A word to {name} is due: {facts}.",
            f"Have you told {name} that it was seen? {facts}.",
            f"Worth a minute today: {name}. {facts}.",
            f"{name} has not heard a word for a while. {facts}.",
            f"Something to thank {name} for: {facts}.",
            f"Good effort that nobody has named yet, {name}'s: {facts}.",
            f"If you speak to {name} today: {facts}.",
            f"{name} deserves a mention: {facts}.",
        ),
        reason=(
            f"{days} worked days of {member.rep.name} without a word of recognition that was noted here; effort counts as the "
            "plan done, or the most frequent behaviour at its target."
        ),
        about=(Mention(id=member.rep.id),),
    )


def _is_due(member: Member) -> bool:
    recent = member.worked[:DAYS_WITHOUT_MIN]
    return len(_without(member)) >= DAYS_WITHOUT_MIN and sum(_is_effort(day) for day in recent) >= EFFORT_DAYS_MIN


def _without(member: Member) -> tuple[DayReport, ...]:
    """The worked days since the last recognition."""
    return tuple(day for day in member.worked if member.recognised_on is None or day.day > member.recognised_on)


def _is_effort(day: DayReport) -> bool:
    most = _most_asked(day)
    return is_plan_done(day) or (most is not None and most.count >= most.target)


def _most_asked(day: DayReport) -> BehaviourResult | None:
    asked = [behaviour for behaviour in day.behaviours if behaviour.target > 0]
    return max(asked, key=lambda behaviour: behaviour.target, default=None)


def _facts(member: Member) -> str:
    """`plan done on 4 of the last 5 worked days, 27 conversations in them`."""
    recent = member.worked[:DAYS_WITHOUT_MIN]
    most = _most_asked(recent[0])
    done = sum(is_plan_done(day) for day in recent)
    days = f"of the last {len(recent)} worked days"
    if most is None:
        return f"the plan done on {done} {days}"
    count = sum(behaviour.count for day in recent for behaviour in day.behaviours if behaviour.key == most.key)
    total = f"{count} {most.label.lower()} in them"
    if done >= EFFORT_DAYS_MIN:
        return f"the plan done on {done} {days}, {total}"
    effort = sum(_is_effort(day) for day in recent)
    return f"{most.label.lower()} at target on {effort} {days}, {total}, whatever came of it"
