"""Roster check: reps who log nothing on most of the days on which the roster has them at work."""

from collections.abc import Iterator, Sequence
from typing import Final

from services.nudges.context.team_context import TeamContext
from services.nudges.domain.candidate import ROSTER_RULE
from services.nudges.domain.phrases import capitalized, joined, weekdays_phrase
from services.nudges.domain.roster.doubts import DoubtKind, RosterDoubt, occasion_of
from services.nudges.rules.rule import Proposal, manager_rule
from shared.events import Mention, NudgeKind
from shared.languages.grammar import filled, worded
from shared.languages.messages import gettext, marked, ngettext

NAMES_MAX: Final = 5
_TEAM_KEY: Final = "team=most"
_CLEAREST_FIRST: Final = (DoubtKind.NOTHING, DoubtKind.WEEKDAYS, DoubtKind.IRREGULAR)
_BASIS: Final = marked(
    "Based on the roster's working days in the last six weeks, leaving out leave, holidays and days with no data for the whole "
    "team."
)


@manager_rule(
    name=ROSTER_RULE,
    title=marked("Roster check"),
    when=marked(
        "Monday morning: at most five reps who logged nothing that counts on 60% or more of their working days in six weeks; "
        "or on 40% or more, if there are weekdays on which they hardly ever did. The message says which weekdays would fit."
    ),
    limits=marked(
        "About each rep at most once in four weeks, unless it changed, and not before they have been known for six weeks. "
        "Leave, holidays and days without any data of the team do not count. If it is more than five reps and most of the "
        "team, nobody is named."
    ),
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
    figures = [
        filled(gettext("{name} {empty} of {days}"), name=_name(doubt, context), empty=doubt.empty, days=doubt.days)
        for doubt in clearest
    ]
    return Proposal(
        occasion=occasion_of(context.today, [doubt.key for doubt in clearest]),
        wordings=worded(
            gettext("Is the roster wrong? In the last six weeks, {text}"),
            gettext("Is the roster right? In the last six weeks, {text}"),
            gettext("Roster check: in the last six weeks, {text}"),
            text=text,
        ),
        reason=filled(
            gettext(
                "{basis} Days with nothing logged towards the plan: {figures}. Whoever runs Daymark can correct the roster."
            ),
            basis=gettext(_BASIS),
            figures=joined(figures),
        ),
        about=tuple(Mention(id=doubt.rep_id) for doubt in clearest),
    )


def _about_the_team(context: TeamContext, number: int) -> Proposal | None:
    if _TEAM_KEY in context.reported_doubts:
        return None
    logged = filled(
        gettext("{number} of your {reps} reps logged nothing on 60% or more of their working days"),
        number=number,
        reps=len(context.members),
    )
    return Proposal(
        occasion=occasion_of(context.today, [_TEAM_KEY]),
        wordings=worded(
            gettext("Is your team's roster right? In the last six weeks, {logged}. Part-time, away, or in another team?"),
            gettext("Please check your team's roster. In the last six weeks, {logged}. Part-time, away, or in another team?"),
            gettext("In the last six weeks, {logged}. Part-time, away, or in another team? If so, the roster is wrong."),
            logged=logged,
        ),
        reason=filled(
            gettext(
                "{basis} Scores and messages are only right if the roster says who works when. Whoever runs Daymark can "
                "correct it."
            ),
            basis=gettext(_BASIS),
        ),
    )


def _sentences(doubts: Sequence[RosterDoubt], context: TeamContext) -> Iterator[str]:
    """One for each kind of doubt, the clearest first."""
    names = {kind: [_name(doubt, context) for doubt in doubts if doubt.kind is kind] for kind in DoubtKind}
    if nothing := names[DoubtKind.NOTHING]:
        yield filled(
            ngettext(
                "{names} logged nothing: left, or in another team?",
                "{names} logged nothing: left, or in another team?",
                len(nothing),
            ),
            names=joined(nothing),
        )
    if names[DoubtKind.WEEKDAYS]:
        suggested = [weekdays_phrase(doubt.workdays) for doubt in doubts if doubt.kind is DoubtKind.WEEKDAYS]
        first, *others = zip(names[DoubtKind.WEEKDAYS], suggested, strict=True)
        also = [filled(gettext("{name} only {weekdays}"), name=name, weekdays=weekdays) for name, weekdays in others]
        seems = filled(gettext("{name} seems to have worked only {weekdays}"), name=first[0], weekdays=first[1])
        yield f"{'; '.join([seems, *also])}."
    if irregular := names[DoubtKind.IRREGULAR]:
        yield filled(
            ngettext(
                "{names} logged nothing on most days: part-time or away?",
                "{names} logged nothing on most days: part-time or away?",
                len(irregular),
            ),
            names=joined(irregular),
        )


def _name(doubt: RosterDoubt, context: TeamContext) -> str:
    return next(context.name_of(member.rep) for member in context.members if member.rep.id == doubt.rep_id)
