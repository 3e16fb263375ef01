"""What the page of effects says of each rule."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from math import ceil
from typing import Final

from services.nudges.domain.effects.effect import PEOPLE_MIN
from services.nudges.domain.phrases import count_phrase, day_and_month
from services.nudges.pages.charts.intervals import Estimate, IntervalChart, draw_interval
from services.nudges.pages.effects.measured_effects import Measurement
from services.nudges.pages.effects.rule_counts import NO_COUNTS, RuleCounts
from services.nudges.rules.catalogue import title_of
from shared.languages.formats import decimal_text
from shared.languages.messages import gettext
from shared.requests.nudges import EffectEstimate, EffectRow

_REACH_MIN: Final = 5.0
"""Points at the edge of the charts, at least."""
_WEEK: Final = timedelta(weeks=1)
_WEEKS_MAX: Final = 52


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleEffect:
    """One rule. Either `chart` shows its effect, with `points` in words; or `unknown` says what is missing. `remark` is empty
    unless the rule is paused."""

    title: str
    sent: int
    withheld: int
    answered: int
    chart: IntervalChart | None
    points: str
    unknown: str
    remark: str


def make_effects(measurement: Measurement) -> list[RuleEffect]:
    """In the rules' order of priority, all on one scale."""
    rows = measurement.effects.rules
    estimates = [row.effect for row in rows if row.effect is not None]
    reach = max([_REACH_MIN, *(abs(end) for effect in estimates for end in (effect.low, effect.high))])
    return [
        RuleEffect(
            title=gettext(title_of(row.rule)),
            sent=counts.sent,
            withheld=counts.withheld,
            answered=counts.answered,
            chart=_draw(row.effect, reach) if row.effect is not None else None,
            points=_describe(row.effect) if row.effect is not None else "",
            unknown=_missing(row, counts, now=measurement.measured_at) if row.effect is None else "",
            remark=_remark(row),
        )
        for row in rows
        for counts in [measurement.counts.get(row.rule, NO_COUNTS)]
    ]


def _draw(effect: EffectEstimate, reach: float) -> IntervalChart:
    return draw_interval(Estimate(points=effect.points, low=effect.low, high=effect.high), reach=reach)


def _describe(effect: EffectEstimate) -> str:
    """The estimate with its range, in points."""
    if effect.low <= 0 <= effect.high:
        text = gettext("{points} points, between {low} and {high}; it may make no difference")
    else:
        text = gettext("{points} points, between {low} and {high}")
    return text.format(points=_signed(effect.points), low=_signed(effect.low), high=_signed(effect.high))


def _signed(points: float) -> str:
    sign = "\N{MINUS SIGN}" if points < 0 else "+"
    return f"{sign}{decimal_text(abs(Decimal(points)), decimals=1)}"


def _missing(row: EffectRow, counts: RuleCounts, *, now: datetime) -> str:
    if row.holdout == 0 and not counts.withheld:
        return gettext("Not measured: nothing is withheld.")
    people = min(counts.people_sent, counts.people_withheld)
    weeks = _weeks_left(people, now - counts.measured_since) if counts.measured_since is not None and people else None
    if weeks is None:
        text = gettext("Not known yet: {reason}.")
    elif weeks > _WEEKS_MAX:
        text = gettext("Not known yet. At this rate it takes more than a year: {reason}.")
    else:
        text = gettext("Not known yet. At this rate it takes about {weeks} more: {reason}.")
    return text.format(weeks=count_phrase(weeks or 0, "week"), reason=_reason(row))


def _reason(row: EffectRow) -> str:
    """As `not_known_because`, in the language of whoever reads the page."""
    if min(row.people_sent, row.people_withheld) >= PEOPLE_MIN:
        return gettext("the scores do not differ")
    text = gettext(
        "the comparison has {sent} with the message and {withheld} without it so far; "
        "at least {least} people of each are needed"
    )
    return text.format(sent=row.people_sent, withheld=row.people_withheld, least=PEOPLE_MIN)


def _weeks_left(people: int, elapsed: timedelta) -> int | None:
    """How long it takes at the rate so far until there are enough people on either side; None if there are."""
    if people >= PEOPLE_MIN:
        return None
    return max(1, ceil((PEOPLE_MIN - people) / people * (elapsed / _WEEK)))


def _remark(row: EffectRow) -> str:
    if row.paused_at is None:
        return ""
    text = gettext("Paused since {day}, because it lowers the score. An operator can resume it.")
    return text.format(day=day_and_month(row.paused_at.date()))
