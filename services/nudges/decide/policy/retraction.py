"""What was said of a day, judged again when the day is reported anew."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from services.nudges.context.rule_context import Situation
from services.nudges.decide.policy.may_send import DAY_UNKNOWN, LOOK_AGAIN, Hold, Person, local_day
from services.nudges.domain.candidate import RULE_CORRECTION, Called
from services.nudges.domain.phrases import breakdown, clock_time, first_name, weekday
from services.nudges.rules import IS_STILL_NEARLY_SO, ON_CHANGE, RULES
from shared.events import DayReport, NudgeKind

JUDGED_AGAIN_FOR: Final = timedelta(days=14)
"""For so long after a day what was said rests on it, and is judged again when it is revised."""

_A_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """A nudge that was sent. `is_revised` says that it is known not to hold."""

    id: str
    rule: str
    kind: NudgeKind
    day: date
    at: datetime
    is_revised: bool


def is_called_for(sent: Sent, situation: Situation) -> bool:
    """Whether its rule would say it by what is known of the day now. A hint is asked about the day as it stood when it was
    said; what happened afterwards does not make it false."""
    return RULES[sent.rule](_when_said(sent, situation)) is not None


def _when_said(sent: Sent, situation: Situation) -> Situation:
    """As far as the newest reports tell. A hint of the morning is about the days before: of its own day nothing had counted,
    and what it said itself does not keep its rule quiet."""
    report, watch = situation.report.model_copy(update={"silent": False}), situation.watch
    if sent.rule in IS_STILL_NEARLY_SO:
        report = _as_it_stood(report, None)
        watch = replace(watch, alerted_on=None) if watch is not None else None
    elif sent.rule not in ON_CHANGE:
        report = _as_it_stood(report, sent.at)
    return replace(situation, report=report, watch=watch, now=sent.at)


def _as_it_stood(report: DayReport, at: datetime | None) -> DayReport:
    """The open day at a time on it, as far as the newest report tells: whether anything that counts had begun by then; or,
    without a time, as it began."""
    update: dict[str, object] = {"state": "open"}
    if at is None or report.first_counted_at is None or report.first_counted_at > at:
        update["behaviours"] = tuple(one.model_copy(update={"count": 0, "points": Decimal(0)}) for one in report.behaviours)
        update["score"] = Decimal(0) if report.score is not None else None
    return report.model_copy(update=update)


def rests_on(sent: Sent, day: date) -> bool:
    """Whether what was said rests on what is known of a day: a hint of the morning does not on its own."""
    return not (sent.rule in IS_STILL_NEARLY_SO and sent.day == day)


def why_not(sent: Sent, report: DayReport) -> str:
    """In words, why it would not be said any more."""
    return f"By what is recorded now {_recorded(sent, report)} it would not have been said."


def _recorded(sent: Sent, report: DayReport) -> str:
    return "of the days before" if sent.rule in IS_STILL_NEARLY_SO else f"({breakdown(report)})"


def correction(sent: Sent, report: DayReport) -> Called:
    """The word that takes back a hint. Only what held something against a person is worth one: praise is not taken back aloud,
    it is marked where it stands."""
    name, when = first_name(report.rep.name), f"{weekday(sent.day)}, {clock_time(sent.at, report.timezone)}"
    return Called(
        rule=RULE_CORRECTION,
        kind=NudgeKind.CORRECTION,
        occasion=sent.id,
        is_shortfall=False,
        wordings=(
            f"{name}, the hint of {when}, was wrong: records that came late show it. Please forget it.",
            f"A correction, {name}: the hint of {when}, did not fit. What you had done was only recorded later.",
            f"{name}, please ignore the hint of {when}: it rested on records that were not complete.",
            f"The hint of {when}, is taken back, {name}: it did not know all that you had done by then.",
        ),
        reason=f"By what is recorded now {_recorded(sent, report)} the hint of {when}, would not have been given.",
    )


def matters(sent: Sent, situation: Situation) -> bool:
    """Whether it is worth a word that it was not so: of a hint that was wrong, not of one that is still nearly so."""
    if sent.kind is not NudgeKind.COACHING:
        return False
    is_nearly_so = IS_STILL_NEARLY_SO.get(sent.rule)
    return is_nearly_so is None or not is_nearly_so(_when_said(sent, situation))


def next_morning(person: Person, *, now: datetime) -> Hold:
    """Quietly: with whatever is said as the person's next working time begins, or alone."""
    because = "a correction waits for the next morning"
    today = person.today
    if today is None or today.day != local_day(now, person.timezone):
        return Hold(until=now + LOOK_AGAIN, because=DAY_UNKNOWN)
    if today.starts_at is not None and now < today.starts_at:
        return Hold(until=today.starts_at, because=because)
    return Hold(until=today.next_starts_at or now + _A_DAY, because=because)


def days_resting_on(day: date) -> tuple[date, date]:
    """Between which days, both included, something may have been said that rests on a day."""
    return day, day + JUDGED_AGAIN_FOR
