"""The messages of the examples to, and about, people with all kinds of names."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import cycle, islice
from typing import Final

from services.nudges.context.rule_context import RuleContext
from services.nudges.context.team_context import TeamContext, TeamMember
from services.nudges.decide.policy.retraction import correction_candidate
from services.nudges.domain.announcements import announcement_candidate
from shared.events import DayReport, Rep
from tests.services.nudges.builders.people import make_rep
from tests.services.nudges.rules.examples import (
    CHANGED_PLAYBOOK,
    FIRST_PLAYBOOK,
    HINT,
    MANAGER_EXAMPLES,
    REP_EXAMPLES,
    Variation,
    rep_candidate,
    team_candidate,
)
from tests.services.nudges.rules.harbor import ANA, SHORT, THURSDAY, WEDNESDAY, closed_day, member

NAME_IN_MESSAGES: Final[Mapping[str, str]] = {
    "Ana": "Ana",
    "Ana Ruiz": "Ana",
    "Jean-Luc Picard": "Jean-Luc",
    "van der Berg, Eva": "Eva",
    "van der Berg": "van der Berg",
    "de la Cruz, María José": "María",
    "O'Neil": "O'Neil",
    "Jess": "Jess",
    "Luis Vargas": "Luis",
    "J": "J",
    "J. Hill": "J",
    "Ana R.": "Ana",
    "Bob Hill, Jr.": "Bob",
}
"""By full name, what a rep is called in a message to them."""

NAMESAKES: Final = ("Ana Ruiz", "Ana Roy", "Sol, Ana", "Ana", "Ana R.")


def variations_of_names() -> Iterator[Variation]:
    """Every message to a rep for each name, and every message to a manager with each name at each place."""
    for name in NAME_IN_MESSAGES:
        for rule, context in REP_EXAMPLES.items():
            yield Variation(rule, f"to {name}", rep_candidate(rule, _to(context, name)))
        to_rep = {"rep": ANA.model_copy(update={"name": name})}
        for playbook in (FIRST_PLAYBOOK, CHANGED_PLAYBOOK):
            candidate = announcement_candidate(playbook.model_copy(update=to_rep), today=WEDNESDAY)
            yield Variation("playbook", f"to {name}", candidate)
        day = closed_day(ANA, HINT.day, (9, 1, 0)).model_copy(update=to_rep)
        yield Variation("correction", f"to {name}", correction_candidate(HINT, day, today=THURSDAY))
    for rule, team_context in MANAGER_EXAMPLES.items():
        for first in range(len(NAME_IN_MESSAGES)):
            names = list(islice(cycle(NAME_IN_MESSAGES), first, first + len(team_context.members)))
            yield Variation(rule, f"about {names[0]} and others", team_candidate(rule, with_names(team_context, names)))
        yield Variation(rule, "about namesakes", team_candidate(rule, with_namesakes(team_context, NAMESAKES)))


def with_names(context: TeamContext, names: Sequence[str]) -> TeamContext:
    """The team, whose reps have these names."""
    members = [_named(of_team, name) for of_team, name in zip(context.members, names, strict=False)]
    return replace(context, members=sorted(members, key=lambda of_team: of_team.rep.name))


def with_namesakes(context: TeamContext, names: Sequence[str]) -> TeamContext:
    """The team, with others who did little on one day, so that there is a rep for each of these names."""
    others = [
        member(make_rep(f"other-{number}"), SHORT, until=context.today) for number in range(len(context.members), len(names))
    ]
    return with_names(replace(context, members=(*context.members, *others)), names)


def _named(of_team: TeamMember, name: str) -> TeamMember:
    return replace(of_team, rep=_rep(of_team.rep, name), days=tuple(_day_of(day, name) for day in of_team.days))


def _to(context: RuleContext, name: str) -> RuleContext:
    return replace(context, report=_day_of(context.report, name))


def _day_of(day: DayReport, name: str) -> DayReport:
    return day.model_copy(update={"rep": _rep(day.rep, name)})


def _rep(rep: Rep, name: str) -> Rep:
    return rep.model_copy(update={"name": name})
