"""Gone silent: a rep has logged nothing for longer than chance explains. The manager is asked whether they are away."""

from collections.abc import Mapping
from datetime import date

from services.nudges.context.team_context import TeamContext, TeamMember
from services.nudges.domain.candidate import SILENCE_RULE
from services.nudges.domain.drop.error_budget import DAYS_PER_FALSE_ALERT
from services.nudges.domain.phrases import capitalized, count_phrase, long_date
from services.nudges.domain.silence.evidence import Silence, measure_levels_of_others, weigh_silence
from services.nudges.rules.rule import AlarmBudget, Proposal, manager_rule
from shared.events import Mention, NudgeKind, PossibleAbsence, RepId
from shared.languages.grammar import filled, worded
from shared.languages.messages import gettext, marked


@manager_rule(
    name=SILENCE_RULE,
    title=marked("Gone silent"),
    when=marked(
        "A rep who works today has logged nothing that counts for longer than chance explains, given the weekdays on which "
        "they usually do and how active the rest of the team was."
    ),
    limits=marked(
        "At most one false question per rep in 500 working days; once per silence, and one rep a morning. Silent until "
        "the team's reps together have 250 working days to calibrate on, and the rep ten active days."
    ),
    kind=NudgeKind.DIGEST,
    priority=50,
    budget=AlarmBudget(
        working_days=DAYS_PER_FALSE_ALERT,
        false_alarm="The rep is at work and logs as before; by chance there were some days without an entry.",
        calibration="Every Sunday, on the team's own working days of eighteen weeks as they happened: every question that they "
        "would have led to counts as a false one. The correction is shrunk, and never makes the limits laxer.",
        silence="Until the team's reps together have 250 working days to judge, and the rep ten active ones; for a rep who "
        "is not at work today; after the question until the rep has logged something again.",
    ),
)
def gone_silent(context: TeamContext) -> Proposal | None:
    """Proposed when the newest working days of a rep make an unusually long run without activity about which the manager has
    not been asked. Of several reps the longest silent one comes first; the others' turn is on the next mornings."""
    silences = _list_silences(context)
    if not silences:
        return None
    member, silence = max(silences, key=lambda pair: (pair[1].days, -context.members.index(pair[0])))
    name, first = context.name_of(member.rep), long_date(silence.first, today=context.today)
    days = count_phrase(silence.days, "working day")
    return Proposal(
        occasion=_occasion(member, silence),
        wordings=worded(
            gettext("Nothing towards the plan has been logged for {name} since {first}. Away?"),
            gettext("Is {name} away? Nothing towards the plan has been logged since {first}."),
            gettext("{name} has logged nothing towards the plan for {days}, since {first}. Away?"),
            gettext("No plan activity from {name} since {first}, {days} in a row. Away, or not logging?"),
            gettext("Away? {capital_name} has logged nothing towards the plan since {first}."),
            gettext("Nothing towards the plan from {name} for {days}, since {first}. Away?"),
            name=name,
            capital_name=capitalized(name),
            first=first,
            days=days,
        ),
        reason=filled(
            gettext(
                "{name} logged nothing towards the plan on {days}, from {first} to {until}. Given the weekdays on which they "
                "usually log something, and what the rest of the team logged, that rarely happens by chance. If they were "
                "away, enter the absence, and these days won't count against them."
            ),
            name=context.full_name_of(member.rep),
            days=days,
            first=first,
            until=long_date(silence.last, today=context.today),
        ),
        since=silence.first,
        about=(Mention(id=member.rep.id),),
        absences=(PossibleAbsence(rep=member.rep, first=silence.first, last=silence.last),),
    )


def _list_silences(context: TeamContext) -> list[tuple[TeamMember, Silence]]:
    """The unusual silences that the manager has not been asked about yet."""
    levels = _measure_levels(context)
    silences = []
    for member in context.members:
        budget = context.silence_budgets.get(member.team.id)
        if budget is None or not member.works_between(context.today, context.today):
            continue
        silence = weigh_silence(member.presence, levels[member.rep.id], budget)
        if silence is not None and silence.is_unusual and _occasion(member, silence) not in context.silences_asked:
            silences.append((member, silence))
    return silences


def _measure_levels(context: TeamContext) -> dict[RepId, Mapping[date, float]]:
    """By rep, how active the others of their team were."""
    levels: dict[RepId, Mapping[date, float]] = {}
    for team_id in {member.team.id for member in context.members}:
        members = [member for member in context.members if member.team.id == team_id]
        of_team = measure_levels_of_others([member.presence for member in members])
        levels |= {member.rep.id: of_rep for member, of_rep in zip(members, of_team, strict=True)}
    return levels


def _occasion(member: TeamMember, silence: Silence) -> str:
    return f"{member.rep.id}:{silence.first.isoformat()}"
