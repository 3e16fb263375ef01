"""Recognition due: good effort has gone without recognition for a while. The manager learns whose, with facts to quote."""

from collections.abc import Sequence
from typing import Final

from services.nudges.context.team_context import TeamContext, TeamMember
from services.nudges.domain.candidate import RECOGNITION_RULE
from services.nudges.domain.history import done_phrase, is_plan_done, planned_behaviours
from services.nudges.domain.phrases import capitalized, counted, lowered, sentence
from services.nudges.rules.rule import Proposal, manager_rule
from shared.events import BehaviourKey, BehaviourResult, DayReport, Mention, NudgeKind

DAYS_WITHOUT_MIN: Final = 5
EFFORT_DAYS_MIN: Final = 3
A_WEEK_MAX: Final = 3


@manager_rule(
    name=RECOGNITION_RULE,
    title="Recognition due",
    when="A rep's good effort, whatever the result, has gone without recognition for five worked days.",
    limits="At most three a week; whoever has waited longest comes first. Never about somebody who is away.",
    kind=NudgeKind.RECOGNITION,
    priority=100,
)
def recognition_due(context: TeamContext) -> Proposal | None:
    """Proposed when a rep who works today was not recognised on the last five worked days or longer, nor their manager
    reminded, and on three of the last five did what is most in their own hands: the plan, or the behaviour with the largest
    target, whatever the result.

    The rep who has gone without recognition or reminder for the most worked days comes first, so that it goes round the team.
    """
    if context.recognitions >= A_WEEK_MAX:
        return None
    today = context.today
    due = [member for member in context.members if _is_due(member) and member.works_between(today, today)]
    if not due:
        return None
    member = max(due, key=lambda member: (len(_without_reminder(member)), -context.members.index(member)))
    name, facts, days = context.name_of(member.rep), effort_facts(member.worked), len(_without(member))
    return Proposal(
        occasion=f"{member.rep.id}:{context.today}",
        wordings=(
            f"{name} has earned a thank-you: {facts}.",
            f"Have you thanked {name} for this? {capitalized(facts)}.",
            f"{sentence(f'Worth a minute today: say well done to {name}')} {capitalized(facts)}.",
            f"{name} hasn't had a manager's thank-you for a while. Worth mentioning: {facts}.",
            f"Something to thank {name} for: {facts}.",
            f"{name} is due a kind word: {facts}.",
            f"If you talk to {name} today, you could mention this: {facts}.",
            f"A good day to recognise {name}: {facts}.",
        ),
        reason=(
            f"As far as Daymark knows, no manager has thanked {context.full_name_of(member.rep)} in the last {days} working "
            "days. On at least three of the last five, they scored 100 or more, or met the largest target of their plan."
        ),
        about=(Mention(id=member.rep.id),),
        thanks=(member.rep,),
    )


def _is_due(member: TeamMember) -> bool:
    recent = member.worked[:DAYS_WITHOUT_MIN]
    return len(_without_reminder(member)) >= DAYS_WITHOUT_MIN and sum(_is_effort(day) for day in recent) >= EFFORT_DAYS_MIN


def _without(member: TeamMember) -> tuple[DayReport, ...]:
    """The worked days since the last recognition."""
    return tuple(day for day in member.worked if member.recognised_on is None or day.day > member.recognised_on)


def _without_reminder(member: TeamMember) -> tuple[DayReport, ...]:
    """Those of them since the last reminder."""
    return tuple(day for day in _without(member) if member.reminded_on is None or day.day > member.reminded_on)


def _is_effort(day: DayReport) -> bool:
    largest = _largest_target(day)
    return is_plan_done(day) or (largest is not None and largest.count >= largest.target)


def _largest_target(day: DayReport) -> BehaviourResult | None:
    return max(planned_behaviours(day), key=lambda behaviour: behaviour.target, default=None)


def effort_facts(worked: Sequence[DayReport], *, until: str = "") -> str:
    """`plan done on 4 of the last 5 working days, and 27 conversations over those days`, of worked days, newest first. `until`
    says which day was the last one when this is read on another day; then it is `4 of 5 working days up to Friday 6 March`."""
    recent = worked[:DAYS_WITHOUT_MIN]
    largest = _largest_target(recent[0])
    done_days = [day for day in recent if is_plan_done(day)]
    plan_done = done_phrase(done_days, plan="plan done", score="a score of 100 or more")
    days = f"of {len(recent)} working days up to {until}" if until else f"of the last {len(recent)} working days"
    done = len(done_days)
    if largest is None:
        return f"{plan_done} on {done} {days}"
    count = sum(behaviour.count for day in recent for behaviour in day.behaviours if behaviour.key == largest.key)
    if done >= EFFORT_DAYS_MIN:
        return f"{plan_done} on {done} {days}, and {counted(count, largest.label)} over those days"
    effort = sum(is_plan_done(day) or _is_on_target(day, largest.key) for day in recent)
    in_all = f"{counted(count, largest.label)} in all"
    plan = done_phrase(done_days, plan="plan", score="score of 100")
    return f"{plan} or {lowered(largest.label)} target reached on {effort} {days}, {in_all}"


def _is_on_target(day: DayReport, key: BehaviourKey) -> bool:
    return any(behaviour.key == key and behaviour.count >= behaviour.target for behaviour in planned_behaviours(day))
