"""Starts today: which reps are new in the team, for their manager."""

from typing import Final

from services.nudges.context.team_context import TeamContext
from services.nudges.domain.phrases import joined_some
from services.nudges.rules.rule import Proposal, manager_rule
from shared.events import Mention, NudgeKind
from shared.languages.grammar import worded
from shared.languages.messages import gettext, marked, ngettext

NAMES_MAX: Final = 5


@manager_rule(
    name="starts_today",
    title=marked("Starts today"),
    when=marked("A new rep has their first working day in the roster."),
    limits=marked(
        "Not for somebody who comes from another team, and not while Daymark or the playbook is new to the "
        "team: at least half of the reps must have been scored for two weeks."
    ),
    kind=NudgeKind.DIGEST,
    priority=125,
)
def starts_today(context: TeamContext) -> Proposal | None:
    """Proposed on the morning of that day."""
    new = [member.rep for member in context.members if member.is_first_day]
    if not new:
        return None
    names = joined_some([context.full_name_of(rep) for rep in new], names_max=NAMES_MAX)
    return Proposal(
        wordings=worded(
            ngettext("{names} starts today.", "{names} start today.", len(new)),
            gettext("Starting today: {names}."),
            gettext("New today: {names}."),
            gettext("First day today: {names}."),
            gettext("Today is the first day for {names}."),
            gettext("New in the team today: {names}."),
            names=names,
        ),
        reason=gettext("According to the roster, today is their first working day in the team."),
        about=tuple(Mention(id=rep.id) for rep in new),
    )
