"""Whether a nudge that was sent still holds once its day, or a day before it, is reported again."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from services.nudges.context.rule_context import RuleContext
from services.nudges.decide.policy.may_send import DAY_UNKNOWN, DAY_UNKNOWN_RETRY, Defer
from services.nudges.domain.candidate import CORRECTION_RULE, Candidate
from services.nudges.domain.history import is_plan_done, planned_behaviours
from services.nudges.domain.moments import Moment
from services.nudges.domain.phrases import breakdown, capitalized, clock_time, day_name, day_noun, first_name, long_date
from services.nudges.domain.working_time import WorkingTime, local_day
from services.nudges.rules.catalogue import REP_RULES
from services.nudges.rules.rule import Rule
from shared.events import BehaviourResult, DayReport, NudgeId, NudgeKind
from shared.languages.grammar import filled, worded
from shared.languages.messages import gettext, marked

REEVALUATED_FOR: Final = timedelta(days=14)
"""For so long after a day nudges that rest on it are evaluated again when it is revised."""

_ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class SentNudge:
    """A nudge that was sent. `is_retracted` says that it is known not to hold."""

    id: NudgeId
    rule: str
    kind: NudgeKind
    day: date
    at: datetime
    is_retracted: bool


def still_holds(sent: SentNudge, context: RuleContext) -> bool:
    """Whether its rule would propose it by what is known of the day now. A hint is judged by the day as it stood when the
    hint was sent; what happened afterwards does not make it false."""
    return _rule(sent).evaluate(_as_when_sent(sent, context)) is not None


def is_about_days_before(sent: SentNudge) -> bool:
    """Whether its rule looks at the days before the nudge's own, and not at that day."""
    return _rule(sent).still_nearly_true is not None


def is_based_on(sent: SentNudge, day: date) -> bool:
    """Whether a nudge is based on what is known of a day. A morning hint is about the days before its own."""
    return not (is_about_days_before(sent) and sent.day == day)


def deserves_correction(sent: SentNudge, context: RuleContext) -> bool:
    """Whether the person should hear that it was wrong: of a hint that was clearly wrong, not of one that is still nearly true.
    Praise is not taken back aloud; it is marked where it stands."""
    if sent.kind is not NudgeKind.COACHING:
        return False
    still_nearly_true = _rule(sent).still_nearly_true
    return still_nearly_true is None or not still_nearly_true(_as_when_sent(sent, context))


def retraction_reason(sent: SentNudge, report: DayReport) -> str:
    """Why it would not be sent any more, as a sentence."""
    if is_about_days_before(sent):
        return gettext("With what is recorded now for the days before, this would not have been sent.")
    if not _is_because_of_its_day(sent, report):
        return gettext("With what is recorded now, this would not have been sent.")
    return filled(gettext("With {done} recorded now, this would not have been sent."), done=breakdown(report))


def correction_candidate(sent: SentNudge, report: DayReport, *, today: date) -> Candidate:
    """The message that takes back a hint."""
    name, message = first_name(report.rep.name), _message(sent, report, today=today)
    return Candidate(
        rule=CORRECTION_RULE,
        kind=NudgeKind.CORRECTION,
        occasion=sent.id,
        wordings=worded(
            gettext("{capital_name}, please ignore {message}: by the records as they are now, it was wrong."),
            gettext("A correction, {name}: {message} was wrong, going by what is known now."),
            gettext("Sorry, {name}: {message} turned out to be wrong. Please ignore it."),
            gettext("{capital_name}, {message} doesn't match the records as they are now. Please ignore it."),
            name=name,
            capital_name=capitalized(name),
            message=message,
        ),
        reason=_reason_of_correction(sent, report, message),
    )


def next_morning(today: WorkingTime | None, timezone: str, *, now: datetime) -> Defer:
    """Quietly: together with whatever is sent when the person's next working time begins, or alone."""
    because = marked("a correction waits for the next morning")
    if today is None or today.day != local_day(now, timezone):
        return Defer(until=now + DAY_UNKNOWN_RETRY, because=DAY_UNKNOWN)
    if today.starts_at is not None and now < today.starts_at:
        return Defer(until=today.starts_at, because=because)
    return Defer(until=today.next_starts_at or now + _ONE_DAY, because=because)


def days_based_on(day: date) -> tuple[date, date]:
    """Between which days, both included, a nudge may have been sent that is based on a day."""
    return day, day + REEVALUATED_FOR


def _as_when_sent(sent: SentNudge, context: RuleContext) -> RuleContext:
    """The context as far as the newest reports tell what it was. A morning hint is about the days before: on its own day
    nothing had counted yet, and the hint itself does not keep its rule silent."""
    report, baseline = context.report.model_copy(update={"silent": False}), context.baseline
    if is_about_days_before(sent):
        report = _as_it_stood(report, None)
        baseline = replace(baseline, alerted_on=None) if baseline is not None else None
    elif _rule(sent).moment is not Moment.DAY_CHANGED:
        report = _as_it_stood(report, sent.at)
    return replace(context, report=report, baseline=baseline, now=sent.at)


def _as_it_stood(report: DayReport, at: datetime | None) -> DayReport:
    """The open day at a time on it, as far as the newest report tells: whether anything that counts had begun by then.
    Without a time: as it began."""
    opened = report.model_copy(update={"state": "open"})
    if at is not None and report.first_counted_at is not None and report.first_counted_at <= at:
        return opened
    behaviours = tuple(_without_counts(behaviour) for behaviour in report.behaviours)
    score = Decimal(0) if report.score is not None else None
    return opened.model_copy(update={"behaviours": behaviours, "score": score})


def _without_counts(behaviour: BehaviourResult) -> BehaviourResult:
    return behaviour.model_copy(update={"count": 0, "points": Decimal(0)})


def _rule(sent: SentNudge) -> Rule[RuleContext]:
    return REP_RULES[sent.rule]


def _reason_of_correction(sent: SentNudge, report: DayReport, message: str) -> str:
    if is_about_days_before(sent):
        text = gettext("With what is recorded now for the days before, {message} would not have been sent.")
        return filled(text, message=message)
    if not _is_because_of_its_day(sent, report):
        return filled(gettext("With what is recorded now, {message} would not have been sent."), message=message)
    return filled(
        gettext("With {done} recorded now, {message} would not have been sent."), done=breakdown(report), message=message
    )


def _is_because_of_its_day(sent: SentNudge, report: DayReport) -> bool:
    """Whether the day's own counts are why the nudge does not hold. Otherwise the cause may be an earlier day, for example."""
    rule = _rule(sent)
    if not planned_behaviours(report):
        return False
    if rule.moment is Moment.DAY_CHANGED:
        return rule.requires_done_plan and not is_plan_done(report)
    return report.first_counted_at is not None and report.first_counted_at <= sent.at


def _message(sent: SentNudge, report: DayReport, *, today: date) -> str:
    """`yesterday's message (13:15)`, `the message from Tuesday 3 March (13:15)`."""
    is_a_date = day_name(sent.day, today=today) == long_date(sent.day, today=today)
    return filled(
        gettext("the message from {day} ({time})") if is_a_date else gettext("{day}'s message ({time})"),
        day=day_noun(sent.day, today=today),
        time=clock_time(sent.at, report.timezone),
    )
