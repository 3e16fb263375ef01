"""Back today: which reps come back from a leave, for their manager."""

from typing import Final

from services.nudges.context.team_context import TeamContext
from services.nudges.domain.phrases import joined_some
from services.nudges.domain.roster.leave import find_leave_before
from services.nudges.rules.rule import Proposal, manager_rule
from shared.events import Mention, NudgeKind
from shared.languages.grammar import worded
from shared.languages.messages import gettext, marked, ngettext

NAMES_MAX: Final = 5


@manager_rule(
    name="back_today",
    title=marked("Back today"),
    when=marked("A rep works again after a leave of five working days or more."),
    limits=marked(
        "Only after a leave that is in the roster or was entered by a manager; public holidays within it count. On that "
        "morning only."
    ),
    kind=NudgeKind.DIGEST,
    priority=130,
)
def back_today(context: TeamContext) -> Proposal | None:
    """Proposed on the morning of a day on which such a rep works, as far as is known then."""
    today = context.today
    back = [
        member
        for member in context.members
        if member.works_between(today, today) and find_leave_before(member.days, today) is not None
    ]
    if not back:
        return None
    names = joined_some([context.full_name_of(member.rep) for member in back], names_max=NAMES_MAX)
    count = len(back)
    return Proposal(
        wordings=worded(
            gettext("Back today: {names}."),
            ngettext("{names} is back today.", "{names} are back today.", count),
            gettext("Back from leave today: {names}."),
            ngettext("{names} is back from leave today.", "{names} are back from leave today.", count),
            gettext("Returning from leave today: {names}."),
            ngettext("{names} returns from leave today.", "{names} return from leave today.", count),
            gettext("Back at work today: {names}."),
            ngettext("{names} is back at work today.", "{names} are back at work today.", count),
            gettext("First day back today: {names}."),
            gettext("Today is the first day back for {names}."),
            names=names,
        ),
        reason=gettext("A leave of five working days or more has ended, and today is a working day."),
        about=tuple(Mention(id=member.rep.id) for member in back),
    )
