"""Drop: fewer activities over the last worked days than chance explains, under a stated budget of false alerts."""

from services.nudges.context.rule_context import Situation
from services.nudges.domain.baseline import Watch, worked_day_of
from services.nudges.domain.candidate import RULE_DROP, Called
from services.nudges.domain.drop.detector import LOOKED_AT_DAYS, Finding, Judged, judge
from services.nudges.domain.drop.error_budget import cool_down_days
from services.nudges.domain.history import is_plan_done
from services.nudges.domain.phrases import first_name
from shared.events import DayReport, NudgeKind


def drop(situation: Situation) -> Called | None:
    """Called for on an open day when the watch over the worked days before it finds a drop in all that counted, of the
    behaviours that had a target on their day, and has not alerted for as long as it then is quiet. Who has done the plan
    already today is not spoken to about last week."""
    report, watch = situation.report, situation.watch
    if watch is None or report.silent or report.state != "open" or report.score is None or is_plan_done(report):
        return None
    finding = _finding(watch)
    if not isinstance(finding, Judged) or not finding.is_drop or _is_cooling_down(watch, finding):
        return None
    return _called(report, finding)


def is_still_low(situation: Situation) -> bool:
    """Whether the sum lies at least half as far below the usual as a drop does, in normal scores: late records that close more
    of the distance make a hint wrong, those that close less only make it less sure."""
    finding = _finding(situation.watch) if situation.watch is not None else None
    return isinstance(finding, Judged) and finding.score <= finding.limit / 2


def _finding(watch: Watch) -> Finding:
    return judge([worked_day_of(day) for day in watch.past[-LOOKED_AT_DAYS:]], watch.team, watch.budget)


def _is_cooling_down(watch: Watch, finding: Judged) -> bool:
    """Whether an alert was given so few worked days ago, its own included, that one of its days could make another."""
    if watch.alerted_on is None:
        return False
    return sum(day.day >= watch.alerted_on for day in watch.past) <= cool_down_days(finding.span_days)


def _called(report: DayReport, finding: Judged) -> Called | None:
    asked = next((behaviour for behaviour in report.behaviours if behaviour.target > 0), None)
    if asked is None:
        return None
    name, label = first_name(report.rep.name), asked.label.lower()
    days, counted, usual = finding.span_days, finding.counted, round(finding.expected)
    return Called(
        rule=RULE_DROP,
        kind=NudgeKind.COACHING,
        occasion=report.day.isoformat(),
        is_shortfall=True,
        wordings=(
            f"{name}, {counted} logged in {days} worked days; usual is about {usual}. A start: half an hour for {label}.",
            f"{counted} logged in {days} worked days, {name}; usual is {usual}. Anything in the way? If not, {label} first?",
            f"Quieter than usual, {name}: {counted} in {days} worked days, not about {usual}. What about {label} right now?",
        ),
        reason=_reason(finding),
    )


def _reason(finding: Judged) -> str:
    longer = " At these counts five days would say too little, so more are watched." if finding.is_longer else ""
    return (
        f"{finding.counted} counted over the last {finding.span_days} worked days; from the {finding.usual.days} before them "
        f"{finding.expected:.1f} were to be expected, weekdays and part days considered. Chance alone seldom does that.{longer}"
    )
