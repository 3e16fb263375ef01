"""A rep's recent worked days as a chart, with the table behind it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final

from services.nudges.domain.history import PLAN_DONE_SCORE
from services.nudges.domain.phrases import capitalized, count_phrase, joined, long_date, whole_score
from services.nudges.domain.trends.score_by_time import middle_half
from services.nudges.pages.charts.bars import Band, BarChart, Column, ColumnStyle, draw_bars
from services.nudges.pages.own_days import OwnDay
from shared.events import Presence
from shared.languages.formats import decimal_text
from shared.languages.messages import gettext, marked

DAYS_SHOWN: Final = (20, 60)
"""How many worked days a reader can choose to see."""
_NOT_WORKED: Final = {
    Presence.ABSENT: (ColumnStyle.LEAVE, marked("leave")),
    Presence.HOLIDAY: (ColumnStyle.HOLIDAY, marked("holiday")),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class DayRow:
    """One day of a list. `address` is the last segment of its page's address. `note` says why there is no score, or what
    else the chart marks."""

    address: str
    heading: str
    day: OwnDay
    note: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DayChart:
    """`description` is what a screen reader says of the chart. `band` and `marks` explain what is drawn, in words; both can be
    empty. `ends` are the days at its ends; in one text while it has room for more. `rows` are all of them, the newest first."""

    chart: BarChart
    title: str
    description: str
    band: str
    marks: tuple[str, ...]
    has_leave: bool
    has_holiday: bool
    ends: tuple[str, ...]
    rows: tuple[DayRow, ...]


def make_day_chart(own_days: Sequence[OwnDay], *, days_shown: int, today: date) -> DayChart | None:
    """Of the newest worked days, with leave and holidays between them. `own_days` are the newest first. None without any."""
    days = list(_select(own_days, days_shown))[::-1]
    worked = [day for day in days if _is_worked(day)]
    if not worked:
        return None
    begun = {later.day: _new_playbook(later, today) for earlier, later in pairwise(days) if _has_new_playbook(earlier, later)}
    band = _middle_half(worked)
    return DayChart(
        chart=draw_bars(
            [_column(day, begun.get(day.day, ""), today) for day in days],
            line=float(PLAN_DONE_SCORE),
            band=band,
            columns_min=days_shown,
        ),
        title=_title(len(worked)),
        description=_describe(days, worked, band, today=today),
        band=gettext("{low} to {high}").format(low=f"{band.low:.0f}", high=f"{band.high:.0f}") if band is not None else "",
        marks=tuple(begun.values()),
        has_leave=any(day.presence is Presence.ABSENT for day in days),
        has_holiday=any(day.presence is Presence.HOLIDAY for day in days),
        ends=_ends(days, days_shown, today=today),
        rows=tuple(make_day_row(day, mark=begun.get(day.day, ""), today=today) for day in reversed(days)),
    )


def _ends(days: Sequence[OwnDay], days_shown: int, *, today: date) -> tuple[str, ...]:
    if len(days) == 1:
        return (_heading(days[0], today=today),)
    if len(days) >= days_shown:
        return _heading(days[0], today=today), _heading(days[-1], today=today)
    first, last = (long_date(day.day, today=today) for day in (days[0], days[-1]))
    return (capitalized(gettext("from {first} to {last}").format(first=first, last=last)),)


def _title(count: int) -> str:
    if count == 1:
        return gettext("Score of one worked day")
    return gettext("Scores of the last {days}").format(days=count_phrase(count, "worked day"))


def _select(own_days: Sequence[OwnDay], days_shown: int) -> Iterator[OwnDay]:
    """The newest first. Leave and holidays count for nothing, and days off are left out."""
    shown = 0
    for day in own_days:
        if _is_worked(day):
            shown += 1
        if shown > days_shown:
            return
        if _is_worked(day) or day.presence in _NOT_WORKED:
            yield day


def _is_worked(day: OwnDay) -> bool:
    return day.presence is Presence.WORKING and day.score is not None


def _middle_half(worked: Sequence[OwnDay]) -> Band | None:
    """From the 25th to the 75th percentile of the days that are over; None while there are too few."""
    band = middle_half([day.score for day in worked if day.score is not None and not day.is_open])
    return Band(low=float(band.low), high=float(band.high)) if band is not None else None


def _has_new_playbook(earlier: OwnDay, later: OwnDay) -> bool:
    versions = earlier.playbook_version, later.playbook_version
    return None not in versions and versions[0] != versions[1]


def _new_playbook(day: OwnDay, today: date) -> str:
    return gettext("New playbook from {day}").format(day=long_date(day.day, today=today))


def _column(day: OwnDay, mark: str, today: date) -> Column:
    heading = _heading(day, today=today)
    if day.score is None or day.presence in _NOT_WORKED:
        style, note = _NOT_WORKED[day.presence]
        return Column(value=None, style=style, title=f"{heading}: {gettext(note)}", mark=mark)
    score = decimal_text(day.score, decimals=2)
    title = (gettext("{day}: {score} so far") if day.is_open else gettext("{day}: {score}")).format(day=heading, score=score)
    style = ColumnStyle.REACHED if day.score >= PLAN_DONE_SCORE else ColumnStyle.SO_FAR if day.is_open else ColumnStyle.BELOW
    return Column(value=float(day.score), style=style, title=title, mark=mark)


def make_day_row(day: OwnDay, *, mark: str = "", today: date) -> DayRow:
    """The day in one line. `mark` is what the chart marks before it."""
    away = gettext(_NOT_WORKED[day.presence][1]) if day.presence in _NOT_WORKED else ""
    so_far = gettext("so far") if day.is_open and not away else ""
    return DayRow(
        address=day.day.isoformat(),
        heading=_heading(day, today=today),
        day=day,
        note=", ".join(note for note in (away, so_far, gettext("new playbook") if mark else "") if note),
    )


def _heading(day: OwnDay, *, today: date) -> str:
    return capitalized(long_date(day.day, today=today))


def _describe(days: Sequence[OwnDay], worked: Sequence[OwnDay], band: Band | None, *, today: date) -> str:
    scores = [day.score for day in worked if day.score is not None]
    reached = sum(score >= PLAN_DONE_SCORE for score in scores)
    period = gettext("{days} from {first} to {last}.").format(
        days=count_phrase(len(worked), "worked day"),
        first=long_date(days[0].day, today=today),
        last=long_date(days[-1].day, today=today),
    )
    sentences = [
        capitalized(period),
        gettext("Scores from {low} to {high}, 100 or more on {count} of them.").format(
            low=whole_score(min(scores)), high=whole_score(max(scores)), count=reached
        ),
    ]
    if band is not None:
        half = gettext("Half of the scores are between {low} and {high}.")
        sentences.append(half.format(low=f"{band.low:.0f}", high=f"{band.high:.0f}"))
    away = list(_count_away(days))
    if away:
        sentences.append(capitalized(gettext("{days} between them.").format(days=joined(away))))
    return " ".join(sentences)


def _count_away(days: Sequence[OwnDay]) -> Iterator[str]:
    leave = sum(day.presence is Presence.ABSENT for day in days)
    holidays = sum(day.presence is Presence.HOLIDAY for day in days)
    if leave:
        yield count_phrase(leave, "day of leave")
    if holidays:
        yield count_phrase(holidays, "holiday")
