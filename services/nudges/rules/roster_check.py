"""Roster check: reps who log nothing on most of the days on which the roster has them at work."""

from collections.abc import Iterator, Sequence
from typing import Final

from services.nudges.context.team_context import TeamContext
from services.nudges.domain.candidate import ROSTER_RULE
from services.nudges.domain.phrases import capitalized, joined, weekdays_phrase
from services.nudges.domain.roster.doubts import DoubtKind, RosterDoubt, occasion_of
from services.nudges.rules.rule import Proposal, manager_rule
from shared.events import Mention, NudgeKind

NAMES_MAX: Final = 5
_TEAM_KEY: Final = "team=most"
_CLEAREST_FIRST: Final = (DoubtKind.NOTHING, DoubtKind.WEEKDAYS, DoubtKind.IRREGULAR)
_BASIS: Final = (
    "Based on the roster's working days in the last six weeks, leaving out leave, holidays and days with no data for the whole "
    "team."
)


@manager_rule(
    name=ROSTER_RULE,
    title="Roster check",
    when="Monday morning: at most five reps who logged nothing that counts on 60% or more of their working days in six weeks; "
    "or on 40% or more, if there are weekdays on which they hardly ever did. The message says which weekdays would fit.",
    limits="About each rep at most once in four weeks, unless it changed, and not before they have been known for six weeks. "
    "Leave, holidays and days without any data of the team do not count. If it is more than five reps and most of the team, "
    "nobody is named.",
    kind=NudgeKind.DIGEST,
    priority=140,
)
def roster_check(context: TeamContext) -> Proposal | None:
    """Proposed when the manager has not read the same of a rep lately. Whoever is left for lack of room comes next Monday."""
    mostly_empty = sum(doubt.is_mostly_empty for doubt in context.roster_doubts)
    if mostly_empty > NAMES_MAX and 2 * mostly_empty > len(context.members):
        return _about_the_team(context, mostly_empty)
    unreported = [doubt for doubt in context.roster_doubts if doubt.key not in context.reported_doubts]
    clearest = sorted(unreported, key=lambda doubt: (_CLEAREST_FIRST.index(doubt.kind), -doubt.empty / doubt.days))[:NAMES_MAX]
    if not clearest:
        return None
    first, *others = _sentences(clearest, context)
    text = " ".join([first, *map(capitalized, others)])
    figures = joined([f"{_name(doubt, context)} {doubt.empty} of {doubt.days}" for doubt in clearest])
    return Proposal(
        occasion=occasion_of(context.today, [doubt.key for doubt in clearest]),
        wordings=(
            f"Is the roster wrong? In the last six weeks, {text}",
            f"Is the roster right? In the last six weeks, {text}",
            f"Roster check: in the last six weeks, {text}",
        ),
        reason=f"{_BASIS} Days with nothing logged towards the plan: {figures}. Whoever runs Daymark can correct the roster.",
        about=tuple(Mention(id=doubt.rep_id) for doubt in clearest),
    )


def _about_the_team(context: TeamContext, number: int) -> Proposal | None:
    if _TEAM_KEY in context.reported_doubts:
        return None
    logged = f"{number} of your {len(context.members)} reps logged nothing on 60% or more of their working days"
    return Proposal(
        occasion=occasion_of(context.today, [_TEAM_KEY]),
        wordings=(
            f"Is your team's roster right? In the last six weeks, {logged}. Part-time, away, or in another team?",
            f"Please check your team's roster. In the last six weeks, {logged}. Part-time, away, or in another team?",
            f"In the last six weeks, {logged}. Part-time, away, or in another team? If so, the roster is wrong.",
        ),
        reason=f"{_BASIS} Scores and messages are only right if the roster says who works when. Whoever runs Daymark can "
        "correct it.",
    )


def _sentences(doubts: Sequence[RosterDoubt], context: TeamContext) -> Iterator[str]:
    """One for each kind of doubt, the clearest first."""
    names = {kind: [_name(doubt, context) for doubt in doubts if doubt.kind is kind] for kind in DoubtKind}
    if nothing := names[DoubtKind.NOTHING]:
        yield f"{joined(nothing)} logged nothing: left, or in another team?"
    if names[DoubtKind.WEEKDAYS]:
        suggested = [weekdays_phrase(doubt.workdays) for doubt in doubts if doubt.kind is DoubtKind.WEEKDAYS]
        first, *others = zip(names[DoubtKind.WEEKDAYS], suggested, strict=True)
        also = "".join(f"; {name} only {weekdays}" for name, weekdays in others)
        yield f"{first[0]} seems to have worked only {first[1]}{also}."
    if irregular := names[DoubtKind.IRREGULAR]:
        yield f"{joined(irregular)} logged nothing on most days: part-time or away?"


def _name(doubt: RosterDoubt, context: TeamContext) -> str:
    return next(context.name_of(member.rep) for member in context.members if member.rep.id == doubt.rep_id)
