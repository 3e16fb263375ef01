"""Quiet afternoon: half of a working day is over and nothing has counted, although usually something has by then."""

from typing import Final

from services.nudges.context.rule_context import RuleContext
from services.nudges.domain.history import is_worked, middle_of_work, planned_behaviours
from services.nudges.domain.moments import Moment
from services.nudges.domain.phrases import clock_time, counted, first_name, lowered, noun
from services.nudges.rules.rule import AlarmBudget, Proposal, rep_rule
from shared.events import DayReport, NudgeKind
from shared.languages.grammar import filled, worded
from shared.languages.messages import gettext, marked

DAYS_USED_MAX: Final = 80
DAYS_KNOWN_MIN: Final = 40
"""A day begins without activity with a probability q. Eighty days that did not, and then one that does: q (1 - q)^80 is at most
about 1/250, whatever q is. With only forty known it is at most 2.3/250, for the few weeks until eighty are known."""
COOLDOWN_DAYS: Final = 14


@rep_rule(
    name="quiet_afternoon",
    title=marked("Quiet afternoon"),
    when=marked(
        "Half of the working day is over and nothing has counted, although something had by then on each of the last forty to "
        "eighty working days."
    ),
    limits=marked(
        "At most about one false hint per rep in 250 working days (two while only forty days are known); at most once in "
        "two weeks. Silent until forty working days are known."
    ),
    kind=NudgeKind.COACHING,
    moment=Moment.MIDDAY,
    priority=300,
    cooldown_days=COOLDOWN_DAYS,
    budget=AlarmBudget(
        working_days=250,
        false_alarm="The day is like any other: some mornings of the rep's bring nothing, and nothing is wrong.",
        calibration="Nothing is needed: however common such mornings are, one that follows eighty others with activity comes "
        "at most about once in 250 days (about twice while only forty are known).",
        silence="Until forty working days are known; after a morning without activity for eighty working days; for two weeks "
        "after a hint.",
    ),
    is_shortfall=True,
    is_reevaluated=True,
)
def quiet_afternoon(context: RuleContext) -> Proposal | None:
    """Proposed when, past the middle of an open working day, nothing has counted, although on each of the last eighty worked
    days (forty of which must be known) something had by their middle."""
    report, now = context.report, context.now
    middle = middle_of_work(report)
    if report.silent or report.state != "open" or not is_worked(report) or middle is None or now < middle:
        return None
    if any(behaviour.count for behaviour in report.behaviours):
        return None
    known = [day for day in context.history.worked if day.state == "closed" and day.day < report.day][:DAYS_USED_MAX]
    if len(known) < DAYS_KNOWN_MIN or not all(_had_something_by_midday(day) for day in known):
        return None
    return Proposal(
        wordings=worded(
            gettext("{name}, nothing towards your plan yet today. If you're busy elsewhere, fine; if not, how about {first}?"),
            gettext("Nothing towards your plan so far today, {name}. How about starting on {first} next?"),
            gettext(
                "{name}, nothing has counted towards your plan so far. If it just isn't logged yet, that's fine. Otherwise "
                "there's still time to start on {first}."
            ),
            name=first_name(report.rep.name),
            first=_first_in_plan(report),
        ),
        reason=filled(
            gettext(
                "Nothing had counted by {time}. Something had counted by the middle of the day on each of your last {known} "
                "working days."
            ),
            time=clock_time(now, report.timezone),
            known=len(known),
        ),
    )


def _first_in_plan(report: DayReport) -> str:
    """`your 10 calls`, `your one meeting`; only `meetings` if the target is no whole number."""
    planned = planned_behaviours(report)
    if not planned:
        return gettext("your plan")
    target, label = planned[0].target, planned[0].label
    if target == 1:
        return filled(gettext("your one {thing}"), thing=noun(label, target))
    if target != target.to_integral_value():
        return lowered(label)
    return filled(gettext("your {things}"), things=counted(target, label))


def _had_something_by_midday(day: DayReport) -> bool:
    middle = middle_of_work(day)
    return middle is not None and day.first_counted_at is not None and day.first_counted_at < middle
