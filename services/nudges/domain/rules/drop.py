"""Drop: fewer activities over the last worked days than chance explains. Not asked yet: `ON_CHANGE` and `AT_MIDDAY` have no
place for it until a rep's team and their last alert are kept."""

from services.nudges.domain.drop.watch import Finding, Judged
from services.nudges.domain.history import is_plan_done
from services.nudges.domain.nudge import RULE_DROP, Called
from services.nudges.domain.wording import first_name
from shared.events import DayReport, NudgeKind


def drop(report: DayReport, finding: Finding) -> Called | None:
    """Called for on an open day when the watch over the worked days before it found a drop. Who has done the plan already
    today is not spoken to about last week."""
    if report.silent or report.state != "open" or report.score is None or not isinstance(finding, Judged):
        return None
    asked = next((behaviour for behaviour in report.behaviours if behaviour.target > 0), None)
    if not finding.is_drop or asked is None or is_plan_done(report):
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
