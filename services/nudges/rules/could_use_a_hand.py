"""Could use a hand: which reps got a hint lately, for their manager. The hints keep their own budgets of false alarms."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from services.nudges.context.team_context import TeamContext
from services.nudges.domain.candidate import HAND_RULE
from services.nudges.domain.phrases import joined, joined_some
from services.nudges.rules.rule import Proposal, manager_rule
from shared.events import Mention, NudgeKind, RepId
from shared.languages.grammar import worded
from shared.languages.messages import gettext, marked

NAMES_MAX: Final = 4
HINTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "drop": marked("less activity than usual"),
        "ratio": marked("fewer results than usual for the same effort"),
        "one_thing": marked("one part of the plan is far behind"),
        "pace": marked("had a slower start than usual"),
        "quiet_afternoon": marked("had nothing logged by midday"),
    }
)
"""By rule about a rep, what its hint comes to in a few words to the manager."""


@manager_rule(
    name=HAND_RULE,
    title=marked("Could use a hand"),
    when=marked(
        "A rep who works today got a coaching hint since the manager's last morning message. The message says in a few words "
        "what it was about."
    ),
    limits=marked(
        "Only for hints that were sent, within their own limits, and that still hold. At most four names; the others are "
        "in the manager's inbox."
    ),
    kind=NudgeKind.DIGEST,
    priority=60,
)
def could_use_a_hand(context: TeamContext) -> Proposal | None:
    """Proposed when there was such a hint."""
    hints: dict[RepId, list[str]] = {}
    for message in context.messages_to_reps:
        if message.rule in HINTS and HINTS[message.rule] not in hints.setdefault(message.rep_id, []):
            hints[message.rep_id].append(HINTS[message.rule])
    today = context.today
    members = [member for member in context.members if hints.get(member.rep.id) and member.works_between(today, today)]
    if not members:
        return None
    names = joined_some(
        [f"{context.name_of(member.rep)} ({joined(list(map(gettext, hints[member.rep.id])))})" for member in members],
        names_max=NAMES_MAX,
    )
    return Proposal(
        wordings=worded(
            gettext("Could use a hand: {names}."),
            gettext("A few minutes of your time would help: {names}."),
            gettext("Worth checking in with today: {names}."),
            gettext("Might need some support: {names}."),
            gettext("Worth asking how it's going: {names}."),
            gettext("Could do with some help: {names}."),
            gettext("Worth a short conversation: {names}."),
            gettext("You could offer to help: {names}."),
            gettext("Might be glad of some help: {names}."),
            gettext("Worth a moment of your day: {names}."),
            names=names,
        ),
        reason=gettext(
            "They've had a hint from Daymark since your last morning message. Your inbox has the hints and the figures behind "
            "them."
        ),
        about=tuple(Mention(id=member.rep.id) for member in members),
    )
