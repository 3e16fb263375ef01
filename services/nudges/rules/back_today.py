"""Back today: which reps come back from a leave, for their manager."""

from typing import Final

from services.nudges.context.team_context import TeamContext
from services.nudges.domain.phrases import joined_some, sentence
from services.nudges.domain.roster.leave import find_leave_before
from services.nudges.rules.rule import Proposal, manager_rule
from shared.events import Mention, NudgeKind

NAMES_MAX: Final = 5


@manager_rule(
    name="back_today",
    title="Back today",
    when="A rep works again after a leave of five working days or more.",
    limits="Only after a leave that is in the roster or was entered by a manager; public holidays within it count. On that "
    "morning only.",
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
    are = "is" if len(back) == 1 else "are"
    return Proposal(
        wordings=(
            sentence(f"Back today: {names}"),
            f"{names} {are} back today.",
            sentence(f"Back from leave today: {names}"),
            f"{names} {are} back from leave today.",
            sentence(f"Returning from leave today: {names}"),
            f"{names} {'returns' if len(back) == 1 else 'return'} from leave today.",
            sentence(f"Back at work today: {names}"),
            f"{names} {are} back at work today.",
            sentence(f"First day back today: {names}"),
            sentence(f"Today is the first day back for {names}"),
        ),
        reason="A leave of five working days or more has ended, and today is a working day.",
        about=tuple(Mention(id=member.rep.id) for member in back),
    )
