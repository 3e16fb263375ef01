"""Recognition due: good effort has gone without recognition for a while. The manager learns whose, with facts to quote."""

from collections.abc import Sequence
from typing import Final

from services.nudges.context.team_context import TeamContext, TeamMember
from services.nudges.domain.candidate import RECOGNITION_RULE
from services.nudges.domain.history import are_targets_met, is_plan_done, planned_behaviours
from services.nudges.domain.phrases import capitalized, counted, lowered
from services.nudges.rules.rule import Proposal, manager_rule
from shared.events import BehaviourKey, BehaviourResult, DayReport, Mention, NudgeKind
from shared.languages.grammar import filled, worded
from shared.languages.messages import gettext, marked

DAYS_WITHOUT_MIN: Final = 5
EFFORT_DAYS_MIN: Final = 3
A_WEEK_MAX: Final = 3


@manager_rule(
    name=RECOGNITION_RULE,
    title=marked("Recognition due"),
    when=marked("A rep's good effort, whatever the result, has gone without recognition for five worked days."),
    limits=marked("At most three a week; whoever has waited longest comes first. Never about somebody who is away."),
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
        wordings=worded(
            gettext("{name} has earned a thank-you: {facts}."),
            gettext("Have you thanked {name} for this? {capital_facts}."),
            gettext("Worth a minute today: say well done to {name}. {capital_facts}."),
            gettext("{name} hasn't had a manager's thank-you for a while. Worth mentioning: {facts}."),
            gettext("Something to thank {name} for: {facts}."),
            gettext("{name} is due a kind word: {facts}."),
            gettext("If you talk to {name} today, you could mention this: {facts}."),
            gettext("A good day to recognise {name}: {facts}."),
            name=name,
            facts=facts,
            capital_facts=capitalized(facts),
        ),
        reason=filled(
            gettext(
                "As far as Daymark knows, no manager has thanked {name} in the last {days} working days. On at least three of "
                "the last five, they scored 100 or more, or met the largest target of their plan."
            ),
            name=context.full_name_of(member.rep),
            days=days,
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
    is_plan, done = all(map(are_targets_met, done_days)), _of_days(len(done_days), len(recent), until)
    if largest is None:
        return filled(gettext("plan done on {days}") if is_plan else gettext("a score of 100 or more on {days}"), days=done)
    count = sum(behaviour.count for day in recent for behaviour in day.behaviours if behaviour.key == largest.key)
    counts = counted(count, largest.label)
    if len(done_days) >= EFFORT_DAYS_MIN:
        both = (
            gettext("plan done on {days}, and {counts} over those days")
            if is_plan
            else gettext("a score of 100 or more on {days}, and {counts} over those days")
        )
        return filled(both, days=done, counts=counts)
    effort = sum(is_plan_done(day) or _is_on_target(day, largest.key) for day in recent)
    either = (
        gettext("plan or {label} target reached on {days}, {counts} in all")
        if is_plan
        else gettext("score of 100 or {label} target reached on {days}, {counts} in all")
    )
    return filled(either, label=lowered(largest.label), days=_of_days(effort, len(recent), until), counts=counts)


def _of_days(number: int, days: int, until: str) -> str:
    """`4 of the last 5 working days`."""
    if until:
        return filled(gettext("{count} of {days} working days up to {until}"), count=number, days=days, until=until)
    return filled(gettext("{count} of the last {days} working days"), count=number, days=days)


def _is_on_target(day: DayReport, key: BehaviourKey) -> bool:
    return any(behaviour.key == key and behaviour.count >= behaviour.target for behaviour in planned_behaviours(day))
