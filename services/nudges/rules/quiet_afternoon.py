"""Quiet afternoon: half of a working day is over and nothing has counted, although usually something has by then."""

from collections.abc import Sequence
from typing import Final

from services.nudges.context.rule_context import RuleContext
from services.nudges.domain.history import has_activity, is_worked, middle_of_work, planned_behaviours
from services.nudges.domain.moments import Moment
from services.nudges.domain.phrases import clock_time, counted, first_name, lowered, noun
from services.nudges.rules.rule import Proposal, rep_rule
from shared.events import DayReport, NudgeKind

DAYS_USED_MAX: Final = 10
DAYS_KNOWN_MIN: Final = 5
ACTIVE_SHARE_MIN: Final = 0.6
EMPTY_DAYS_MIN: Final = 2
COOLDOWN_DAYS: Final = 7


@rep_rule(
    name="quiet_afternoon",
    title="Quiet afternoon",
    when="Half of the working day is over and nothing has counted, although usually something has by then.",
    limits="At most once a week, not with fewer than five known days, and not if most days that began like this ended without "
    "any activity: then the rep is probably away.",
    kind=NudgeKind.COACHING,
    moment=Moment.MIDDAY,
    priority=300,
    cooldown_days=COOLDOWN_DAYS,
    is_shortfall=True,
    is_reevaluated=True,
)
def quiet_afternoon(context: RuleContext) -> Proposal | None:
    """Proposed when, past the middle of an open working day, nothing has counted, although on at least 60% of the last ten
    worked days (five of which must be known) something had by their middle, and days that began like this did not mostly stay
    empty."""
    report, now = context.report, context.now
    middle = middle_of_work(report)
    if report.silent or report.state != "open" or not is_worked(report) or middle is None or now < middle:
        return None
    if any(behaviour.count for behaviour in report.behaviours):
        return None
    recent = [day for day in context.history.recent(report.day) if day.state == "closed"]
    known = recent[:DAYS_USED_MAX]
    active = sum(_had_something_by_midday(day) for day in known)
    if len(known) < DAYS_KNOWN_MIN or active < ACTIVE_SHARE_MIN * len(known) or _is_probably_away(recent):
        return None
    name, first = first_name(report.rep.name), _first_in_plan(report)
    otherwise = f"If it just isn't logged yet, that's fine. Otherwise there's still time to start on {first}."
    return Proposal(
        wordings=(
            f"{name}, nothing towards your plan yet today. If you're busy elsewhere, fine; if not, how about {first}?",
            f"Nothing towards your plan so far today, {name}. How about starting on {first} next?",
            f"{name}, nothing has counted towards your plan so far. {otherwise}",
        ),
        reason=(
            f"Nothing had counted by {clock_time(now, report.timezone)}. Something had counted by the middle of the day on "
            f"{active} of your last {len(known)} working days."
        ),
    )


def _is_probably_away(recent: Sequence[DayReport]) -> bool:
    """Whether most of the rep's days that began like this stayed without any activity. One day alone proves nothing."""
    quiet = [day for day in recent if not _had_something_by_midday(day)]
    empty = sum(not has_activity(day) for day in quiet)
    return empty >= EMPTY_DAYS_MIN and 2 * empty > len(quiet)


def _first_in_plan(report: DayReport) -> str:
    """`your 10 calls`, `your one meeting`; only `meetings` if the target is no whole number."""
    planned = planned_behaviours(report)
    if not planned:
        return "your plan"
    target, label = planned[0].target, planned[0].label
    if target == 1:
        return f"your one {noun(label, target)}"
    return f"your {counted(target, label)}" if target == target.to_integral_value() else lowered(label)


def _had_something_by_midday(day: DayReport) -> bool:
    middle = middle_of_work(day)
    return middle is not None and day.first_counted_at is not None and day.first_counted_at < middle
