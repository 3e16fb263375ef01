"""The messages of the examples on other days and with other numbers, for the common tests of all wordings.

They are sent the next morning or a week later, count 0, 1, 2 and many, and are about people with all kinds of names.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from services.nudges.context.rule_context import RuleContext
from services.nudges.context.team_context import TeamContext, TeamMember
from services.nudges.domain.announcements import announcement_candidate
from services.nudges.domain.baseline import Baseline
from services.nudges.domain.ladder import Ladder
from services.nudges.domain.moments import Moment
from services.nudges.domain.roster.doubts import DoubtKind, RosterDoubt
from services.nudges.domain.silence.evidence import SilenceBudget
from services.nudges.rules.catalogue import REP_RULES
from shared.events import DayReport, Rep
from tests.services.nudges.builders.days import at
from tests.services.nudges.builders.people import SOUTH, rep
from tests.services.nudges.builders.reports import behaviour
from tests.services.nudges.rules.examples import (
    CHANGED_PLAYBOOK,
    DOUBTS,
    FIRST_PLAYBOOK,
    HINT,
    LEAVE,
    MANAGER_EXAMPLES,
    REP_EXAMPLES,
    Variation,
    correction,
    planned,
    rep_candidate,
    team_candidate,
)
from tests.services.nudges.rules.harbor import (
    ANA,
    DIEGO,
    DONE,
    EMI,
    HARBOR,
    NEXT_MONDAY,
    NOTHING,
    PRIYA,
    SHORT,
    THURSDAY,
    TOM,
    WEDNESDAY,
    absent_member,
    back_member,
    closed_day,
    context_of,
    conversations_fell_to,
    days_before,
    habitual_member,
    meetings_fell_to,
    member,
    middays,
    new_member,
    open_day,
    proposals_ladder,
    proposals_this_month,
)
from tests.services.nudges.rules.mornings import of_mornings
from tests.services.nudges.rules.names import variations_of_names
from tests.services.nudges.rules.numbers import variations_of_numbers

_APRIL: Final = date(2026, 4, 1)
_JANUARY: Final = date(2026, 1, 6)


SMALL: Final = planned(("Calls", 1), ("Meetings booked", 0.5), ("QBRs held", 2))


def _when_sent() -> Iterator[Variation]:
    """Each example at its own time; celebrations also the next morning, on Monday, and a week and a month later."""
    for rule, context in REP_EXAMPLES.items():
        yield Variation(rule, "as it happens", rep_candidate(rule, context))
        if REP_RULES[rule].moment not in (Moment.DAY_CHANGED, Moment.TEAM_DONE):
            continue
        closed = context.report.model_copy(update={"state": "closed"})
        for days_later in (1, 3, 7, 30):
            later = at(closed.day + timedelta(days=days_later), "09:00")
            candidate = rep_candidate(rule, replace(context, report=closed, now=later))
            yield Variation(rule, f"{days_later} days later", candidate)
    for rule, team_context in MANAGER_EXAMPLES.items():
        yield Variation(rule, "as it happens", team_candidate(rule, team_context))


def _of_reps() -> Iterator[Variation]:
    contexts: Sequence[tuple[str, str, RuleContext]] = [
        ("comeback", "after many days", context_of(open_day(DIEGO, DONE), *days_before(DIEGO, *[SHORT] * 12))),
        ("comeback", "more than planned", context_of(open_day(DIEGO, (18, 3, 2)), *days_before(DIEGO, SHORT, SHORT))),
        ("plan_done", "less of one behaviour", context_of(open_day(ANA, (18, 1, 1)))),
        ("plan_done", "two of one", context_of(open_day(ANA, (18, 2, 2)))),
        ("streak", "of three", context_of(open_day(PRIYA, DONE), *days_before(PRIYA, SHORT, DONE, DONE))),
        ("streak", "repaired", context_of(open_day(PRIYA, DONE), *days_before(PRIYA, DONE, DONE, DONE, SHORT, DONE))),
        ("streak", "of ten", context_of(open_day(PRIYA, DONE), *days_before(PRIYA, SHORT, *[DONE] * 9))),
        ("personal_best", "a score", context_of(open_day(TOM, (15, 3, 1)), *days_before(TOM, *[(15, 2, 1)] * 10))),
        ("small_win", "two at once", context_of(open_day(ANA, (8, 2, 0)), *days_before(ANA, *[(9, 0, 0)] * 10))),
        (
            "small_win",
            "of the quarter",
            context_of(open_day(ANA, (8, 1, 0), _APRIL), *days_before(ANA, (9, 1, 0), until=_APRIL), *days_before(ANA, DONE)),
        ),
        ("first_day", "small targets", replace(_wanted(SMALL), is_first_day=True)),
        ("welcome_back", "small targets", replace(_morning_of(SMALL), leave=LEAVE)),
        ("welcome_back", "with the day plan", replace(_wanted(SMALL), leave=LEAVE)),
        ("day_plan", "small targets", _wanted(SMALL)),
        ("quiet_afternoon", "one target", _quiet("Proposals sent", 1)),
        ("quiet_afternoon", "half a target", _quiet("Meetings", 2.5)),
        ("drop", "to one a day", _morning(conversations_fell_to(5, 5))),
        ("drop", "over ten days", _morning(conversations_fell_to(10, 10, mean=4))),
        ("ratio", "to none", _morning(meetings_fell_to(0))),
        ("ratio", "to one", _morning(meetings_fell_to(1))),
        ("pace", "one so far", _midday(1, 12, 16)),
        ("pace", "one in reach", _midday(2, 12, 13)),
        ("step_reached", "the first of one", _step(1)),
        ("step_reached", "last month", _step(4, proposals_ladder(0, "4", period_start=_APRIL))),
        (
            "step_lowered",
            "to one",
            replace(
                context_of(open_day(TOM, NOTHING, goals=(proposals_this_month(0),)), now="09:00"),
                ladders=(proposals_ladder(0, "1", lowered_from="2"),),
            ),
        ),
    ]
    for rule, special, context in contexts:
        yield Variation(rule, special, rep_candidate(rule, context))


def _wanted(day: DayReport) -> RuleContext:
    return replace(_morning_of(day), wants_day_plan=True, knows_playbook=True)


def _morning_of(day: DayReport) -> RuleContext:
    return context_of(day, now="09:00")


def _quiet(label: str, target: float) -> RuleContext:
    day = open_day(ANA, NOTHING, behaviours=(behaviour(label, 0, target),))
    return context_of(day, *days_before(ANA, *[DONE] * 40), now="13:05")


def _morning(baseline: Baseline) -> RuleContext:
    return replace(_morning_of(open_day(TOM, NOTHING)), baseline=baseline)


def _midday(so_far: int, by_midday: int, by_end: int) -> RuleContext:
    return replace(context_of(open_day(EMI, (so_far, 0, 0)), now="13:00"), middays=middays(by_midday, by_end))


def _step(count: int, *newer: Ladder) -> RuleContext:
    reached = proposals_ladder(count, "1", reached_on=WEDNESDAY)
    return replace(context_of(open_day(EMI, DONE, goals=(proposals_this_month(count),))), ladders=(*newer, reached))


def _of_teams() -> Iterator[Variation]:
    calls_only, briefs = (12, 0, 0), MANAGER_EXAMPLES["weekly_brief"].briefs
    fell = ((13, 2, 1), (11, 2, 1), (12, 2, 1), *[(5, 0, 1)] * 3)
    ana, tom = (member(of_rep, *fell[:3] * 15, *fell[3:] * 5) for of_rep in (ANA, TOM))
    low = [(12, 1, 1), (12, 0, 1)] * 5
    south = replace(member(TOM), team=SOUTH, days=(closed_day(TOM, WEDNESDAY, DONE, team=SOUTH),))
    contexts: Sequence[tuple[str, str, TeamContext]] = [
        ("gone_silent", "for weeks", _with_silence(THURSDAY, TOM, 24)),
        ("gone_silent", "since last year", _with_silence(_JANUARY, TOM, 4)),
        ("gone_silent", "two of one name", _with_silence(THURSDAY, rep("Ana Roy"), 4)),
        ("recognition_due", "effort without results", _team(NEXT_MONDAY, member(ANA, *[calls_only] * 6))),
        ("weekly_brief", "one name", _team(NEXT_MONDAY, ana)),
        ("weekly_brief", "two names", _team(NEXT_MONDAY, ana, tom)),
        ("weekly_brief", "it is up", replace(_team(NEXT_MONDAY, member(PRIYA, *low, *[DONE] * 10)), briefs=briefs)),
        ("weekly_brief", "it is not up", replace(_team(NEXT_MONDAY, member(PRIYA, *low, *low)), briefs=briefs)),
        ("digest", "one person, who did not reach the plan", _team(THURSDAY, member(ANA, SHORT, until=THURSDAY))),
        (
            "digest",
            "everybody reached the plan",
            _team(THURSDAY, *[member(of_rep, DONE, until=THURSDAY) for of_rep in (ANA, EMI)]),
        ),
        ("digest", "over a weekend", _team(NEXT_MONDAY, member(ANA, (1, 1, 0)))),
        ("starts_today", "two", _team(THURSDAY, *[new_member(of_rep, THURSDAY) for of_rep in (EMI, TOM)])),
        ("starts_today", "more than five", _team(THURSDAY, *[new_member(TOM, THURSDAY)] * 7)),
        ("back_today", "two", _team(THURSDAY, *[back_member(of_rep, THURSDAY) for of_rep in (EMI, TOM)])),
        ("back_today", "more than five", _team(THURSDAY, *[back_member(TOM, THURSDAY)] * 6)),
        ("roster_check", "one with nothing", _doubted(_nothing(ANA))),
        ("roster_check", "two with nothing", _doubted(_nothing(ANA), _nothing(TOM))),
        ("roster_check", "two weekdays", _doubted(replace(DOUBTS[0], workdays=(0, 4)))),
        ("roster_check", "two weekdays next to each other", _doubted(replace(DOUBTS[0], workdays=(3, 4)))),
        ("roster_check", "one of each", _doubted(*DOUBTS, _nothing(EMI))),
        ("roster_check", "five names", _doubted(*DOUBTS, *[replace(DOUBTS[0], rep_id=DIEGO.id)] * 2, _nothing(EMI))),
        ("roster_check", "most of the team", _most_of_the_team()),
        *of_mornings(),
        ("digest", "another team was away", _team(THURSDAY, south, absent_member(DIEGO, WEDNESDAY))),
    ]
    for rule, special, context in contexts:
        yield Variation(rule, special, team_candidate(rule, context))


def _with_silence(today: date, silent: Rep, silent_days: int) -> TeamContext:
    """Of the reps of a calibrated team one has gone silent."""
    others = [habitual_member(of_rep, until=today) for of_rep in (ANA, DIEGO, EMI, PRIYA)]
    members = (*others, habitual_member(silent, silent_days=silent_days, until=today))
    return replace(_team(today, *members), silence_budgets={HARBOR.id: SilenceBudget()})


def _team(today: date, *members: TeamMember) -> TeamContext:
    return TeamContext(today=today, members=members)


def _doubted(*doubts: RosterDoubt) -> TeamContext:
    return replace(MANAGER_EXAMPLES["roster_check"], roster_doubts=doubts)


def _most_of_the_team() -> TeamContext:
    return replace(_doubted(*[_nothing(TOM)] * 6), members=(member(TOM),) * 10)


def _nothing(of_rep: Rep) -> RosterDoubt:
    return RosterDoubt(rep_id=of_rep.id, kind=DoubtKind.NOTHING, days=30, empty=30)


def _of_announcements_and_corrections() -> Iterator[Variation]:
    changes = ("Meetings: target 3 a day (before: 2 a day).",) * 6
    playbooks = [
        ("a first one, coming", FIRST_PLAYBOOK, WEDNESDAY),
        ("a first one, today", FIRST_PLAYBOOK, NEXT_MONDAY),
        ("a first one, begun", FIRST_PLAYBOOK, NEXT_MONDAY + timedelta(days=1)),
        ("in the past", FIRST_PLAYBOOK.model_copy(update={"revises": "Meetings had been left out."}), date(2027, 1, 4)),
        ("changed, coming", CHANGED_PLAYBOOK, WEDNESDAY),
        ("changed, today", CHANGED_PLAYBOOK, NEXT_MONDAY),
        ("changed, begun", CHANGED_PLAYBOOK, NEXT_MONDAY + timedelta(days=1)),
        ("nothing changed, coming", CHANGED_PLAYBOOK.model_copy(update={"changes": ()}), WEDNESDAY),
        ("nothing changed, today", CHANGED_PLAYBOOK.model_copy(update={"changes": ()}), NEXT_MONDAY),
        ("many changes", CHANGED_PLAYBOOK.model_copy(update={"changes": changes}), WEDNESDAY),
    ]
    for special, playbook, today in playbooks:
        yield Variation("playbook", special, announcement_candidate(playbook, today=today))
    for days_later in (0, 1, 2, 7, 20):
        candidate = correction(today=WEDNESDAY + timedelta(days=days_later))
        yield Variation("correction", f"{days_later} days later", candidate)
    of_morning = replace(HINT, rule="one_thing", at=at(WEDNESDAY, "09:00"))
    yield Variation("correction", "of a morning's hint", correction(of_morning))


VARIATIONS: Final[Sequence[Variation]] = (
    *_when_sent(),
    *_of_reps(),
    *_of_teams(),
    *_of_announcements_and_corrections(),
    *variations_of_names(),
    *variations_of_numbers(),
)
