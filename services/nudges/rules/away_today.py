"""Away today: which reps are on leave or have a public holiday, and when they are back, for their manager."""

from datetime import timedelta
from typing import Final

from services.nudges.context.team_context import TeamContext, TeamMember
from services.nudges.domain.phrases import day_phrase, joined_some
from services.nudges.domain.working_time import local_day
from services.nudges.rules.rule import Proposal, manager_rule
from shared.events import Mention, NudgeKind, Presence
from shared.languages.formats import weekday_name
from shared.languages.grammar import filled, worded
from shared.languages.messages import gettext, marked, ngettext

NAMES_MAX: Final = 5
_ONE_WEEK: Final = timedelta(days=7)
_ABSENT: Final = frozenset({Presence.ABSENT, Presence.HOLIDAY})


@manager_rule(
    name="away_today",
    title=marked("Away today"),
    when=marked("A rep is on leave or has a public holiday today. The message says when they are back, if that is known."),
    limits=marked("Not for a rep whose day has not begun yet where they live."),
    kind=NudgeKind.DIGEST,
    priority=55,
)
def away_today(context: TeamContext) -> Proposal | None:
    """Proposed on the morning of such a day."""
    away = [member for member in context.members if _is_away(member, context)]
    if not away:
        return None
    names = joined_some([_name(member, context) for member in away], names_max=NAMES_MAX)
    count = len(away)
    return Proposal(
        wordings=worded(
            gettext("Away today: {names}."),
            ngettext("{names} is away today.", "{names} are away today.", count),
            gettext("Out today: {names}."),
            ngettext("{names} is out today.", "{names} are out today.", count),
            gettext("Not working today: {names}."),
            ngettext("{names} isn't working today.", "{names} aren't working today.", count),
            gettext("Off today: {names}."),
            ngettext("{names} is off today.", "{names} are off today.", count),
            gettext("Not in today: {names}."),
            ngettext("{names} isn't in today.", "{names} aren't in today.", count),
            names=names,
        ),
        reason=gettext("According to the roster, or to an absence that was entered, they don't work today."),
        about=tuple(Mention(id=member.rep.id) for member in away),
    )


def _is_away(member: TeamMember, context: TeamContext) -> bool:
    newest = member.days[0]
    return newest.day == context.today and newest.presence in _ABSENT


def _name(member: TeamMember, context: TeamContext) -> str:
    """`Diego (back on Monday)`, or with the date if that is a week ahead or more."""
    name, newest = context.name_of(member.rep), member.days[0]
    if newest.next_work_starts_at is None:
        return name
    back = local_day(newest.next_work_starts_at, newest.timezone)
    is_near = timedelta(days=1) < back - context.today < _ONE_WEEK
    when = filled(gettext("on {day}"), day=weekday_name(back)) if is_near else day_phrase(back, today=context.today)
    return filled(gettext("{name} (back {when})"), name=name, when=when)
