"""A rep's recent worked days as a chart, with the table behind it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final

from services.nudges.domain.history import PLAN_DONE_SCORE
from services.nudges.domain.phrases import count_phrase, joined, long_date, sentence, whole_score
from services.nudges.domain.trends.score_by_time import middle_half
from services.nudges.pages.charts.bars import Band, BarChart, Column, ColumnStyle, draw_bars
from services.nudges.pages.own_days import OwnDay
from shared.events import Presence

DAYS_SHOWN: Final = (20, 60)
"""How many worked days a reader can choose to see."""
_NOT_WORKED: Final = {
    Presence.ABSENT: (ColumnStyle.LEAVE, "leave"),
    Presence.HOLIDAY: (ColumnStyle.HOLIDAY, "holiday"),
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
    empty. `first` and `last` are the days at its ends, and `rows` all of them, the newest first."""

    chart: BarChart
    title: str
    description: str
    band: str
    marks: tuple[str, ...]
    has_leave: bool
    has_holiday: bool
    first: str
    last: str
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
        title=f"Scores of the last {count_phrase(len(worked), 'worked day')}" if len(worked) > 1 else "Score of one worked day",
        description=_describe(days, worked, band, today=today),
        band=f"{band.low:.0f} to {band.high:.0f}" if band is not None else "",
        marks=tuple(begun.values()),
        has_leave=any(day.presence is Presence.ABSENT for day in days),
        has_holiday=any(day.presence is Presence.HOLIDAY for day in days),
        first=long_date(days[0].day, today=today),
        last=long_date(days[-1].day, today=today),
        rows=tuple(make_day_row(day, mark=begun.get(day.day, ""), today=today) for day in reversed(days)),
    )


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
    return f"New playbook from {long_date(day.day, today=today)}"


def _column(day: OwnDay, mark: str, today: date) -> Column:
    heading = long_date(day.day, today=today)
    if day.score is None or day.presence in _NOT_WORKED:
        style, note = _NOT_WORKED[day.presence]
        return Column(value=None, style=style, title=f"{heading}: {note}", mark=mark)
    so_far = " so far" if day.is_open else ""
    style = ColumnStyle.REACHED if day.score >= PLAN_DONE_SCORE else ColumnStyle.SO_FAR if day.is_open else ColumnStyle.BELOW
    return Column(value=float(day.score), style=style, title=f"{heading}: {day.score:.2f}{so_far}", mark=mark)


def make_day_row(day: OwnDay, *, mark: str = "", today: date) -> DayRow:
    """The day in one line. `mark` is what the chart marks before it."""
    away = _NOT_WORKED[day.presence][1] if day.presence in _NOT_WORKED else ""
    so_far = "so far" if day.is_open and not away else ""
    return DayRow(
        address=day.day.isoformat(),
        heading=long_date(day.day, today=today),
        day=day,
        note=", ".join(note for note in (away, so_far, "new playbook" if mark else "") if note),
    )


def _describe(days: Sequence[OwnDay], worked: Sequence[OwnDay], band: Band | None, *, today: date) -> str:
    scores = [day.score for day in worked if day.score is not None]
    reached = sum(score >= PLAN_DONE_SCORE for score in scores)
    of_days = count_phrase(len(worked), "worked day")
    sentences = [
        f"{of_days} from {long_date(days[0].day, today=today)} to {long_date(days[-1].day, today=today)}",
        f"scores from {whole_score(min(scores))} to {whole_score(max(scores))}, 100 or more on {reached} of them",
    ]
    if band is not None:
        sentences.append(f"half of the scores are between {band.low:.0f} and {band.high:.0f}")
    away = [
        count_phrase(sum(day.presence is presence for day in days), singular, plural)
        for presence, singular, plural in (
            (Presence.ABSENT, "day of leave", "days of leave"),
            (Presence.HOLIDAY, "holiday", "holidays"),
        )
        if any(day.presence is presence for day in days)
    ]
    if away:
        sentences.append(f"{joined(away)} between them")
    return " ".join(sentence(text) for text in sentences)
