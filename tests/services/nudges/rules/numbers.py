"""The messages of the rules with none, one, two and many of everything that they count."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Final

from services.nudges.context.rule_context import RuleContext
from services.nudges.context.team_context import TeamContext, TeamMember
from services.nudges.domain.baseline import Baseline, MiddayCounts, PastDay
from services.nudges.domain.drop.expectation import UNKNOWN_TEAM_BASELINE
from services.nudges.domain.ladder import Ladder
from services.nudges.domain.silence.evidence import SilenceBudget
from shared.events import BehaviourKey, DayReport, GoalKey, RepId
from tests.services.nudges.builders.days import working_days
from tests.services.nudges.builders.reports import MARCH, behaviour, goal
from tests.services.nudges.rules.examples import DOUBTS, LEAVE, MANAGER_EXAMPLES, Variation, rep_candidate, team_candidate
from tests.services.nudges.rules.harbor import (
    ANA,
    DIEGO,
    DONE,
    EMI,
    HARBOR,
    NOTHING,
    PRIYA,
    THURSDAY,
    TOM,
    WEDNESDAY,
    closed_day,
    context_of,
    days_before,
    habitual_member,
    open_day,
)

NUMBERS: Final = (0, 1, 2, 22, 1000)
_LABEL: Final = "Leads handled"
_KEY: Final = BehaviourKey("leads-handled")
_GOAL: Final = GoalKey("leads-month")


def variations_of_numbers() -> Iterator[Variation]:
    """Each rule with these numbers, where it can have them."""
    for number in NUMBERS:
        for rule, context in (*_praise_of(number), *_coaching_on(number)):
            yield Variation(rule, f"counts {number}", rep_candidate(rule, context))
        for rule, team_context in _teams_with(number):
            yield Variation(rule, f"counts {number}", team_candidate(rule, team_context))


def _day(count: int, target: float, *, conversations: int = 12, score: int = 100) -> DayReport:
    """An open day with leads handled, and with conversations of which twelve were planned."""
    behaviours = (behaviour(_LABEL, count, target), behaviour("Conversations", conversations, 12))
    return open_day(ANA, NOTHING, behaviours=behaviours).model_copy(update={"score": Decimal(score)})


def _before(count: int, *counts: int) -> list[DayReport]:
    """So many days before, with these leads handled and five conversations."""
    reports = days_before(ANA, *[NOTHING] * count)
    leads = (*counts, *[0] * count)
    return [
        report.model_copy(
            update={"behaviours": (behaviour(_LABEL, lead, 1), behaviour("Conversations", 5, 12)), "score": Decimal(50)}
        )
        for report, lead in zip(reports, leads, strict=False)
    ]


def _praise_of(number: int) -> Iterator[tuple[str, RuleContext]]:
    yield "plan_done", context_of(_day(number, number or 1, conversations=24))
    yield "plan_done", context_of(_day(number, number + 1, conversations=24))
    yield "comeback", context_of(_day(number, number or 1, conversations=24), *_before(number + 2))
    if number:
        yield "plan_done", context_of(_day(2 * number, number))
        yield "small_win", context_of(_day(number, 1), *_before(10))
        yield "step_reached", _goal(number)
    if number > 2:
        yield "personal_best", context_of(_day(number, 1), *_before(10, 1))
        reps = tuple(RepId(ANA.id) for _ in range(number))
        yield "team_day", replace(context_of(_day(number, 1)), teammates_done=reps)


def _goal(number: int) -> RuleContext:
    """A step of the goal is reached with this count, and the next one is as large."""
    count = goal(number, key=_GOAL, label=f"{_LABEL} this month", step=number, step_min=1, step_max=2000)
    ladder = Ladder(goal=_GOAL, period_start=MARCH, reached=number, size=Decimal(number), reached_on=WEDNESDAY)
    return replace(context_of(_day(1, 1).model_copy(update={"goals": (count,)})), ladders=(ladder,))


def _coaching_on(number: int) -> Iterator[tuple[str, RuleContext]]:
    if number:
        morning = replace(context_of(_day(0, number, conversations=0, score=0), now="09:00"), knows_playbook=True)
        yield "first_day", replace(morning, is_first_day=True)
        yield "welcome_back", replace(morning, leave=LEAVE)
        yield "day_plan", replace(morning, wants_day_plan=True)
        afternoon = context_of(_day(0, number, conversations=0, score=0), *days_before(ANA, *[DONE] * 40), now="13:05")
        yield "quiet_afternoon", afternoon
        yield "pace", _pace(number)
        lowered = goal(0, key=_GOAL, label=f"{_LABEL} this month", step=number, step_min=1, step_max=2000)
        ladder = Ladder(goal=_GOAL, period_start=MARCH, reached=0, size=Decimal(number), lowered_from=Decimal(number + 1))
        yield "step_lowered", replace(context_of(_day(0, 1).model_copy(update={"goals": (lowered,)})), ladders=(ladder,))
    yield "ratio", _ratio(number)
    yield "one_thing", _one_thing(number)


def _pace(number: int) -> RuleContext:
    """So many by the middle of the day, and as many in reach."""
    typical = MiddayCounts(by_midday={_KEY: 20 * number + 10}, by_end={_KEY: 21 * number + 10})
    today = _day(number, 60 * number, conversations=0, score=1)
    return replace(context_of(today, now="13:05"), middays=(typical,) * 40)


def _one_thing(number: int) -> RuleContext:
    """So many leads over five days that asked for ten times as many, or for fifty."""
    target = max(10, 2 * number)
    leads = (number, 0, 0, 0, 0)
    days = [
        day.model_copy(update={"behaviours": (behaviour(_LABEL, lead, target), behaviour("Conversations", 12, 12))})
        for day, lead in zip(days_before(ANA, *[NOTHING] * 5), leads, strict=True)
    ]
    past = tuple(PastDay(day=day, counts={_KEY: target}) for day in working_days(25, until=WEDNESDAY)[:20])
    baseline = Baseline(past=past, team=UNKNOWN_TEAM_BASELINE, budget=None)
    return replace(context_of(_day(0, target, conversations=0, score=0), *days, now="09:00"), baseline=baseline)


def _ratio(number: int) -> RuleContext:
    """So many leads from twenty days of conversations, after ten times as many."""
    recent = [number // 20 + (day < number % 20) for day in range(20)]
    earlier = [10 * max(number, 20) // 20 + day % 2 for day in range(20)]
    past = tuple(
        PastDay(day=day, counts={BehaviourKey("conversations"): 2000, _KEY: leads})
        for day, leads in zip(working_days(40, until=WEDNESDAY), [*earlier, *recent], strict=True)
    )
    baseline = Baseline(past=past, team=UNKNOWN_TEAM_BASELINE, budget=None)
    return replace(context_of(_day(0, 1, conversations=0, score=0), now="09:00"), baseline=baseline)


def _teams_with(number: int) -> Iterator[tuple[str, TeamContext]]:
    days = [closed_day(ANA, day, DONE) for day in working_days(8, until=THURSDAY)]
    leads = [(behaviour(_LABEL, number if index == 7 else 0, number or 1), behaviour("Calls", 1, 0.5)) for index in range(8)]
    worked = [day.model_copy(update={"behaviours": of_day}) for day, of_day in zip(days, leads, strict=True)]
    ana = TeamMember(rep=ANA, team=HARBOR, days=tuple(reversed(worked)), recognised_on=None)
    yield "digest", TeamContext(today=THURSDAY, members=(ana,))
    yield "recognition_due", TeamContext(today=THURSDAY, members=(ana,))
    if number > 2:
        doubts = (replace(DOUBTS[1], days=number + 1, empty=number),)
        yield "roster_check", replace(MANAGER_EXAMPLES["roster_check"], roster_doubts=doubts)
    if number == 22:
        others = [habitual_member(of_rep) for of_rep in (ANA, DIEGO, EMI, PRIYA)]
        silent = (*others, habitual_member(TOM, silent_days=number))
        yield "gone_silent", TeamContext(today=THURSDAY, members=silent, silence_budgets={HARBOR.id: SilenceBudget()})
