"""Sent to the team: in one line, what the reps of a manager heard from Daymark lately."""

from collections.abc import Callable, Iterator
from typing import Final

from services.nudges.context.team_context import MessageToRep, TeamContext
from services.nudges.domain.candidate import SENT_RULE
from services.nudges.domain.phrases import count_phrase, day_noun, joined, joined_some, lowered
from services.nudges.domain.working_time import workday_before
from services.nudges.rules.rule import REP_RULES, Proposal, manager_rule
from shared.events import Mention, NudgeKind, RepId
from shared.languages.grammar import filled, worded
from shared.languages.messages import gettext, marked, ngettext

NAMES_MAX: Final = 4


@manager_rule(
    name=SENT_RULE,
    title=marked("Sent to the team"),
    when=marked(
        "Each working morning: whom Daymark congratulated since the manager's last morning message, and on what; and how many "
        "reps got a hint, an announcement or a correction."
    ),
    limits=marked(
        "Only together with something else. Names only those who were congratulated, at most four; the others are in the "
        "manager's inbox. What managers write is left out."
    ),
    kind=NudgeKind.DIGEST,
    priority=123,
)
def sent_to_team(context: TeamContext) -> Proposal | None:
    """Proposed when a rep of the manager's got a message that still holds."""
    parts = [*_praise(context), *_counts(context)]
    if not parts:
        return None
    sent, since = joined(parts), day_noun(workday_before(context.today), today=context.today)
    about = {message.rep_id for message in context.messages_to_reps if _is_mentioned(message)}
    return Proposal(
        wordings=worded(
            gettext("Sent to your team since {since}: {sent}."),
            gettext("Since {since}, Daymark has sent your team {sent}."),
            gettext("Your team has had this from Daymark since {since}: {sent}."),
            gettext("Messages to your reps since {since}: {sent}."),
            gettext("Since {since}, your reps have got {sent}."),
            gettext("In case they mention it, your reps got this since {since}: {sent}."),
            gettext("What your reps have got since {since}: {sent}."),
            gettext("Since {since}, this went to your team: {sent}."),
            gettext("From Daymark to your team since {since}: {sent}."),
            gettext("Your reps heard from Daymark since {since}: {sent}."),
            sent=sent,
            since=since,
        ),
        reason=gettext(
            "This covers everything since your last morning message, going back no further than the previous working day. "
            "You'll find each message in your inbox."
        ),
        about=tuple(Mention(id=member.rep.id) for member in context.members if member.rep.id in about),
    )


def _praise(context: TeamContext) -> Iterator[str]:
    """`praise for Ana (streak) and Ben (plan done)`."""
    titles: dict[RepId, list[str]] = {}
    for message in context.messages_to_reps:
        if message.kind is NudgeKind.CELEBRATION and message.rule in REP_RULES:
            titles.setdefault(message.rep_id, []).append(lowered(gettext(REP_RULES[message.rule].title)))
    named = [
        f"{context.name_of(member.rep)} ({joined(list(dict.fromkeys(titles[member.rep.id])))})"
        for member in context.members
        if member.rep.id in titles
    ]
    if named:
        yield filled(gettext("praise for {names}"), names=joined_some(named, names_max=NAMES_MAX))


def _counts(context: TeamContext) -> Iterator[str]:
    """`hints to two reps`, `an announcement to one rep`."""
    if number := _count_reps(context, _is_hint):
        yield filled(ngettext("a hint to {reps}", "hints to {reps}", number), reps=count_phrase(number, "rep"))
    if number := _count_reps(context, _is_announcement):
        text = ngettext("an announcement to {reps}", "announcements to {reps}", number)
        yield filled(text, reps=count_phrase(number, "rep"))
    if number := _count_reps(context, _is_correction):
        yield filled(ngettext("a correction to {reps}", "corrections to {reps}", number), reps=count_phrase(number, "rep"))


def _count_reps(context: TeamContext, is_counted: Callable[[MessageToRep], bool]) -> int:
    return len({message.rep_id for message in context.messages_to_reps if is_counted(message)})


def _is_mentioned(message: MessageToRep) -> bool:
    """By the name of its rep, or as one of a number."""
    is_praise = message.kind is NudgeKind.CELEBRATION and message.rule in REP_RULES
    return is_praise or _is_hint(message) or _is_announcement(message) or _is_correction(message)


def _is_hint(message: MessageToRep) -> bool:
    """Not the plan of the day, nor a welcome."""
    return message.rule in REP_RULES and REP_RULES[message.rule].is_shortfall


def _is_announcement(message: MessageToRep) -> bool:
    return message.kind is NudgeKind.ANNOUNCEMENT


def _is_correction(message: MessageToRep) -> bool:
    return message.kind is NudgeKind.CORRECTION
