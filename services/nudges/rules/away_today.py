"""Away today: which reps are on leave or have a public holiday, and when they are back, for their manager."""

from datetime import timedelta
from typing import Final

from services.nudges.context.team_context import TeamContext, TeamMember
from services.nudges.domain.phrases import WEEKDAYS, day_phrase, joined_some, sentence
from services.nudges.domain.working_time import local_day
from services.nudges.rules.rule import Proposal, manager_rule
from shared.events import Mention, NudgeKind, Presence

NAMES_MAX: Final = 5
_ONE_WEEK: Final = timedelta(days=7)
_ABSENT: Final = frozenset({Presence.ABSENT, Presence.HOLIDAY})


@manager_rule(
    name="away_today",
    title="Away today",
    when="A rep is on leave or has a public holiday today. The message says when they are back, if that is known.",
    limits="Not for a rep whose day has not begun yet where they live.",
    kind=NudgeKind.DIGEST,
    priority=55,
)
def away_today(context: TeamContext) -> Proposal | None:
    """Proposed on the morning of such a day."""
    away = [member for member in context.members if _is_away(member, context)]
    if not away:
        return None
    names = joined_some([_name(member, context) for member in away], names_max=NAMES_MAX)
    are, are_not = ("is", "isn't") if len(away) == 1 else ("are", "aren't")
    return Proposal(
        wordings=(
            sentence(f"Away today: {names}"),
            f"{names} {are} away today.",
            sentence(f"Out today: {names}"),
            f"{names} {are} out today.",
            sentence(f"Not working today: {names}"),
            f"{names} {are_not} working today.",
            sentence(f"Off today: {names}"),
            f"{names} {are} off today.",
            sentence(f"Not in today: {names}"),
            f"{names} {are_not} in today.",
        ),
        reason="According to the roster, or to an absence that was entered, they don't work today.",
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
    when = f"on {WEEKDAYS[back.weekday()]}" if is_near else day_phrase(back, today=context.today)
    return f"{name} (back {when})"
