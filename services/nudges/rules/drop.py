"""Drop: less on active days than chance explains, under a stated budget of false alerts."""

from services.nudges.context.rule_context import RuleContext
from services.nudges.domain.baseline import Baseline, total_of
from services.nudges.domain.candidate import DROP_RULE
from services.nudges.domain.drop.detector import ACTIVE_DAYS_MAX, Assessment, assess
from services.nudges.domain.drop.error_budget import COOLDOWN_DAYS, DAYS_PER_FALSE_ALERT
from services.nudges.domain.history import is_plan_done, planned_behaviours
from services.nudges.domain.moments import Moment
from services.nudges.domain.phrases import capitalized, counted, first_name, lowered
from services.nudges.rules.rule import AlarmBudget, Proposal, rep_rule
from shared.events import DayReport, NudgeKind
from shared.languages.grammar import filled, worded
from shared.languages.messages import gettext, marked


def is_still_low(context: RuleContext) -> bool:
    """Whether at least half of the evidence that an alert takes is left. Late records that take more of it away make a hint
    wrong; those that take less only make it less certain."""
    assessment = _assess(context.baseline) if context.baseline is not None else None
    return assessment is not None and assessment.evidence >= assessment.limit / 2


@rep_rule(
    name=DROP_RULE,
    title=marked("Drop"),
    when=marked(
        "Less counts towards the plan on the last active days than chance would explain, given the rep's own earlier active "
        "days and how busy the team was."
    ),
    limits=marked(
        "At most one false alert per rep in 500 working days; not more than once in ten working days. Silent until the team's "
        "reps together have 250 working days to calibrate on and the rep thirteen active days, and when the last working day "
        "brought nothing: the rep may be away."
    ),
    kind=NudgeKind.COACHING,
    moment=Moment.MORNING,
    priority=200,
    budget=AlarmBudget(
        working_days=DAYS_PER_FALSE_ALERT,
        false_alarm="The rep does as much on active days as before, or has declined by no more than 30% in a year.",
        calibration="Every Sunday, for the team and for each rep, on their own active days of eighteen weeks, singly and "
        "in runs of ten in random orders: "
        "in these every alert is a false one. The limits use up eight tenths of the budget there.",
        silence="Until the team's reps together have 250 working days to judge, and the rep thirteen active ones; after a "
        "working day without activity; for at least ten working days after an alert, and until none of its days can cause "
        "another.",
    ),
    is_shortfall=True,
    is_reevaluated=True,
    still_nearly_true=is_still_low,
)
def drop(context: RuleContext) -> Proposal | None:
    """Proposed on an open day after an active one when the active days before it show a drop in everything that counted, of the
    behaviours that had a target on their day. A rep who has already done today's plan is not asked about last week. After an
    alert the rule is silent until no day can cause a second one."""
    report, baseline = context.report, context.baseline
    if baseline is None or report.silent or report.state != "open" or report.score is None or is_plan_done(report):
        return None
    if not baseline.past or not baseline.past[-1].has_activity:
        return None
    assessment = _assess(baseline)
    if assessment is None or not assessment.is_drop or _is_cooling_down(baseline, assessment):
        return None
    return _proposal(report, assessment)


def _assess(baseline: Baseline) -> Assessment | None:
    if baseline.budget is None:
        return None
    active = [total_of(day, baseline.levels) for day in baseline.active[-ACTIVE_DAYS_MAX:]]
    return assess(active, baseline.team, baseline.budget, active_share=baseline.active_share)


def _is_cooling_down(baseline: Baseline, assessment: Assessment) -> bool:
    """Whether the last alert was so few worked days ago, its own day included, that one of its days could cause another."""
    alerted_on = baseline.alerted_on
    if alerted_on is None:
        return False
    worked = sum(day.day >= alerted_on for day in baseline.past)
    active = sum(day.day >= alerted_on for day in baseline.active)
    return worked <= COOLDOWN_DAYS or active < assessment.window_days


def _proposal(report: DayReport, assessment: Assessment) -> Proposal | None:
    planned = planned_behaviours(report)
    if not planned:
        return None
    return Proposal(
        wordings=worded(
            gettext(
                "{name}, it's quieter than usual: {done} counted on your last {days} active days, usually about {mean}. How "
                "about starting with {label}?"
            ),
            gettext(
                "Quieter than usual, {name}: {done} counted on your last {days} active days, when about {mean} is normal for "
                "you. Anything in the way?"
            ),
            gettext(
                "{name}, it's been a slower stretch: {done} counted on your last {days} active days; it's usually about "
                "{mean}. Start with {label}?"
            ),
            name=first_name(report.rep.name),
            done=counted(assessment.count, gettext("activities")),
            days=assessment.window_days,
            mean=round(assessment.expected),
            label=lowered(planned[0].label),
        ),
        reason=_reason(assessment),
    )


def _reason(assessment: Assessment) -> str:
    return filled(
        gettext(
            "{done} counted towards your plan on your last {days} active days. Going by your {days_before} active days before "
            "those, about {mean} would be expected, allowing for weekdays, part days and slow days of the whole team. Days "
            "without any activity are left out. Chance alone rarely explains such a gap."
        ),
        done=capitalized(counted(assessment.count, gettext("activities"))),
        days=assessment.window_days,
        days_before=assessment.baseline_days,
        mean=f"{assessment.expected:.0f}",
    )
