"""Disputes: what reps say is wrong and nobody has answered."""

from collections import Counter
from typing import Final

from services.nudges.context.team_context import TeamContext, TeamMember
from services.nudges.domain.candidate import DISPUTES_RULE
from services.nudges.domain.phrases import count_phrase, day_name, joined_some, sentence
from services.nudges.rules.rule import Proposal, manager_rule
from shared.events import Mention, NudgeKind

NAMES_MAX: Final = 5


@manager_rule(
    name=DISPUTES_RULE,
    title="Disputes",
    when="Each working morning while a rep disputes a record and nobody has answered.",
    limits="A new dispute is announced within the hour, in working hours, in a message of its own for all new ones.",
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
    is_one, count = number == 1, count_phrase(number, "record")
    are, pronoun, stand = ("is", "it", "it's right") if is_one else ("are", "them", "they're right")
    since = day_name(context.open_disputes[0].disputed_on, today=context.today)
    say, wait = ("says", "is waiting") if len(members) == 1 else ("say", "are waiting")
    return Proposal(
        wordings=(
            f"Disputed by {names}: {count}. Please correct {pronoun} in the CRM, or say that {stand}.",
            f"{names} {say} that {count} {are} wrong. Could you look at {pronoun} today?",
            sentence(f"Waiting for your answer: {count} disputed by {names}"),
            f"Please answer {names}: {count} {are} disputed.",
            sentence(f"Your answer would settle {count} disputed by {names}"),
            sentence(f"Could you settle {count} today? Disputed by {names}"),
            f"{names} {wait} for your answer about {count}.",
            sentence(f"Not answered yet: {count}, disputed by {names}"),
            sentence(f"A few minutes, please, for {count} disputed by {names}"),
            sentence(f"Please have a look at {count} disputed by {names}"),
        ),
        reason=f"You get this while a dispute from your team is open; the oldest is from {since}. A dispute doesn't change a "
        "score. You answer disputes in your inbox in Daymark.",
        about=tuple(Mention(id=member.rep.id) for member in members),
    )


def _name(member: TeamMember, number: int, context: TeamContext) -> str:
    """`Ana`, or `Ana (2)` for two records."""
    name = context.name_of(member.rep)
    return name if number == 1 else f"{name} ({number})"
