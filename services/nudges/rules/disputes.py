"""Disputes: what reps say is wrong and nobody has answered."""

from collections import Counter
from typing import Final

from services.nudges.context.team_context import TeamContext, TeamMember
from services.nudges.domain.candidate import DISPUTES_RULE
from services.nudges.domain.phrases import count_phrase, day_noun, joined_some
from services.nudges.rules.rule import Proposal, manager_rule
from shared.events import Mention, NudgeKind
from shared.languages.grammar import filled, worded
from shared.languages.messages import gettext, marked, ngettext

NAMES_MAX: Final = 5


@manager_rule(
    name=DISPUTES_RULE,
    title=marked("Disputes"),
    when=marked("Each working morning while a rep disputes a record and nobody has answered."),
    limits=marked("A new dispute is announced within the hour, in working hours, in a message of its own for all new ones."),
    kind=NudgeKind.DIGEST,
    priority=30,
)
def disputes(context: TeamContext) -> Proposal | None:
    """Proposed while there is an open dispute of a rep of the manager's."""
    by_rep = Counter(dispute.rep_id for dispute in context.open_disputes)
    members = [member for member in context.members if member.rep.id in by_rep]
    if not members:
        return None
    names = joined_some([_name(member, by_rep[member.rep.id], context) for member in members], names_max=NAMES_MAX)
    number = sum(by_rep[member.rep.id] for member in members)
    since = day_noun(context.open_disputes[0].disputed_on, today=context.today)
    return Proposal(
        wordings=_wordings(names, number, reps=len(members)),
        reason=filled(
            gettext(
                "You get this while a dispute from your team is open; the oldest is from {day}. A dispute doesn't change a "
                "score. You answer disputes in your inbox in Daymark."
            ),
            day=since,
        ),
        about=tuple(Mention(id=member.rep.id) for member in members),
    )


def _wordings(names: str, number: int, *, reps: int) -> tuple[str, ...]:
    return worded(
        ngettext(
            "Disputed by {names}: {records}. Please correct it in the CRM, or say that it's right.",
            "Disputed by {names}: {records}. Please correct them in the CRM, or say that they're right.",
            number,
        ),
        _are_wrong(number, reps=reps),
        gettext("Waiting for your answer: {records} disputed by {names}."),
        ngettext("Please answer {names}: {records} is disputed.", "Please answer {names}: {records} are disputed.", number),
        gettext("Your answer would settle {records} disputed by {names}."),
        gettext("Could you settle {records} today? Disputed by {names}."),
        ngettext(
            "{names} is waiting for your answer about {records}.", "{names} are waiting for your answer about {records}.", reps
        ),
        gettext("Not answered yet: {records}, disputed by {names}."),
        gettext("A few minutes, please, for {records} disputed by {names}."),
        gettext("Please have a look at {records} disputed by {names}."),
        names=names,
        records=count_phrase(number, "record"),
    )


def _are_wrong(number: int, *, reps: int) -> str:
    if reps == 1:
        return ngettext(
            "{names} says that {records} is wrong. Could you look at it today?",
            "{names} says that {records} are wrong. Could you look at them today?",
            number,
        )
    return gettext("{names} say that {records} are wrong. Could you look at them today?")


def _name(member: TeamMember, number: int, context: TeamContext) -> str:
    """`Ana`, or `Ana (2)` for two records."""
    name = context.name_of(member.rep)
    return name if number == 1 else f"{name} ({number})"
