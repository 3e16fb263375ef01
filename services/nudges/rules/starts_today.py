"""Starts today: which reps are new in the team, for their manager."""

from typing import Final

from services.nudges.context.team_context import TeamContext
from services.nudges.domain.phrases import joined_some, sentence
from services.nudges.rules.rule import Proposal, manager_rule
from shared.events import Mention, NudgeKind

NAMES_MAX: Final = 5


@manager_rule(
    name="starts_today",
    title="Starts today",
    when="A new rep has their first working day in the roster.",
    limits="Not for somebody who comes from another team, and not while Daymark or the playbook is new to the "
    "team: at least half of the reps must have been scored for two weeks.",
    kind=NudgeKind.DIGEST,
    priority=125,
)
def starts_today(context: TeamContext) -> Proposal | None:
    """Proposed on the morning of that day."""
    new = [member.rep for member in context.members if member.is_first_day]
    if not new:
        return None
    names = joined_some([context.full_name_of(rep) for rep in new], names_max=NAMES_MAX)
    starts = "starts" if len(new) == 1 else "start"
    return Proposal(
        wordings=(
            f"{names} {starts} today.",
            sentence(f"Starting today: {names}"),
            sentence(f"New today: {names}"),
            sentence(f"First day today: {names}"),
            sentence(f"Today is the first day for {names}"),
            sentence(f"New in the team today: {names}"),
        ),
        reason="According to the roster, today is their first working day in the team.",
        about=tuple(Mention(id=rep.id) for rep in new),
    )
