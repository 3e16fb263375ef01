"""Every message with what stands above it in the documentation, in the language of whoever reads it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from services.nudges.context.rule_context import RuleContext
from services.nudges.context.team_context import TeamContext
from services.nudges.decide.policy.retraction import correction_candidate
from services.nudges.domain.announcements import announcement_candidate
from services.nudges.domain.candidate import Candidate
from services.nudges.domain.history import history_of
from services.nudges.domain.phrases import clock_time
from services.nudges.rules.catalogue import MANAGER_RULES, REP_RULES
from shared.events import DayReport, Person, PlaybookAnnounced
from shared.languages.formats import weekday_name
from shared.languages.messages import gettext
from tests.services.nudges.builders.days import at
from tests.services.nudges.rules.examples import (
    CHANGED_PLAYBOOK,
    FIRST_PLAYBOOK,
    HINT,
    MANAGER_EXAMPLES,
    REP_EXAMPLES,
    rep_candidate,
    team_candidate,
    thanks,
)
from tests.services.nudges.rules.harbor import ANA, DIEGO, LAURA, THURSDAY, WEDNESDAY, closed_day
from tests.services.nudges.rules.mornings import dispute_messages
from tests.services.nudges.rules.spanish import own


@dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    """A message with what stands above it in the documentation."""

    title: str
    when: str
    limits: str
    receiver: str
    candidate: Candidate


def _rule_examples() -> Iterator[Example]:
    for name, context in REP_EXAMPLES.items():
        rule = REP_RULES[name]
        receiver = _receiver(context.report.rep, context.now)
        candidate = rep_candidate(name, _context_with_own_labels(context))
        title, when, limits = gettext(rule.title), gettext(rule.when), gettext(rule.limits)
        yield Example(title=title, when=when, limits=limits, receiver=receiver, candidate=candidate)
    for name, team_context in MANAGER_EXAMPLES.items():
        team_rule = MANAGER_RULES[name]
        yield Example(
            title=gettext(team_rule.title),
            when=gettext(team_rule.when),
            limits=gettext(team_rule.limits),
            receiver=_receiver(LAURA, at(team_context.today, "09:00")),
            candidate=team_candidate(name, _team_with_own_labels(team_context)),
        )


def _other_examples() -> Iterator[Example]:
    announced = _receiver(DIEGO, at(WEDNESDAY, "10:30"))
    yield Example(
        title=own("A first playbook"),
        when=own("A playbook is going to judge a rep who has had none so far."),
        limits=own("Only in working hours. Does not use up the daily cap. One message per version."),
        receiver=announced,
        candidate=announcement_candidate(_with_own_labels(FIRST_PLAYBOOK), today=WEDNESDAY),
    )
    yield Example(
        title=own("A changed playbook"),
        when=own("A new version of the playbook is going to judge a rep."),
        limits=own("Only in working hours. Does not use up the daily cap. One message per version."),
        receiver=announced,
        candidate=announcement_candidate(_with_own_labels(CHANGED_PLAYBOOK), today=WEDNESDAY),
    )
    yield Example(
        title=own("Correction"),
        when=own("By the records as they are now, a coaching message was clearly wrong."),
        limits=own("Only for coaching, once per message: on the next working morning, with whatever else is due then."),
        receiver=_receiver(ANA, at(THURSDAY, "09:00")),
        candidate=correction_candidate(HINT, _day_with_own_labels(closed_day(ANA, HINT.day, (9, 1, 0))), today=THURSDAY),
    )
    yield Example(
        title=own("A word from a manager"),
        when=own(
            "A manager writes to a rep of theirs, about a message in Daymark or without one. Or a colleague writes to another "
            "where the team allows it."
        ),
        limits=own("Only in working hours. Does not use up the daily cap, and is never part of the experiment. Never bundled."),
        receiver=_receiver(ANA, at(THURSDAY, "09:00")),
        candidate=thanks(own("Great call with Acme. You kept asking until they told you what they really need.")),
    )
    yield Example(
        title=own("Thanks from a manager"),
        when=own("A manager presses “Thank” on a message, or a manager or a colleague “Just say thank you”."),
        limits=own("As above."),
        receiver=_receiver(ANA, at(THURSDAY, "09:00")),
        candidate=thanks(""),
    )


def _dispute_examples() -> Iterator[Example]:
    for title, when, limits, person, now, candidate in dispute_messages():
        yield Example(
            title=own(title), when=own(when), limits=own(limits), receiver=_receiver(person, now), candidate=candidate
        )


def _receiver(person: Person, now: datetime) -> str:
    """`Diego Santos, Wednesday at 15:20`."""
    pattern = own("{name}, {weekday} at {time}")
    return pattern.format(name=person.name, weekday=weekday_name(now.date()), time=clock_time(now, "Europe/Madrid"))


def _day_with_own_labels(report: DayReport) -> DayReport:
    behaviours = tuple(behaviour.model_copy(update={"label": own(behaviour.label)}) for behaviour in report.behaviours)
    goals = tuple(goal.model_copy(update={"label": own(goal.label)}) for goal in report.goals)
    return report.model_copy(update={"behaviours": behaviours, "goals": goals})


def _context_with_own_labels(context: RuleContext) -> RuleContext:
    """With the labels that a team would give to what it counts."""
    worked = history_of(map(_day_with_own_labels, context.history.worked))
    return replace(context, report=_day_with_own_labels(context.report), history=worked)


def _team_with_own_labels(context: TeamContext) -> TeamContext:
    members = [replace(member, days=tuple(map(_day_with_own_labels, member.days))) for member in context.members]
    return replace(context, members=members)


def _with_own_labels(playbook: PlaybookAnnounced) -> PlaybookAnnounced:
    behaviours = tuple(
        behaviour.model_copy(update={"label": own(behaviour.label), "asks": own(behaviour.asks)})
        for behaviour in playbook.behaviours
    )
    message = own(playbook.message) if playbook.message else ""
    return playbook.model_copy(
        update={"behaviours": behaviours, "changes": tuple(map(own, playbook.changes)), "message": message}
    )


def examples() -> Sequence[Example]:
    """All of them, in the current language."""
    return (*_rule_examples(), *_other_examples(), *_dispute_examples())


EXAMPLES: Final = examples()
"""In English."""
