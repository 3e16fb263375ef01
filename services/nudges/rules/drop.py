"""Drop: fewer activities over the last worked days than chance explains, under a stated budget of false alerts."""

from services.nudges.context.rule_context import RuleContext
from services.nudges.domain.baseline import Baseline, total_of
from services.nudges.domain.candidate import DROP_RULE
from services.nudges.domain.drop.detector import HISTORY_DAYS_MAX, Assessment, Finding, assess
from services.nudges.domain.drop.error_budget import cooldown_days
from services.nudges.domain.history import is_plan_done, planned_behaviours
from services.nudges.domain.moments import Moment
from services.nudges.domain.phrases import capitalized, counted, first_name, lowered
from services.nudges.rules.rule import Proposal, rep_rule
from shared.events import DayReport, NudgeKind


def is_still_low(context: RuleContext) -> bool:
    """Whether the total lies at least half as far below the baseline as a drop does, in normal scores. Late records that close
    more of the distance make a hint wrong; those that close less only make it less certain."""
    finding = _finding(context.baseline) if context.baseline is not None else None
    return isinstance(finding, Assessment) and finding.score <= finding.limit / 2


@rep_rule(
    name=DROP_RULE,
    title="Drop",
    when="Fewer activities that count towards the plan over the last worked days than chance would explain, given the rep's "
    "and the team's baseline.",
    limits="At most one false alert per rep in 250 worked days; at most once in ten worked days.",
    kind=NudgeKind.COACHING,
    moment=Moment.MORNING,
    priority=200,
    is_shortfall=True,
    is_reevaluated=True,
    still_nearly_true=is_still_low,
)
def drop(context: RuleContext) -> Proposal | None:
    """Proposed on an open day when the worked days before it show a drop in everything that counted, of the behaviours that
    had a target on their day. A rep who has already done today's plan is not asked about last week. After an alert the rule
    is silent until no day can cause a second one."""
    report, baseline = context.report, context.baseline
    if baseline is None or report.silent or report.state != "open" or report.score is None or is_plan_done(report):
        return None
    finding = _finding(baseline)
    if not isinstance(finding, Assessment) or not finding.is_drop or _is_cooling_down(baseline, finding):
        return None
    return _proposal(report, finding)


def _finding(baseline: Baseline) -> Finding:
    return assess([total_of(day) for day in baseline.past[-HISTORY_DAYS_MAX:]], baseline.team, baseline.budget)


def _is_cooling_down(baseline: Baseline, finding: Assessment) -> bool:
    """Whether the last alert was so few worked days ago, its own day included, that one of its days could cause another."""
    if baseline.alerted_on is None:
        return False
    return sum(day.day >= baseline.alerted_on for day in baseline.past) <= cooldown_days(finding.window_days)


def _proposal(report: DayReport, finding: Assessment) -> Proposal | None:
    planned = planned_behaviours(report)
    if not planned:
        return None
    name, label = first_name(report.rep.name), lowered(planned[0].label)
    done = f"{counted(finding.count, 'activities')} counted towards your plan in {finding.window_days} working days"
    mean = f"about {round(finding.expected)}"
    return Proposal(
        wordings=(
            f"{name}, {done}; it's usually {mean}. How about starting with {label}?",
            f"Quieter than usual, {name}: {done}, when {mean} is normal. Anything in the way?",
            f"{name}, it's been a slower stretch: {done}; it's usually {mean}. Start with {label}?",
        ),
        reason=_reason(finding),
    )


def _reason(finding: Assessment) -> str:
    longer = " With counts this low, five days would say too little, so this looks at more." if finding.is_extended else ""
    activities = capitalized(counted(finding.count, "activities"))
    return (
        f"{activities} counted towards the plan over the last {finding.window_days} working days. Based on the "
        f"{finding.baseline.days} working days before that, about {finding.expected:.0f} would be expected, allowing for "
        f"weekdays and part days. Chance alone rarely explains such a gap.{longer}"
    )
